"""The memory and processor time of scaling an image, estimated from its header and the planned results."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2, prod
from typing import Protocol

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import Plan
from imagescaler.domain.geometry.shrink_on_load import fraction, needed
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import TRIED_QUALITIES, Options
from imagescaler.domain.task.task import Task
from imagescaler.planning.cost import coefficients as table
from imagescaler.planning.preview import Preview, preview
from imagescaler.planning.source_traits import SourceTraits

TRIES = len(TRIED_QUALITIES).bit_length()
PIXEL_BYTES = 4  # of Pillow's modes, but for one channel of eight bits


@dataclass(frozen=True, slots=True)
class Cost:
    """Peak memory of the process in bytes, and processor time in seconds of the reference machine."""

    memory_bytes: int
    seconds: float


class PlannedOutput(Protocol):
    """A planned result; `format` None is that of the source, `frames` is above 1 for an animation."""

    @property
    def plan(self) -> Plan: ...  # noqa: D102
    @property
    def options(self) -> Options: ...  # noqa: D102
    @property
    def format(self) -> Format | None: ...  # noqa: D102
    @property
    def frames(self) -> int: ...  # noqa: D102


def estimate(traits: SourceTraits, outputs: Sequence[PlannedOutput] = ()) -> Cost:
    """Estimate the cost of decoding an image once and making these results of it, one after the other.

    An animation is decoded for each result. Without results it is the cost of the cheapest decoding.
    """
    assert traits.format
    least = needed(traits.stored, [(each.plan, each.options) for each in outputs]) if outputs else (1, 1)
    shrink, pixels = fraction(traits.format, traits.stored, least), traits.decoded_pixels or prod(traits.stored)
    usual = table.DECODERS.get(traits.format, table.USUAL_DECODER)
    decoder = table.PROGRESSIVE_DECODER if traits.is_progressive else usual
    held_shrink = min(shrink, 2) if traits.decoded_pixels else shrink
    held = table.PROCESS_BYTES + traits.bytes + pixels * (traits.pixel_bytes / held_shrink**2 + decoder.bytes)
    held += (traits.decodings > 1) * pixels * table.SALVAGE_BYTES / held_shrink**2
    animated = [_decodings(traits, each) for each in outputs if each.frames > 1]
    decoded = traits.decodings * (sum(animated) + (len(animated) < max(len(outputs), 1)))
    results = [_result(traits, each, shrink) for each in outputs]
    bits = min(8 * traits.bytes / traits.frames, table.MOST_BITS * pixels) or table.USUAL_BITS * pixels
    pixel_ns = decoder.ns + (traits.passes - 1) * decoder.pass_ns
    if animated:
        pixel_ns = table.COMPOSING_NS + pixel_ns * min(bits / pixels / table.PLAIN_BITS, 1)
    seconds = decoded * (pixels * pixel_ns + bits * decoder.bit_ns) / 1e9 + sum(each.seconds for each in results)
    return Cost(round(held) + max((each.memory_bytes for each in results), default=0), seconds)


def estimate_previews(previews: Sequence[Preview]) -> Cost | None:
    """Estimate the cost of all results of one source; None without results, or if its format is unknown."""
    if not previews or previews[0].traits.format is None:
        return None
    return estimate(previews[0].traits, previews)


def work_s(task: Task, limits: Limits) -> float:
    """Return the estimated processor seconds for all results of a task.

    It is 0 while its source is unknown, and if the limits no longer permit the results.
    """
    if task.source is None:
        return 0
    try:
        cost = estimate_previews([preview(SourceTraits.of(task.source), each, limits) for each in task.output_options])
    except ImageProblem:
        return 0
    return cost.seconds if cost else 0


def _result(traits: SourceTraits, output: PlannedOutput, shrink: int) -> Cost:
    """Return the cost of one result besides decoding: the bytes of its largest stage, and the time of all of them."""
    plan, options, fmt = output.plan, output.options, _format(traits, output)
    used, scaled = plan.area.width * plan.area.height / shrink**2, prod(plan.scaled)
    window, result = plan.window.width * plan.window.height, prod(plan.size)
    bits = 8 * traits.bytes / prod(traits.stored) / traits.frames if traits.bytes else table.USUAL_BITS
    bits = max(bits - table.LEAST_BITS.get(traits.format, 0), 0)
    color_bits = bits * min(prod(traits.stored) / min(scaled, table.MOST_COLORS), 1)
    bits *= min(prod(traits.stored) / scaled, 1)
    is_animated, has_few_colors = output.frames > 1, traits.has_few_colors
    encoder = table.encoder_of(
        fmt, options, result, bits, color_bits, is_animated=is_animated, has_few_colors=has_few_colors
    )
    is_copied = bool(options.blur or options.sharpen or options.radius)
    has_watermark = options.watermark is not None
    size = PIXEL_BYTES if options.radius or has_watermark else min(traits.pixel_bytes, PIXEL_BYTES)

    copies = (options.crop is not None or options.trim is not None) + (traits.channels % 2 == 0)  # to premultiply alpha
    rows = window * plan.stored_area.height / shrink / plan.stored_scaled[1]  # between the two passes
    resampling = size * (copies * used + rows + window)
    if options.linear:
        resampling += traits.channels * (used * table.LINEAR_BYTES + window * table.LINEAR_RESULT_BYTES)
    finishing, encoding = (
        (2 + is_copied + 2 * has_watermark) * size * max(window, result),
        result * (size + encoder.bytes),
    )
    frames = table.FRAME_BYTES * (prod(traits.stored) + result) if output.frames > 1 else 0

    tries = TRIES if options.searches_quality(fmt) else 0  # of the first frame
    encoding += (tries > 0) * result * table.SCORE_BYTES
    decoder = table.DECODERS.get(fmt, table.USUAL_DECODER)
    try_ns = encoder.ns + decoder.ns + decoder.bit_ns * table.USUAL_BITS + table.SCORE_NS

    encodings = output.frames * _encodings(fmt, options)
    resample_ns = table.RESAMPLE_LINEAR_NS if options.linear else table.RESAMPLE_NS
    finish_ns = table.OTHER_NS + table.BLUR_NS * bool(options.blur) + table.SHARPEN_NS * bool(options.sharpen)
    palette_ns = encoder.palette_ns * (table.LEAST_COLORS + min(result, table.MOST_COLORS))
    trim_ns = table.TRIM_NS * prod(traits.stored) if options.trim is not None else 0
    once_ns = table.RESULT_NS + table.PLACEHOLDER_NS * bool(options.placeholder)
    once_ns += table.WATERMARK_NS * has_watermark
    ns = once_ns + palette_ns + trim_ns + resample_ns * (used * window / scaled + window) + finish_ns * result
    renderings = encodings if output.frames > 1 else 1  # frames are too many to be kept
    seconds = (renderings * ns + encodings * encoder.ns * result + tries * (try_ns * result + table.TRY_NS)) / 1e9
    return Cost(round(frames + max(resampling, finishing, encoding)), seconds)


def _decodings(traits: SourceTraits, output: PlannedOutput) -> float:
    """Count all frames for each encoding, and once more where trim or alpha depends on all of them."""
    is_searched = output.options.trim is not None or not output.options.background
    return output.frames * (_encodings(_format(traits, output), output.options) + is_searched)


def _encodings(fmt: Format, options: Options) -> float:
    """Count the encodings at most: `max_bytes` makes the engine search the quality by bisection."""
    is_searched = options.max_bytes is not None and fmt.is_lossy and not options.lossless
    return 1 + log2(max(options.quality_of(fmt), 2)) if is_searched else 1


def _format(traits: SourceTraits, output: PlannedOutput) -> Format:
    fmt = output.format or traits.format
    assert fmt
    return fmt
