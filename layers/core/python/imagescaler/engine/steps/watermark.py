"""Lay a watermark over the result."""

from PIL import Image

from imagescaler.domain.geometry.watermark import watermark_box
from imagescaler.domain.options import Kernel
from imagescaler.engine.pixels.transparency import WITH_ALPHA
from imagescaler.engine.resizers import installed
from imagescaler.engine.steps.context import PipelineContext, size_text


def add_watermark(context: PipelineContext) -> PipelineContext:
    """Composite the watermark of the spec, if it has one, with `watermark_opacity`."""
    watermark, options = context.spec.watermark, context.options
    if watermark is None:
        return context
    box = watermark_box(context.image.size, watermark.size, options)
    size = (box.width, box.height)
    if watermark.size != size:  # `trim` has made the result smaller than it was planned
        watermark = installed.resize(watermark, size, Kernel.LANCZOS, (0, 0, *watermark.size))
    alpha = watermark.getchannel("A").point(lambda value: round(value * options.watermark_opacity))
    watermark = watermark.convert("RGB").convert("L").convert("RGB") if options.grayscale else watermark.convert("RGB")
    watermark.putalpha(alpha)
    mode = "RGBA" if context.image.mode in WITH_ALPHA else "RGB"
    image = context.image.convert(mode)
    below = image.crop((box.left, box.top, box.left + box.width, box.top + box.height)).convert("RGBA")
    image.paste(Image.alpha_composite(below, watermark).convert(mode), (box.left, box.top))
    if options.grayscale:
        image = image.convert("LA" if mode == "RGBA" else "L")
    return context.did(f"watermark {size_text(size)} at {box.left},{box.top}", image=image)
