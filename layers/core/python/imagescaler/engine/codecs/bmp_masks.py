"""Pixels of a BMP whose samples are at any bits of them (Microsoft, "BITMAPV4HEADER structure (wingdi.h)")."""

from PIL import Image, ImageMath

from imagescaler.domain.geometry.turn import Size

ROWS, SAMPLE_BITS, OPAQUE = 64, 8, 255  # rows that are computed at once: integers take four bytes each
RAW_MODES = {16: ("I;16", "I;16"), 32: ("I", "I;32")}


def unmasked_rows(data: memoryview, size: Size, bits: int, masks: tuple[int, ...]) -> bytearray:
    """Return the rows that there are as blue, green, red and alpha of eight bits.

    `masks` are those of red, green, blue and alpha; without alpha, or with none above 0, pixels are opaque.
    Raises LookupError for a number of bits that masks do not go with.
    """
    (width, height), (mode, raw_mode) = size, RAW_MODES[bits]
    stride = (width * bits + 31) // 32 * 4
    height, made = min(height, len(data) // stride), bytearray()
    for top in range(0, height, ROWS):
        part = (width, min(ROWS, height - top))
        rows = data[top * stride : (top + part[1]) * stride]
        pixels = Image.frombytes(mode, part, bytes(rows), "raw", raw_mode, stride).convert("I")
        made += Image.merge("RGBA", [_samples(pixels, mask) for mask in masks]).tobytes("raw", "BGRA")
    if not any(made[3::4]):
        made[3::4] = bytes([OPAQUE]) * (len(made) // 4)
    return made


def _samples(pixels: Image.Image, mask: int) -> Image.Image:
    """Return the samples at the bits of a mask; of more than eight, the highest."""
    lowest, bits = (mask & -mask).bit_length() - 1, mask.bit_count()
    if not mask:
        return Image.new("L", pixels.size)
    shift, highest = lowest + max(bits - SAMPLE_BITS, 0), 2 ** min(bits, SAMPLE_BITS) - 1
    samples: Image.Image = ImageMath.lambda_eval(lambda of: (of["pixels"] >> shift) & highest, pixels=pixels)
    return samples.convert("L").point([round(OPAQUE * min(level / highest, 1)) for level in range(OPAQUE + 1)])
