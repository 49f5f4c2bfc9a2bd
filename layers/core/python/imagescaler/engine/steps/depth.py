"""Bring 16-bit grey, which is resampled in floats, to the depth of the result."""

from dataclasses import replace

from imagescaler.engine.pixels.transparency import to_eight_bits
from imagescaler.engine.steps.context import PipelineContext


def reduce_depth(context: PipelineContext) -> PipelineContext:
    """Convert floats to 16 bits if the result keeps its depth, else to 8."""
    if context.image.mode != "F":
        return context
    if context.spec.keeps_depth:
        return replace(context, image=context.image.point(lambda value: value * 1 + 0.5).convert("I").convert("I;16"))
    return context.did("reduce 16 to 8 bits", image=to_eight_bits(context.image))
