"""Plan what a task would make, without making it."""

from collections.abc import Sequence

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Failure
from imagescaler.domain.task.rendition import Rendition
from imagescaler.planning.preview import Preview, preview
from imagescaler.planning.source_traits import SourceTraits
from imagescaler.usecases.image_input import ImageInput, Probe
from imagescaler.usecases.ports import ImageStore, OperatorImages
from imagescaler.usecases.watermarks import check_watermarks


async def plan_task(
    image: ImageInput | SourceTraits,
    options: Options,
    owner: str,
    *,
    probe: Probe,
    limits: Limits,
    store: ImageStore,
    images: OperatorImages,
) -> Preview:
    """Plan the result of an image, of which the beginning is enough, or of a source whose size is given.

    Raises what `create_task` raises for the same image and options: RequestProblem, ImageProblem or Unavailable.
    """
    traits = await _traits(image, probe, limits, store)
    planned = preview(traits, options, limits)
    await check_watermarks(
        [options], owner, source_bytes=traits.bytes, probe=probe, limits=limits, store=store, images=images
    )
    return planned


async def plan_renditions(
    image: ImageInput | SourceTraits,
    renditions: Sequence[Rendition],
    owner: str,
    *,
    probe: Probe,
    limits: Limits,
    store: ImageStore,
    images: OperatorImages,
) -> dict[str, Preview | Failure]:
    """Plan each of several results of one image, by name; a Failure says why one cannot be made.

    Raises RequestProblem, ImageProblem or Unavailable for errors of the image, or of the list as a whole.
    """
    limits.check_renditions(len(renditions))
    traits = await _traits(image, probe, limits, store)
    limits.check_source(traits.format, traits.stored)
    await check_watermarks(
        [each.options for each in renditions],
        owner,
        source_bytes=traits.bytes,
        probe=probe,
        limits=limits,
        store=store,
        images=images,
    )
    return {each.name: _preview(traits, each, limits) for each in renditions}


async def _traits(image: ImageInput | SourceTraits, probe: Probe, limits: Limits, store: ImageStore) -> SourceTraits:
    if isinstance(image, SourceTraits):
        return image
    source = await image.probe(probe, store)
    limits.check_bytes(source.bytes)
    return SourceTraits.of(source)


def _preview(traits: SourceTraits, rendition: Rendition, limits: Limits) -> Preview | Failure:
    try:
        return preview(traits, rendition.options, limits)
    except ImageProblem as problem:
        return Failure.of(problem)
