"""Search for the lowest quality whose perceptual score reaches a target."""

from collections.abc import Callable
from typing import NamedTuple

from imagescaler.domain.options import TRIED_QUALITIES
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.engine.encode.fit_bytes import EncodeAt


class FittedQuality(NamedTuple):
    """A quality, the file that was encoded at it, and its score."""

    quality: int
    encoded: Encoded
    score: float


def fit_quality(encode_at: EncodeAt, score: Callable[[bytes], float], target: int) -> FittedQuality:
    """Encode at the lowest quality whose score is at least `target`, or at the highest if none is; in five tries."""
    low, high, best = 0, len(TRIED_QUALITIES), None
    while low < high:
        middle = (low + high) // 2
        encoded = encode_at(TRIED_QUALITIES[middle])
        tried = FittedQuality(TRIED_QUALITIES[middle], encoded, score(encoded[0]))
        if tried.score >= target:
            best, high = tried, middle
        else:
            low = middle + 1
    return best or tried
