"""The status of a task, and the allowed transitions."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """The status of a task."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    DELETED = "deleted"

    @property
    def is_final(self) -> bool:
        """True if no attempt can follow."""
        return self not in {Status.PENDING, Status.PROCESSING}


TRANSITIONS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.PENDING: frozenset({Status.PROCESSING, Status.FAILED, Status.DELETED}),
        Status.PROCESSING: frozenset(
            {Status.PROCESSING, Status.PENDING, Status.COMPLETED, Status.FAILED, Status.DELETED}
        ),
        Status.COMPLETED: frozenset({Status.EXPIRED, Status.DELETED}),
        Status.FAILED: frozenset({Status.DELETED}),
        Status.EXPIRED: frozenset({Status.DELETED}),
        Status.DELETED: frozenset(),
    }
)
"""Every allowed transition. From `processing` to `processing` is a new attempt after an expired lease."""
