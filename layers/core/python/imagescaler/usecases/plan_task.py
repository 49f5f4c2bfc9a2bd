"""Say what a task would make, without making it."""

from imagescaler.forecast import Forecast, Outline, forecast
from imagescaler.limits import Limits
from imagescaler.options import Options
from imagescaler.ports import ImageStore
from imagescaler.usecases.originals import Measure, Original


async def plan_task(
    original: Original | Outline, options: Options, *, measure: Measure, limits: Limits, store: ImageStore
) -> Forecast:
    """Foretell the result for an image, of which the beginning is enough, or for an outline.

    Raises what `create_task` raises for the same image and options: RequestProblem, ImageProblem or Unavailable.
    """
    if isinstance(original, Outline):
        return forecast(original, options, limits)
    source = await original.measure(measure, store)
    limits.check_bytes(source.bytes)
    return forecast(Outline.of(source), options, limits)
