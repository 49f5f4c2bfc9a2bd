"""Drop the colors."""

from imagescaler.engine.pixels.transparency import WITH_ALPHA
from imagescaler.engine.steps.context import PipelineContext

GREY = {"L", "LA", "I;16"}


def grayscale(context: PipelineContext) -> PipelineContext:
    """Convert to grey if `grayscale` is set."""
    image = context.image
    if not context.options.grayscale or image.mode in GREY:
        return context
    return context.did("grayscale", image=image.convert("LA" if image.mode in WITH_ALPHA else "L"))
