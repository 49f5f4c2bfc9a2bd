"""API keys: the credential that a client sends, and the record with the hash of its secret."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from imagescaler.domain.quota import Use

PREFIX = "isk"
ID_BYTES, SECRET_BYTES = 8, 32
AUTHORIZATION = re.compile(rf" *(?i:bearer) +{PREFIX}_(?P<id>[0-9a-z]{{1,64}})_(?P<secret>[0-9a-z]{{1,64}}) *")
OWNER = re.compile(r"[\w.@-]{1,100}")


def check_owner(owner: str) -> str:
    """Return `owner` if it is a valid name; raises ValueError.

    >>> check_owner("ada@example.org")
    'ada@example.org'
    """
    if not OWNER.fullmatch(owner):
        raise ValueError("An owner is named by 1 to 100 letters, digits, _, ., @ or -.")
    return owner


@dataclass(frozen=True, slots=True)
class Credential:
    """A client's key: `isk_<id>_<secret>`. The secret has 256 random bits, so a plain SHA-256 protects it."""

    id: str
    secret: str

    @classmethod
    def new(cls) -> Self:
        """Generate a random credential."""
        return cls(secrets.token_hex(ID_BYTES), secrets.token_hex(SECRET_BYTES))

    @classmethod
    def parse(cls, authorization: str) -> Self | None:
        """Parse an Authorization header (RFC 6750, 2.1); None if it is not an API key.

        >>> Credential.parse("Bearer isk_12_ab"), Credential.parse("Basic isk_12_ab")
        (Credential(id='12', secret='ab'), None)
        """
        match = AUTHORIZATION.fullmatch(authorization)
        return cls(match["id"], match["secret"]) if match else None

    @property
    def text(self) -> str:
        """The whole key. It is shown once, when it is created."""
        return f"{PREFIX}_{self.id}_{self.secret}"

    @property
    def secret_hash(self) -> str:
        """SHA-256 of the secret, in hexadecimal: all that is stored of it."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The stored record of a key; `quota` has the limits that replace the default, `today` what it has used.

    `webhook_url` is that of its tasks that have none themselves.
    """

    id: str
    owner: str
    secret_hash: str
    created_at: datetime
    revoked_at: datetime | None = None
    quota: Mapping[str, int] = field(default_factory=dict, hash=False)
    today: Use = field(default_factory=Use)
    webhook_url: str | None = None

    def admits(self, credential: Credential) -> bool:
        """True if the credential matches this key and it is not revoked. Compares in constant time."""
        return hmac.compare_digest(self.secret_hash, credential.secret_hash) and self.revoked_at is None
