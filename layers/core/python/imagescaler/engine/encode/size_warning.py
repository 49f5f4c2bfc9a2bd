"""The warning that a result has more bytes than its source, and what is usually smaller."""

from collections.abc import Iterator

from imagescaler.domain.formats import RESULT_FORMATS
from imagescaler.domain.task.outcome import Result
from imagescaler.domain.task.source import Source
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.engine.salvage.salvage import SALVAGE

NOTICEABLE = 1.05  # less may come from headers and metadata, which no option makes smaller
QUANTIZE = "quantize"  # the operation that made a palette


def size_warnings(
    spec: OutputSpec, source: Source, result: Result, operations: tuple[str, ...], mode: str
) -> list[str]:
    """Return a sentence if a result has noticeably more bytes than its source, and not more pixels.

    `mode` is Pillow's of the pixels before they got a palette, if they did. What is left of a file says nothing of the
    size of the whole.
    """
    is_reduced = result.width * result.height * result.frames <= source.width * source.height * source.frames
    if result.bytes <= NOTICEABLE * source.bytes or not is_reduced or operations[0].startswith(SALVAGE):
        return []
    has_palette = any(each.startswith(QUANTIZE) for each in operations)
    ways = list(_smaller(spec, source, may_get_palette=not has_palette and mode.startswith("RGB")))
    advice = f" {' or '.join(ways)} is usually smaller." if ways else " Resampling made more colors, and all are kept."
    name = result.format.name
    return [
        f"The {name} has {result.bytes:,} bytes and its source {source.bytes:,}, though it has no more pixels.{advice}"
    ]


def _smaller(spec: OutputSpec, source: Source, *, may_get_palette: bool) -> Iterator[str]:
    """Yield options with which a result usually has fewer bytes; nothing is encoded to find out."""
    fmt, options = spec.format, spec.options
    if options.searches_quality(fmt):
        yield f"A quality_target below {options.quality_target}"
    elif fmt.is_lossy and not options.lossless:
        yield f"A quality below {options.quality_of(fmt)}"
    elif options.lossless and source.format.is_lossy and not spec.keeps_lossless:
        yield "lossless=false"
    if fmt.is_lossy:
        return
    if source.format.result.is_lossy:
        yield f"format={source.format.result}"
    if spec.keeps_depth:
        yield "depth=8"
        return
    if may_get_palette and fmt.info.palette and not spec.is_animated:
        yield "palette=true"
    best = next(each for each in RESULT_FORMATS if each.is_lossy and each.can_be_lossless)
    yield f"format={best} with lossless=true"
