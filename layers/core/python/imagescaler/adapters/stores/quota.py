"""The quota of stores that keep the images in memory."""

from dataclasses import dataclass
from math import ceil

from imagescaler.domain.errors import StoreFull

MIB = 1 << 20
DEFAULT_QUOTA_BYTES = 768 * MIB
# Sources may fill this share of the quota. The rest is reserved for results, so that accepted tasks can be completed.
SOURCE_SHARE = 0.75
# The uploads of one owner, or of one address where keys are not required, may fill this share of the sources' room.
UPLOAD_SHARE = 0.5
FULL = "The image store has reached its quota. Try again later."
SHARE_USED_UP = "The uploads of this client take the share of the store that they may have. Try again later."


@dataclass(frozen=True, slots=True)
class QuotaSettings:
    """`STORE_QUOTA_BYTES` is the number of bytes that all images together may take in Redis."""

    store_quota_bytes: int = DEFAULT_QUOTA_BYTES


def limit_bytes(key: str, quota_bytes: int) -> int:
    """Return how many bytes the store may hold after `key` is put.

    >>> limit_bytes("sources/1", 1000), limit_bytes("results/1/1", 1000)
    (750, 1000)
    """
    return quota_bytes if key.startswith("results/") else int(quota_bytes * SOURCE_SHARE)


def full(after_s: float | None, *, of_share: bool = False) -> StoreFull:
    """Make the error for a store that has room after `after_s` seconds, None if once waiting work is done.

    >>> full(61.2).retry_after_s, full(None).room_after_s
    (62, None)
    """
    problem = StoreFull(SHARE_USED_UP if of_share else FULL)
    if after_s is not None:
        problem.room_after_s = problem.retry_after_s = max(ceil(after_s), 1)
    return problem
