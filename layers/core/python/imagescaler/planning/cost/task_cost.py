"""What results cost of which no more than plans are known."""

from collections.abc import Sequence

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.limits import Limits
from imagescaler.domain.task.task import Task
from imagescaler.planning.cost.estimate import Cost, estimate
from imagescaler.planning.cost.source_traits import SourceTraits
from imagescaler.planning.preview import Preview, SourceInfo, preview


def estimate_previews(previews: Sequence[Preview]) -> Cost | None:
    """Estimate the cost of all results of one source; None if there are none or the source's format is unknown."""
    source = previews[0].source_info if previews else None
    if source is None or source.format is None:
        return None
    return estimate(SourceTraits(source.format, source.size, frames=source.frames), previews)


def work_s(task: Task, limits: Limits) -> float:
    """Processor seconds of all results of a task; 0 if the limits no longer permit them."""
    try:
        cost = estimate_previews([preview(SourceInfo.of(task.source), each, limits) for each in task.output_options])
    except ImageProblem:
        return 0
    return cost.seconds if cost else 0
