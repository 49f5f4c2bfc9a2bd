"""Turn the image upright, and as it was asked for."""

from imagescaler.engine.pixels.orientation import NAMES, turned
from imagescaler.engine.steps.context import PipelineContext


def orient(context: PipelineContext) -> PipelineContext:
    """Apply the orientation of the source and `rotate`, `flip` and `flop`, in one turn."""
    turn = context.plan.whole_turn
    return context.with_image(turned(context.image, turn), NAMES[turn.orientation])
