"""Say what a task would make, without making it."""

from collections.abc import Sequence

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Failure
from imagescaler.domain.task.rendition import Rendition
from imagescaler.planning.preview import Forecast, Outline, forecast
from imagescaler.usecases.image_input import Measure, Original
from imagescaler.usecases.ports import ImageStore


async def plan_task(
    original: Original | Outline, options: Options, *, measure: Measure, limits: Limits, store: ImageStore
) -> Forecast:
    """Foretell the result for an image, of which the beginning is enough, or for an outline.

    Raises what `create_task` raises for the same image and options: RequestProblem, ImageProblem or Unavailable.
    """
    return forecast(await _outline(original, measure, limits, store), options, limits)


async def plan_renditions(
    original: Original | Outline,
    renditions: Sequence[Rendition],
    *,
    measure: Measure,
    limits: Limits,
    store: ImageStore,
) -> dict[str, Forecast | Failure]:
    """Foretell each of several results of one image by its name, or why it cannot be made.

    Raises RequestProblem, ImageProblem or Unavailable for what is wrong with the image, or with the list as a whole.
    """
    limits.check_renditions(len(renditions))
    outline = await _outline(original, measure, limits, store)
    limits.check_source(outline.format, outline.size)
    return {each.name: _foretold(outline, each, limits) for each in renditions}


async def _outline(original: Original | Outline, measure: Measure, limits: Limits, store: ImageStore) -> Outline:
    if isinstance(original, Outline):
        return original
    source = await original.measure(measure, store)
    limits.check_bytes(source.bytes)
    return Outline.of(source)


def _foretold(outline: Outline, rendition: Rendition, limits: Limits) -> Forecast | Failure:
    try:
        return forecast(outline, rendition.options, limits)
    except ImageProblem as problem:
        return Failure.of(problem)
