"""Remove what Pillow would write into the file beside the pixels."""

from dataclasses import replace

from PIL import Image

from imagescaler.engine.steps.context import PipelineContext


def strip(context: PipelineContext) -> PipelineContext:
    """Copy the pixels to a new image if this one carries comments, profiles or the like from its file."""
    if type(context.image) is Image.Image and not context.image.info:
        return context
    image = Image.new(context.image.mode, context.image.size, None)
    image.paste(context.image)
    return replace(context, image=image)
