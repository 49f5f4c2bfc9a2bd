"""Secrets by which receivers verify webhooks (Standard Webhooks, "Signature scheme")."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

PREFIX = "whsec_"
SECRET_BYTES = 32  # 24 to 64 are permitted
OVERLAP_S = 86_400


def new_secret() -> str:
    """Generate a random secret: `whsec_` and 32 bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """A secret of an owner. One that was replaced still signs until `expires_at`."""

    owner: str
    secret: str
    created_at: datetime
    expires_at: datetime | None = None
