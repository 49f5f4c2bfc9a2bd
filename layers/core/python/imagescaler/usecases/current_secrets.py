"""Find the secrets that sign webhooks."""

from collections.abc import Sequence

from imagescaler.domain.webhook_secret import WebhookSecret, new_secret
from imagescaler.usecases.ports import WebhookSecrets


async def current_secrets(owner: str, webhooks: WebhookSecrets) -> Sequence[WebhookSecret]:
    """Return the secrets that sign an owner's webhooks, newest first; the first one is made when it is needed."""
    known = await webhooks.secrets(owner)
    if known and known[0].expires_at is None:
        return known
    await webhooks.add_secret(owner, new_secret())
    return await webhooks.secrets(owner)
