"""What decoders, steps and encoders take for a pixel: the only measured numbers of the cost model.

Nanoseconds are those of the reference machine (docs/cost.md). A format or step without a number has the usual one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from imagescaler.domain.formats import SMALL_AVIF_PIXELS, Format
from imagescaler.domain.options import Options

PROCESS_BYTES = 62_000_000  # of the processor before it opens an image


@dataclass(frozen=True, slots=True)
class Codec:
    """Time for a pixel, memory for a pixel besides the pixel itself, and time for a color a palette is chosen from."""

    ns: float
    bytes: float = 0.2
    palette_ns: float = 0


RESAMPLE_NS, RESAMPLE_LINEAR_NS = 1.2, 20  # for a pixel read or written
BLUR_NS, SHARPEN_NS = 20, 25  # for a pixel of the result
TRIM_NS = 5  # for a pixel of the source
OTHER_NS = 3  # for a pixel of the result, by all steps without a number of their own together
RESULT_NS = 1e6  # for each result, or frame of one, whatever its size
MOST_COLORS = 2**16  # that Pillow chooses a palette from, however many an image has
FRAME_BYTES = 24  # of canvases and copies, for a pixel of an animation's frame, decoded and encoded
LINEAR_BYTES, LINEAR_RESULT_BYTES = 6, 14  # of floats and tables, for a sample of the source and of the result

DECODERS: Mapping[Format, Codec] = {
    Format.JPEG: Codec(2),
    Format.PNG: Codec(20),
    Format.WEBP: Codec(12, 12),
    Format.AVIF: Codec(10, 6),
    Format.GIF: Codec(11),
    Format.TIFF: Codec(7),
}
PROGRESSIVE_DECODER, USUAL_DECODER = Codec(7, 4), Codec(12, 6)
PALETTE_ENCODER, USUAL_ENCODER = Codec(200, 16, palette_ns=1_300), Codec(100, 20)
ENCODERS: Mapping[Format, Codec] = {
    Format.JPEG: Codec(4, 3),
    Format.PNG: Codec(40),
    Format.WEBP: Codec(35, 9),
    Format.AVIF: Codec(330, 30),
    Format.GIF: PALETTE_ENCODER,
    Format.TIFF: Codec(40, 4),
}
SMALL_AVIF_ENCODER, ANIMATED_AVIF_ENCODER, LOSSLESS_WEBP_ENCODER = Codec(2_400, 39), Codec(90, 30), Codec(390, 36)


def encoder_of(fmt: Format, options: Options, pixels: int, *, is_animated: bool) -> Codec:
    """Return the coefficients of an encoder, as the options set it, for a result of so many pixels."""
    if fmt is Format.AVIF and is_animated:
        return ANIMATED_AVIF_ENCODER
    if fmt is Format.AVIF and pixels <= SMALL_AVIF_PIXELS:
        return SMALL_AVIF_ENCODER
    if fmt is Format.WEBP and options.lossless:
        return LOSSLESS_WEBP_ENCODER
    if fmt is Format.PNG and options.palette and not is_animated:
        return PALETTE_ENCODER
    return ENCODERS.get(fmt, USUAL_ENCODER)
