"""An upload: bytes that a client sends to the store itself, ahead of its tasks."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that a client may make of the store: its URL, and the headers that it must have.

    The URL may be a path alone: then it is at the address where the client has asked for it.
    """

    method: str
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Upload:
    """Where the bytes go, and until when they may be sent, and tasks be made of them."""

    id: UUID
    request: SignedRequest
    expires_at: datetime


def upload_key(upload_id: UUID, owner: str) -> str:
    """Give the store's key for an upload: each owner's have a place of their own, and are not there for others.

    >>> upload_key(UUID(int=1), "")
    'uploads/00000000-0000-0000-0000-000000000001'
    >>> upload_key(UUID(int=1), "ada")
    'uploads/fdee430d40bd57de/00000000-0000-0000-0000-000000000001'
    """
    place = f"{hashlib.sha256(owner.encode()).hexdigest()[:16]}/" if owner else ""
    return f"uploads/{place}{upload_id}"
