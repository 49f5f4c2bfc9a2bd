"""The pipeline from a decoded image to the one that is encoded: pure functions in a fixed order."""

from collections.abc import Callable, Sequence
from functools import reduce

from imagescaler.engine.decode.decode import DecodedImage
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.engine.steps.blur import blur
from imagescaler.engine.steps.canvas import composite
from imagescaler.engine.steps.color import convert_color, convert_color_for_linear
from imagescaler.engine.steps.context import PipelineContext
from imagescaler.engine.steps.crop import crop
from imagescaler.engine.steps.depth import reduce_depth
from imagescaler.engine.steps.grayscale import grayscale
from imagescaler.engine.steps.opaque_alpha import drop_opaque_alpha
from imagescaler.engine.steps.orient import orient
from imagescaler.engine.steps.resize import resize
from imagescaler.engine.steps.round_corners import round_corners
from imagescaler.engine.steps.sharpen import sharpen
from imagescaler.engine.steps.smart_gravity import smart_gravity
from imagescaler.engine.steps.strip import strip
from imagescaler.engine.steps.watermark import add_watermark

Step = Callable[[PipelineContext], PipelineContext]

# What makes fewer pixels comes before what takes time for each.
STEPS: Sequence[Step] = (
    crop,
    drop_opaque_alpha,
    convert_color_for_linear,
    smart_gravity,
    resize,
    convert_color,
    reduce_depth,
    orient,
    grayscale,
    blur,
    sharpen,
    round_corners,
    composite,
    add_watermark,
    strip,
)


def run(decoded: DecodedImage, spec: OutputSpec) -> PipelineContext:
    """Apply all steps to a decoded image, which is not changed."""
    area, (across, down) = spec.plan.stored_area, decoded.shrink
    box = (area.left / across, area.top / down, (area.left + area.width) / across, (area.top + area.height) / down)
    context = PipelineContext(decoded.image, spec, box, decoded.metadata.profile, decoded.operations)
    return reduce(lambda each, step: step(each), STEPS, context)
