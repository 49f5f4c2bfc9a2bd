"""Signs webhooks and posts them to their receivers (Standard Webhooks)."""

from collections.abc import Sequence
from datetime import datetime

from standardwebhooks.webhooks import Webhook as Signer

from imagescaler.adapters.outbound.http_client import HttpClient
from imagescaler.domain.errors import HostUnreachable, UrlForbidden, WebhookNotSent
from imagescaler.domain.webhook import Webhook


class HttpWebhookSender:
    """Posts the body as JSON, with one signature for each secret, and follows no redirect."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    async def send(self, webhook: Webhook, body: str, secrets: Sequence[str], *, timeout_s: float) -> int:
        """Post a webhook and return the status of the response; raises WebhookNotSent.

        The timestamp is the begin of the attempt, by the repository's clock: receivers refuse one that is minutes off.
        """
        began_at = webhook.attempted_at or webhook.created_at
        headers = {"Content-Type": "application/json", **signed(str(webhook.id), began_at, body, secrets)}
        try:
            return await self._client.post(webhook.url, body.encode(), headers, timeout_s=timeout_s)
        except (HostUnreachable, UrlForbidden) as error:
            raise WebhookNotSent(str(error)) from error


def signed(webhook_id: str, now: datetime, body: str, secrets: Sequence[str]) -> dict[str, str]:
    """Return the headers by which a receiver verifies a body with any of these secrets."""
    signatures = (Signer(secret).sign(webhook_id, now, body) for secret in secrets)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
