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
PLACEHOLDER_NS, WATERMARK_NS = 12e6, 15e6  # whatever the size; of a watermark of half a megapixel
SCORE_NS, SCORE_BYTES = 20, 12  # for a pixel of the result that is compared
TRY_NS = 2.5e6  # for each quality that is tried, whatever the size
OTHER_NS = 3  # for a pixel of the result, by all steps without a number of their own together
RESULT_NS = 1e6  # for each result, or frame of one, whatever its size
MOST_BITS = 8  # of the file for a pixel, above which decoding takes no longer
COMPOSING_NS = 2  # for a pixel of an animation, of whose frames only the parts that change are decoded
LEAST_COLORS = 10_000  # whose time a palette takes even of a few colors
MOST_COLORS = 2**16  # that Pillow chooses a palette from, however many an image has
FRAME_BYTES = 24  # of canvases and copies, for a pixel of an animation's frame, decoded and encoded
SALVAGE_BYTES = 12  # of copies that are compared, for a pixel of a damaged file
LINEAR_BYTES, LINEAR_RESULT_BYTES = 6, 14  # of floats and tables, for a sample of the source and of the result

DECODERS: Mapping[Format, Codec] = {
    Format.JPEG: Codec(0.7, bit_ns=0.9),
    Format.PNG: Codec(4.5, bit_ns=1),
    Format.WEBP: Codec(6, 12, bit_ns=5),
    Format.AVIF: Codec(5, 6, bit_ns=5),
    Format.JXL: Codec(25, 10, bit_ns=8, pass_ns=25),
    Format.GIF: Codec(3, bit_ns=0.5),
    Format.TIFF: Codec(5, pass_ns=0.55),
    Format.BMP: Codec(3),
    Format.ICO: Codec(5, 4),
    Format.HEIC: Codec(8, 5, bit_ns=10, pass_ns=8),
}
PROGRESSIVE_DECODER, USUAL_DECODER = Codec(0.55, 4, bit_ns=2.5, pass_ns=0.55), Codec(12, 6)
PALETTE_ENCODER, USUAL_ENCODER = Codec(200, 16, palette_ns=1_300, plain=0.12), Codec(100, 20)
ANIMATED_PALETTE_ENCODER = replace(PALETTE_ENCODER, plain=0.03)  # frames that are alike share a palette
ENCODERS: Mapping[Format, Codec] = {
    Format.JPEG: Codec(4, 3),
    Format.PNG: Codec(40, plain=0.2),
    Format.WEBP: Codec(35, 9, plain=0.5),
    Format.JXL: Codec(60, 30),
    Format.GIF: PALETTE_ENCODER,
    Format.TIFF: Codec(40, 4, plain=0.15),
}
ANIMATED_AVIF_ENCODER = Codec(110, 30, plain=0.2)
LOSSLESS_ENCODERS: Mapping[Format, Codec] = {Format.WEBP: Codec(330, 36, plain=0.015), Format.JXL: Codec(120, 30)}
# Of an AVIF: time for a plain pixel, for one full of detail at quality 0, and more for each step of the quality.
SMALL_AVIF, LARGE_AVIF = (150, 1_200, 45), (70, 120, 7)
USUAL_BITS, PLAIN_BITS = 1.5, 0.35  # of the file of a photograph for a pixel, and where a picture is half plain
LEAST_BITS: Mapping[Format | None, float] = {Format.JPEG: 0.12}  # of a file for a pixel, however plain the picture is
NOISY_BITS = 8  # of the source for a pixel, at which a palette takes twice as long: more colors are reduced
SAMPLE_BITS = 24  # of a pixel; a file of a few pixels has more, which are its header


def encoder_of(
    fmt: Format,
    options: Options,
    pixels: int,
    bits: float,
    color_bits: float,
    *,
    is_animated: bool,
    has_few_colors: bool,
) -> Codec:
    """Return the coefficients of an encoder, as options and source set it, for a result of so many pixels.

    The `bits` of the source's file for each pixel of source or result, whichever has more, stand for its detail,
    the `color_bits` for its colors, which an enlargement has as well.
    """
    if fmt is Format.AVIF and not is_animated:
        is_small = pixels <= SMALL_AVIF_PIXELS
        plain, detailed, by_quality = SMALL_AVIF if is_small else LARGE_AVIF
        detail = bits / (bits + 1)
        return Codec(plain + detail * (detailed + by_quality * options.quality_of(fmt)), 39 if is_small else 30)
    codec = ANIMATED_AVIF_ENCODER if fmt is Format.AVIF else ENCODERS.get(fmt, USUAL_ENCODER)
    if options.lossless:
        codec = LOSSLESS_ENCODERS.get(fmt, codec)
    may_have_palette = options.palette or (options.palette is None and options.keeps_coding and has_few_colors)
    if fmt is Format.PNG and may_have_palette and not is_animated:
        codec = PALETTE_ENCODER
    if is_animated and codec is PALETTE_ENCODER:
        codec = ANIMATED_PALETTE_ENCODER
    share = (bits**2 + codec.plain * PLAIN_BITS**2) / (bits**2 + PLAIN_BITS**2)
    colors = 1 + min(color_bits, SAMPLE_BITS) / NOISY_BITS if codec.palette_ns else 1
    return replace(codec, ns=codec.ns * share * colors, palette_ns=codec.palette_ns * share)
