"""Webhooks: what the service sends when a task has ended (Standard Webhooks)."""

from collections.abc import Mapping

from imagescaler_client.errors import InvalidSignature
from imagescaler_client.models import WebhookEvent


def verify(body: bytes | str, headers: Mapping[str, str], secret: str) -> WebhookEvent:
    """Check the signature of a request's body as it was received, and return the event.

    `secret` begins with `whsec_`. Raises InvalidSignature, also for a request that is older than five minutes.
    """
    from standardwebhooks import Webhook, WebhookVerificationError  # noqa: PLC0415 - an optional dependency

    try:
        Webhook(secret).verify(body, dict(headers))
    except (WebhookVerificationError, ValueError) as error:  # ValueError: a header that is no signature
        raise InvalidSignature(str(error)) from error
    return WebhookEvent.model_validate_json(body)
