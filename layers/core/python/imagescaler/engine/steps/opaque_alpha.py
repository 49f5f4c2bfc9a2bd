"""Drop an alpha channel that is fully opaque."""

from imagescaler.engine.pixels.transparency import WITH_ALPHA, is_opaque
from imagescaler.engine.steps.context import PipelineContext


def drop_opaque_alpha(context: PipelineContext) -> PipelineContext:
    """Drop a fully opaque alpha channel, before it is resampled."""
    image = context.image
    if image.mode not in WITH_ALPHA or not is_opaque(image):
        return context
    return context.did("drop opaque alpha", image=image.convert(WITH_ALPHA[image.mode]))
