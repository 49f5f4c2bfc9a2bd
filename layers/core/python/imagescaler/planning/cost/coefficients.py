"""What each decoder, step and encoder takes per pixel; the only measured numbers of the cost model.

Nanoseconds are those of the reference machine (docs/cost.md). A format or step without a row has the usual one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from imagescaler.domain.formats import SMALL_AVIF_PIXELS, Format
from imagescaler.domain.options import Options

# Seconds that `reference_s` of tools/benchmarks/costs takes on the reference machine.
REFERENCE_S = 0.0268
# A process that has loaded the engine and no image.
PROCESS_BYTES = 62_000_000


@dataclass(frozen=True, slots=True)
class Codec:
    """Processor time for a pixel, memory for a pixel besides the pixel itself, and time to choose a palette."""

    ns: float
    bytes: float = 0.2
    palette_ns: float = 0


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Nanoseconds of the steps: of resampling for a pixel read or written, of the others for a pixel of the result.

    `other` covers all steps without a number of their own together; `result` is spent once per result or frame.
    """

    resample: float
    resample_linear: float
    blur: float
    sharpen: float
    other: float
    result: float


STEPS = StepTimes(resample=1.2, resample_linear=20, blur=20, sharpen=25, other=3, result=1e6)
# Linear light holds floats: for a sample of the source, and of the result with the tables that convert it back.
LINEAR_BYTES, LINEAR_RESULT_BYTES = 6, 14
# Canvases and copies that an animation needs for a pixel of one frame, decoded as well as encoded.
FRAME_BYTES = 24

DECODERS: Mapping[Format, Codec] = MappingProxyType(
    {
        Format.JPEG: Codec(2),
        Format.PNG: Codec(20),
        Format.WEBP: Codec(12, 12),
        Format.AVIF: Codec(10, 6),
        Format.GIF: Codec(9),
        Format.TIFF: Codec(7),
    }
)
PROGRESSIVE_DECODER = Codec(7, 4)
USUAL_DECODER = Codec(12, 6)

ENCODERS: Mapping[Format, Codec] = MappingProxyType(
    {
        Format.JPEG: Codec(5, 3),
        Format.PNG: Codec(30),
        Format.WEBP: Codec(35, 9),
        Format.AVIF: Codec(330, 30),
        Format.GIF: Codec(120, 14, palette_ns=15e6),
        Format.TIFF: Codec(30, 4),
    }
)
SMALL_AVIF_ENCODER, ANIMATED_AVIF_ENCODER = Codec(2_400, 39), Codec(60, 30)
LOSSLESS_WEBP_ENCODER, PALETTE_ENCODER = Codec(390, 36), Codec(280, 19, palette_ns=15e6)
USUAL_ENCODER = Codec(100, 20)


def decoder_of(fmt: Format, *, is_progressive: bool) -> Codec:
    """Coefficients of the decoder of a format."""
    return PROGRESSIVE_DECODER if is_progressive else DECODERS.get(fmt, USUAL_DECODER)


def encoder_of(fmt: Format, options: Options, pixels: int, *, is_animated: bool) -> Codec:
    """Coefficients of the encoder of a format, as the options set it, for a result of so many pixels."""
    if fmt is Format.AVIF and is_animated:
        return ANIMATED_AVIF_ENCODER
    if fmt is Format.AVIF and pixels <= SMALL_AVIF_PIXELS:
        return SMALL_AVIF_ENCODER
    if fmt is Format.WEBP and options.lossless:
        return LOSSLESS_WEBP_ENCODER
    if fmt is Format.PNG and options.palette:
        return PALETTE_ENCODER
    return ENCODERS.get(fmt, USUAL_ENCODER)
