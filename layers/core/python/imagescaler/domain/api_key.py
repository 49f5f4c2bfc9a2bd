"""An API key: what its holder has, what is kept of it, and whether the two belong together; pure."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Self

PREFIX = "isk"
ID_BYTES, SECRET_BYTES = 8, 32
OWNER = re.compile(r"[\w.@-]{1,100}")


def check_owner(owner: str) -> str:
    """Return the name of a key's owner; raises ValueError.

    >>> check_owner("ada@example.org")
    'ada@example.org'
    """
    if not OWNER.fullmatch(owner):
        raise ValueError("An owner is named by 1 to 100 letters, digits, _, ., @ or -.")
    return owner


@dataclass(frozen=True, slots=True)
class Credential:
    """What the holder sends: `isk_<id>_<secret>`. The secret has 256 random bits, so a plain hash of it is enough."""

    id: str
    secret: str

    @classmethod
    def new(cls) -> Self:
        """Draw a new one."""
        return cls(secrets.token_hex(ID_BYTES), secrets.token_hex(SECRET_BYTES))

    @classmethod
    def parse(cls, authorization: str) -> Self | None:
        """Read the value of an Authorization header (RFC 6750, 2.1); None when it cannot be a key.

        >>> Credential.parse("Bearer isk_12_ab"), Credential.parse("Basic isk_12_ab")
        (Credential(id='12', secret='ab'), None)
        """
        scheme, _, text = authorization.strip().partition(" ")
        prefix, *rest = text.strip().split("_")
        return cls(*rest) if (scheme.lower(), prefix, len(rest)) == ("bearer", PREFIX, 2) else None

    @property
    def text(self) -> str:
        """Give what the holder is told, once."""
        return f"{PREFIX}_{self.id}_{self.secret}"

    @property
    def secret_hash(self) -> str:
        """Give what is kept of the secret: its SHA-256, in hexadecimal."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key."""

    id: str
    owner: str
    secret_hash: str
    created_at: datetime
    revoked_at: datetime | None = None

    def admits(self, credential: Credential) -> bool:
        """Say whether a credential is this key's and it is not revoked; takes as long for a wrong one."""
        return hmac.compare_digest(self.secret_hash, credential.secret_hash) and self.revoked_at is None
