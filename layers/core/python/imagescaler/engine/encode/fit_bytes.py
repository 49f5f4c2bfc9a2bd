"""Search for the highest quality whose file fits into `max_bytes`."""

from collections.abc import Callable

from imagescaler.domain.errors import MaxBytesTooSmall
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.engine.encode.encoded import Encoded

LOWEST_QUALITY = 1
EncodeAt = Callable[[int], Encoded]


def fit_bytes(encode_at: EncodeAt, fmt: Format, options: Options) -> Encoded:
    """Encode at the quality of the options, or if that takes more than `max_bytes`, at the highest that fits.

    Raises MaxBytesTooSmall.
    """
    quality, most = options.quality_of(fmt), options.max_bytes
    data, operations = encode_at(quality)
    if most is None or len(data) <= most:
        return data, operations
    if not fmt.is_lossy or options.lossless:
        raise MaxBytesTooSmall(f"The {fmt.name} has {len(data):,} bytes; max_bytes is {most:,}.")
    return _bisect(encode_at, quality, most, fmt)


def _bisect(encode_at: EncodeAt, too_high: int, most: int, fmt: Format) -> Encoded:
    lowest, best, least = LOWEST_QUALITY, None, 0
    while lowest < too_high:
        quality = (lowest + too_high) // 2
        encoded = encode_at(quality)
        if len(encoded[0]) <= most:
            lowest, best = quality + 1, encoded
        else:
            too_high, least = quality, len(encoded[0])
    if best is None:
        raise MaxBytesTooSmall(f"The {fmt.name} has {least:,} bytes at the lowest quality; max_bytes is {most:,}.")
    return best
