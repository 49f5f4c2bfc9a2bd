"""Where clients want their results."""

from functools import cache

from imagescaler.adapters.targets.s3 import S3Target
from imagescaler.usecases.ports import ResultTarget


@cache
def from_env() -> ResultTarget:
    """Return this environment's target, always the same one."""
    return S3Target()
