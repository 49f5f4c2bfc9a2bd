"""Make a new secret for webhooks."""

from collections.abc import Sequence

from imagescaler.domain.webhook_secret import WebhookSecret, new_secret
from imagescaler.usecases.ports import WebhookSecrets


async def rotate_secret(owner: str, *, overlap_s: float, webhooks: WebhookSecrets) -> Sequence[WebhookSecret]:
    """Make a new secret; the one before signs as well for `overlap_s` seconds. Returns both."""
    await webhooks.replace_secret(owner, new_secret(), overlap_s=overlap_s)
    return await webhooks.secrets(owner)
