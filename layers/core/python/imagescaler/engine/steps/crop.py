"""Crop to the used part."""

from math import ceil, floor

from imagescaler.engine.steps.context import PipelineContext, size_text


def crop(context: PipelineContext) -> PipelineContext:
    """Crop to whole pixels around the used part, so that no resampling kernel reaches beyond it."""
    left, top, right, bottom = context.box
    width, height = context.image.size
    outer = (floor(left), floor(top), min(ceil(right), width), min(ceil(bottom), height))
    if outer == (0, 0, width, height):
        return context
    box = (left - outer[0], top - outer[1], right - outer[0], bottom - outer[1])
    image = context.image.crop(outer)
    return context.did(f"crop {size_text(image.size)} at {outer[0]},{outer[1]}", image=image, box=box)
