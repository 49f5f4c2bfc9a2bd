"""Plan what a task would make, without making it."""

from collections.abc import Sequence

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Failure
from imagescaler.domain.task.rendition import Rendition
from imagescaler.planning.preview import Preview, SourceInfo, preview
from imagescaler.usecases.image_input import ImageInput, Probe
from imagescaler.usecases.ports import ImageStore


async def plan_task(
    image: ImageInput | SourceInfo, options: Options, *, probe: Probe, limits: Limits, store: ImageStore
) -> Preview:
    """Plan the result of an image, of which the beginning is enough, or of a source whose size is given.

    Raises what `create_task` raises for the same image and options: RequestProblem, ImageProblem or Unavailable.
    """
    return preview(await _source_info(image, probe, limits, store), options, limits)


async def plan_renditions(
    image: ImageInput | SourceInfo,
    renditions: Sequence[Rendition],
    *,
    probe: Probe,
    limits: Limits,
    store: ImageStore,
) -> dict[str, Preview | Failure]:
    """Plan each of several results of one image, by name; a Failure says why one cannot be made.

    Raises RequestProblem, ImageProblem or Unavailable for errors of the image, or of the list as a whole.
    """
    limits.check_renditions(len(renditions))
    source_info = await _source_info(image, probe, limits, store)
    limits.check_source(source_info.format, source_info.size)
    return {each.name: _preview(source_info, each, limits) for each in renditions}


async def _source_info(image: ImageInput | SourceInfo, probe: Probe, limits: Limits, store: ImageStore) -> SourceInfo:
    if isinstance(image, SourceInfo):
        return image
    source = await image.probe(probe, store)
    limits.check_bytes(source.bytes)
    return SourceInfo.of(source)


def _preview(source_info: SourceInfo, rendition: Rendition, limits: Limits) -> Preview | Failure:
    try:
        return preview(source_info, rendition.options, limits)
    except ImageProblem as problem:
        return Failure.of(problem)
