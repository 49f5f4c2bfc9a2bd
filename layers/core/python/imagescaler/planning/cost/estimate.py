"""What results will cost of which no more than plans are known."""

from collections.abc import Sequence

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.limits import Limits
from imagescaler.domain.task.task import Task
from imagescaler.planning.cost.detail import typical_bytes
from imagescaler.planning.cost.header import Header
from imagescaler.planning.cost.model import Cost, fitted_model
from imagescaler.planning.cost.output import Output
from imagescaler.planning.preview import Forecast, Outline, forecast

RESAMPLER = "simd"


def foreseen(forecasts: Sequence[Forecast]) -> Cost | None:
    """Predict what it takes to make results of one photograph, or of an animation of photographs.

    None where there are none, or a format is not known.
    """
    outputs = [Output(each.plan, each.options, each.format, each.frames) for each in forecasts if each.format]
    outline = forecasts[0].outline if forecasts else None
    if outline is None or outline.format is None or len(outputs) < len(forecasts):
        return None
    size_bytes = typical_bytes(outline.format, outline.size) * outline.frames
    header = Header(outline.format, outline.size, size_bytes, frames=outline.frames)
    return fitted_model().predict(header, outputs, resampler=RESAMPLER)


def work_s(task: Task, limits: Limits) -> float:
    """Predict the processor's seconds for all results of a task; 0 for one that was accepted under other limits."""
    try:
        cost = foreseen([forecast(Outline.of(task.source), each, limits) for each in task.wishes])
    except ImageProblem:
        return 0
    return cost.seconds if cost else 0
