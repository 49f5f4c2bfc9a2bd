"""What results will cost of which no more than plans are known."""

from collections.abc import Sequence

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.limits import Limits
from imagescaler.domain.task.task import Task
from imagescaler.planning.cost.detail import typical_bytes
from imagescaler.planning.cost.header import Header
from imagescaler.planning.cost.model import Cost, fitted_model
from imagescaler.planning.cost.output import Output
from imagescaler.planning.preview import Preview, SourceInfo, preview

RESAMPLER = "simd"


def estimate(previews: Sequence[Preview]) -> Cost | None:
    """Predict what it takes to make results of one photograph, or of an animation of photographs.

    None where there are none, or a format is not known.
    """
    outputs = [Output(each.plan, each.options, each.format, each.frames) for each in previews if each.format]
    source_info = previews[0].source_info if previews else None
    if source_info is None or source_info.format is None or len(outputs) < len(previews):
        return None
    size_bytes = typical_bytes(source_info.format, source_info.size) * source_info.frames
    header = Header(source_info.format, source_info.size, size_bytes, frames=source_info.frames)
    return fitted_model().predict(header, outputs, resampler=RESAMPLER)


def work_s(task: Task, limits: Limits) -> float:
    """Predict the processor's seconds for all results of a task; 0 for one that was accepted under other limits."""
    try:
        cost = estimate([preview(SourceInfo.of(task.source), each, limits) for each in task.output_options])
    except ImageProblem:
        return 0
    return cost.seconds if cost else 0
