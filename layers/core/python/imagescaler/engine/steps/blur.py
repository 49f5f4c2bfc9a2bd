"""Gaussian blur."""

from PIL import ImageFilter

from imagescaler.engine.pixels.transparency import filtered
from imagescaler.engine.steps.context import PipelineContext


def blur(context: PipelineContext) -> PipelineContext:
    """Blur by `blur`, the standard deviation in pixels."""
    sigma = context.options.blur
    if sigma is None:
        return context
    return context.did(f"blur {sigma:g}", image=filtered(context.image, ImageFilter.GaussianBlur(sigma)))
