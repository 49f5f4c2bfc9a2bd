"""How much memory the images may take, where it is memory that they take."""

from dataclasses import dataclass

MIB = 1 << 20
DEFAULT_QUOTA_BYTES = 768 * MIB
# Sources may fill this much of the budget; the rest is for results alone. So accepted work can always be finished.
SOURCE_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class QuotaSettings:
    """`STORE_QUOTA_BYTES` is what all images together may take in Redis."""

    store_quota_bytes: int = DEFAULT_QUOTA_BYTES


def limit_bytes(key: str, quota_bytes: int) -> int:
    """Give how full the store may be after `key` was put.

    >>> limit_bytes("sources/1", 1000), limit_bytes("results/1/1", 1000)
    (750, 1000)
    """
    return quota_bytes if key.startswith("results/") else int(quota_bytes * SOURCE_SHARE)
