"""What decoders, steps and encoders take for a pixel: the only measured numbers of the cost model.

Nanoseconds are those of the reference machine (docs/cost.md). A format or step without a number has the usual one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from imagescaler.domain.formats import SMALL_AVIF_PIXELS, Format
from imagescaler.domain.options import Options

PROCESS_BYTES = 62_000_000  # of the processor before it opens an image


@dataclass(frozen=True, slots=True)
class Codec:
    """Time for a pixel, memory for a pixel besides the pixel itself, and time for a color a palette is chosen from.

    `bit_ns` is the time of a decoder for a bit of the file, and `pass_ns` for a pixel in each pass after the first.
    """

    ns: float
    bytes: float = 0.2
    palette_ns: float = 0
    bit_ns: float = 0
    pass_ns: float = 0
    plain: float = 1  # share of these times that a plain picture takes


RESAMPLE_NS, RESAMPLE_LINEAR_NS = 1.2, 20  # for a pixel read or written
BLUR_NS, SHARPEN_NS = 20, 25  # for a pixel of the result
TRIM_NS = 5  # for a pixel of the source
PLACEHOLDER_NS, WATERMARK_NS = 8e6, 3e7  # whatever the size; of a watermark of a megapixel
SCORE_NS, SCORE_BYTES = 20, 12  # for a pixel of the result that is compared
OTHER_NS = 3  # for a pixel of the result, by all steps without a number of their own together
RESULT_NS = 1e6  # for each result, or frame of one, whatever its size
MOST_COLORS = 2**16  # that Pillow chooses a palette from, however many an image has
FRAME_BYTES = 24  # of canvases and copies, for a pixel of an animation's frame, decoded and encoded
SALVAGE_BYTES = 12  # of copies that are compared, for a pixel of a damaged file
LINEAR_BYTES, LINEAR_RESULT_BYTES = 6, 14  # of floats and tables, for a sample of the source and of the result

DECODERS: Mapping[Format, Codec] = {
    Format.JPEG: Codec(2),
    Format.PNG: Codec(20),
    Format.WEBP: Codec(12, 12),
    Format.AVIF: Codec(10, 6),
    Format.JXL: Codec(25, 10, bit_ns=8),
    Format.GIF: Codec(11),
    Format.TIFF: Codec(7),
    Format.BMP: Codec(3),
    Format.ICO: Codec(5, 4),
    Format.HEIC: Codec(60, 5),
}
PROGRESSIVE_DECODER, USUAL_DECODER = Codec(7, 4), Codec(12, 6)
PALETTE_ENCODER, USUAL_ENCODER = Codec(200, 16, palette_ns=1_300, plain=0.12), Codec(100, 20)
ENCODERS: Mapping[Format, Codec] = {
    Format.JPEG: Codec(4, 3),
    Format.PNG: Codec(40, plain=0.2),
    Format.WEBP: Codec(35, 9),
    Format.JXL: Codec(60, 30),
    Format.GIF: PALETTE_ENCODER,
    Format.TIFF: Codec(40, 4, plain=0.15),
}
ANIMATED_AVIF_ENCODER = Codec(90, 30)
LOSSLESS_ENCODERS: Mapping[Format, Codec] = {Format.WEBP: Codec(330, 36, plain=0.015), Format.JXL: Codec(120, 30)}
# Of an AVIF: time for a plain pixel, for one full of detail at quality 0, and more for each step of the quality.
SMALL_AVIF, LARGE_AVIF = (150, 1_200, 45), (70, 120, 7)
USUAL_BITS, PLAIN_BITS = 1.5, 0.35  # of the file of a photograph for a pixel, and where a picture is half plain
LEAST_BITS: Mapping[Format | None, float] = {Format.JPEG: 0.12}  # of a file for a pixel, however plain the picture is
NOISY_BITS = 8  # of the source for a pixel, at which a palette takes twice as long: more colors are reduced


def encoder_of(
    fmt: Format, options: Options, pixels: int, bits: float, spread: float, *, is_animated: bool, has_few_colors: bool
) -> Codec:
    """Return the coefficients of an encoder, as options and source set it, for a result of so many pixels.

    The `bits` of the source's file for each of its pixels stand for the colors of the image; those for a pixel of
    source or result, whichever has more (`spread`), for its detail.
    """
    if fmt is Format.AVIF and is_animated:
        return ANIMATED_AVIF_ENCODER
    if fmt is Format.AVIF:
        is_small = pixels <= SMALL_AVIF_PIXELS
        plain, detailed, by_quality = SMALL_AVIF if is_small else LARGE_AVIF
        detail = spread / (spread + 1)
        return Codec(plain + detail * (detailed + by_quality * options.quality_of(fmt)), 39 if is_small else 30)
    codec = ENCODERS.get(fmt, USUAL_ENCODER)
    if options.lossless:
        codec = LOSSLESS_ENCODERS.get(fmt, codec)
    may_have_palette = options.palette or (options.palette is None and options.keeps_coding and has_few_colors)
    if fmt is Format.PNG and may_have_palette and not is_animated:
        codec = PALETTE_ENCODER
    share = (spread**2 + codec.plain * PLAIN_BITS**2) / (spread**2 + PLAIN_BITS**2)
    colors = 1 + bits / NOISY_BITS if codec is PALETTE_ENCODER else 1
    return replace(codec, ns=codec.ns * share * colors, palette_ns=codec.palette_ns * share)
