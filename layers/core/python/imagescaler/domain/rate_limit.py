"""One limit of a quota, as clients see it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A limit and what is left of it, in tasks or whole megapixels; `resets_after_s` is None unless it is per day."""

    name: str
    most: int
    left: int
    resets_after_s: int | None = None
