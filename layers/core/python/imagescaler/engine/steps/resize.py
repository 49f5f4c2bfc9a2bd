"""Resample the window to its size in the result."""

from functools import partial

from imagescaler.engine.pixels.linear_light import resize_in_linear_light
from imagescaler.engine.resizers import installed
from imagescaler.engine.steps.context import PipelineContext, size_text


def resize(context: PipelineContext) -> PipelineContext:
    """Resample only the window; its pixels are those that resampling the whole image would have."""
    options, plan, (left, top, right, bottom) = context.options, context.plan, context.box
    window, scaled = plan.stored_window, plan.stored_scaled
    across, down = (right - left) / scaled[0], (bottom - top) / scaled[1]
    box = (
        left + window.left * across,
        top + window.top * down,
        min(left + (window.left + window.width) * across, right),
        min(top + (window.top + window.height) * down, bottom),
    )
    size = (window.width, window.height)
    if context.image.size == size and box == (0, 0, *size):
        return context
    resample = partial(installed.resize, size=size, kernel=options.kernel, box=box)
    image = resize_in_linear_light(context.image, resample) if options.linear else resample(context.image)
    at = f" at {box[0]:.6g},{box[1]:.6g}" if any(box[:2]) else ""
    used, light = size_text((box[2] - box[0], box[3] - box[1])), " in linear light" if options.linear else ""
    return context.did(f"resize {used}{at} to {size_text(size)} {options.kernel}{light}", image=image)
