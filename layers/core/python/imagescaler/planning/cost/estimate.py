"""The memory and processor time of scaling an image, estimated from its header and the planned results."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Protocol

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import Plan
from imagescaler.domain.geometry.shrink_on_load import fraction, needed
from imagescaler.domain.options import Box, Options
from imagescaler.planning.cost import coefficients as each_pixel
from imagescaler.planning.cost.coefficients import STEPS, Codec, decoder_of, encoder_of
from imagescaler.planning.cost.source_traits import SourceTraits

# Pillow holds a pixel in four bytes, or in one if it has one channel of eight bits.
PIXEL_BYTES = 4
NANO = 1e-9


@dataclass(frozen=True, slots=True)
class Cost:
    """Peak memory of the process in bytes, and processor time in seconds of the reference machine."""

    memory_bytes: int
    seconds: float


class PlannedOutput(Protocol):
    """A result to be made: an `OutputSpec` of the engine, or a `Preview`."""

    @property
    def plan(self) -> Plan:
        """Geometry of the result."""

    @property
    def options(self) -> Options:
        """How it is to be made."""

    @property
    def format(self) -> Format | None:
        """Format of the result, None for that of the source."""

    @property
    def frames(self) -> int:
        """Frames that stay; 1 for a still image."""


def estimate(traits: SourceTraits, outputs: Sequence[PlannedOutput] = ()) -> Cost:
    """Estimate the cost of decoding an image once and making these results of it, one after the other.

    Frames of an animation are decoded for each result. Without results it is the cost of the cheapest decoding.
    """
    least = needed(traits.stored, [(each.plan, each.options) for each in outputs]) if outputs else (1, 1)
    shrink = fraction(traits.format, traits.stored, least)
    decoder = decoder_of(traits.format, is_progressive=traits.is_progressive)
    decoded = traits.bytes + traits.pixels * (traits.pixel_bytes / shrink**2 + decoder.bytes)
    peak = decoded + max((_result_bytes(traits, each, shrink) for each in outputs), default=0)
    decodings = sum(_decoded_frames(traits, each) for each in outputs if each.frames > 1)
    if not outputs or any(each.frames == 1 for each in outputs):
        decodings += 1
    ns = decodings * traits.pixels * decoder.ns + sum(_result_ns(traits, each, shrink) for each in outputs)
    return Cost(round(each_pixel.PROCESS_BYTES + peak), ns * NANO)


def _result_bytes(traits: SourceTraits, output: PlannedOutput, shrink: int) -> float:
    """Bytes of the largest of three stages (resampling, finishing and encoding), besides the decoded source."""
    plan, options, size = output.plan, output.options, min(traits.pixel_bytes, PIXEL_BYTES)
    area, window = plan.stored_area, plan.stored_window
    used, seen_height = _pixels(area) / shrink**2, area.height / shrink * window.height / plan.stored_scaled[1]
    made, result = _pixels(window), plan.size[0] * plan.size[1]
    copies = (options.crop is not None or options.trim is not None) + traits.has_alpha
    resampling = size * (copies * used + window.width * seen_height + made)
    if options.linear:
        light = used * each_pixel.LINEAR_BYTES + made * each_pixel.LINEAR_RESULT_BYTES
        resampling += light * traits.channels
    finishing = (2 + (options.blur is not None or options.sharpen is not None)) * size * max(made, result)
    encoding = result * (size + _encoder(traits, output).bytes)
    frames = each_pixel.FRAME_BYTES * (traits.pixels + result) if output.frames > 1 else 0
    return frames + max(resampling, finishing, encoding)


def _result_ns(traits: SourceTraits, output: PlannedOutput, shrink: int) -> float:
    """Nanoseconds of all steps and of encoding."""
    plan, options = output.plan, output.options
    made, result = _pixels(plan.window), plan.size[0] * plan.size[1]
    read = _pixels(plan.area) / shrink**2 * made / (plan.scaled[0] * plan.scaled[1])
    resampling = STEPS.resample_linear if options.linear else STEPS.resample
    filters = STEPS.blur * (options.blur is not None) + STEPS.sharpen * (options.sharpen is not None)
    encoder, encodings = _encoder(traits, output), _encodings(traits, output)
    steps = STEPS.result + encoder.palette_ns + resampling * (read + made) + (STEPS.other + filters) * result
    renderings = output.frames * encodings if output.frames > 1 else 1  # frames are too many to be kept
    return steps * renderings + encoder.ns * result * output.frames * encodings


def _decoded_frames(traits: SourceTraits, output: PlannedOutput) -> float:
    """Frames that are decoded for an animated result: all for each encoding, and once more to trim."""
    return output.frames * (_encodings(traits, output) + (output.options.trim is not None))


def _encodings(traits: SourceTraits, output: PlannedOutput) -> float:
    """Count the encodings at most: `max_bytes` makes the engine search the quality by bisection."""
    fmt, options = output.format or traits.format, output.options
    if options.max_bytes is None or options.lossless or not fmt.is_lossy:
        return 1
    return 1 + log2(max(options.quality.of(fmt), 2))


def _encoder(traits: SourceTraits, output: PlannedOutput) -> Codec:
    pixels, is_animated = output.plan.size[0] * output.plan.size[1], output.frames > 1
    return encoder_of(output.format or traits.format, output.options, pixels, is_animated=is_animated)


def _pixels(box: Box) -> int:
    return box.width * box.height
