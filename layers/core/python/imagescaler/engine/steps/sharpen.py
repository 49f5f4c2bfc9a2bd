"""Unsharp mask."""

from PIL import ImageFilter

from imagescaler.engine.pixels.transparency import WITH_ALPHA, filtered
from imagescaler.engine.steps.context import PipelineContext

PERCENT = 100  # of the difference from the blurred image, which is added


def sharpen(context: PipelineContext) -> PipelineContext:
    """Sharpen colors, not alpha, by `sharpen`, the standard deviation in pixels."""
    sigma, image = context.options.sharpen, context.image
    if sigma is None:
        return context
    sharp = filtered(image, ImageFilter.UnsharpMask(sigma, PERCENT, threshold=0))
    if image.mode in WITH_ALPHA:
        sharp.putalpha(image.getchannel("A"))
    return context.did(f"sharpen {sigma:g}", image=sharp)
