"""A file that was made of pixels, and the search for one that is small enough."""

from collections.abc import Callable
from dataclasses import dataclass

from imagescaler.domain.errors import MaxBytesTooSmall
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options

LOWEST_QUALITY = 1


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file, and the operations that made it of pixels."""

    data: bytes
    operations: tuple[str, ...]


def fitting(encode_at: Callable[[int], Encoded], form: Format, options: Options) -> Encoded:
    """Encode at the quality that is asked for, or where that takes too many bytes, at the highest that takes no more.

    Raises MaxBytesTooSmall.
    """
    quality, most = options.quality.of(form), options.max_bytes
    encoded = encode_at(quality)
    if most is None or len(encoded.data) <= most:
        return encoded
    if not form.is_lossy or options.lossless:
        raise MaxBytesTooSmall(f"The {form.name} has {len(encoded.data):,} bytes; max_bytes is {most:,}.")
    return _search(encode_at, quality, most, form)


def _search(encode_at: Callable[[int], Encoded], too_high: int, most: int, form: Format) -> Encoded:
    """Search the highest quality that fits, below one that does not, by bisection."""
    lowest, best, least = LOWEST_QUALITY, None, 0
    while lowest < too_high:
        quality = (lowest + too_high) // 2
        encoded = encode_at(quality)
        if len(encoded.data) <= most:
            lowest, best = quality + 1, encoded
        else:
            too_high, least = quality, len(encoded.data)
    if best is None:
        raise MaxBytesTooSmall(f"The {form.name} has {least:,} bytes at the lowest quality; max_bytes is {most:,}.")
    return best
