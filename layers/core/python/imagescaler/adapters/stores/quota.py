"""The quota of stores that keep the images in memory."""

from dataclasses import dataclass

MIB = 1 << 20
DEFAULT_QUOTA_BYTES = 768 * MIB
# Sources may fill this share of the quota. The rest is reserved for results, so that accepted tasks can be completed.
SOURCE_SHARE = 0.75
FULL = "The image store has reached its quota. Try again later."


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
