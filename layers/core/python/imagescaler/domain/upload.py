"""Uploads: a client sends the bytes directly to the store, before it creates tasks."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

UNKNOWN_TYPE = "application/octet-stream"
"""Media type of a file whose format its client does not know (RFC 2046, section 4.5.1)."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that a client may send to the store, with the headers that it must have.

    The URL may be a path; then it is relative to the address of the API.
    """

    method: str
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Upload:
    """Where to send the bytes. Sending them and creating tasks from them is possible until `expires_at`."""

    id: UUID
    request: SignedRequest
    expires_at: datetime


def upload_key(upload_id: UUID, owner: str) -> str:
    """Return the store key of an upload. The owner is part of it, so other owners cannot find it.

    >>> upload_key(UUID(int=1), "")
    'uploads/00000000-0000-0000-0000-000000000001'
    >>> upload_key(UUID(int=1), "ada")
    'uploads/fdee430d40bd57de/00000000-0000-0000-0000-000000000001'
    """
    folder = f"{hashlib.sha256(owner.encode()).hexdigest()[:16]}/" if owner else ""
    return f"uploads/{folder}{upload_id}"


def owner_folder(key: str) -> str:
    """Return the part of an upload's key that stands for its owner, empty without one.

    >>> owner_folder(upload_key(UUID(int=1), "ada")), owner_folder(upload_key(UUID(int=1), ""))
    ('fdee430d40bd57de', '')
    """
    _, *folders, _ = key.split("/")
    return "/".join(folders)
