"""`gravity=smart`: find the window with the most edges and saturated colors."""

from array import array
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from PIL import Image, ImageChops, ImageFilter

from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.options import Gravity, Kernel
from imagescaler.engine.pixels.orientation import turned
from imagescaler.engine.pixels.transparency import to_eight_bits
from imagescaler.engine.resizers import installed
from imagescaler.engine.steps.context import PipelineContext

PREVIEW_SIDE = 256  # pixels of the longer side that is searched: enough to tell a face from a wall
RIM = 2


def smart_gravity(context: PipelineContext) -> PipelineContext:
    """Move the window of the plan, if that is asked for and the scaled image is larger than the window."""
    plan = context.plan
    window = (plan.window.width, plan.window.height)
    if context.options.gravity is not Gravity.SMART or window == plan.scaled:
        return context
    ratio = min(PREVIEW_SIDE / max(plan.scaled), 1)
    size = plan.whole_turn.size((max(round(plan.scaled[0] * ratio), 1), max(round(plan.scaled[1] * ratio), 1)))
    small = installed.resize(context.image, size, Kernel.BOX, context.box)
    preview = turned(to_eight_bits(small) if small.mode == "F" else small, plan.whole_turn)
    left, top = _best_offset(preview, plan.scaled, window)
    return context.did(f"focus smart at {left},{top}", spec=replace(context.spec, plan=plan.moved(left, top)))


def _best_offset(preview: Image.Image, scaled: Size, window: Size) -> tuple[int, int]:
    """Return the best place of a window in an image of size `scaled`, of which `preview` is a smaller copy."""
    interest = _interest(preview)
    across, down = _profile(interest, (interest.width, 1)), _profile(interest, (1, interest.height))
    return _best(across, scaled[0], window[0]), _best(down, scaled[1], window[1])


def _profile(interest: Image.Image, line: Size) -> Sequence[float]:
    """Return the mean of each column or of each row."""
    return array("f", interest.convert("F").resize(line, Image.Resampling.BOX).tobytes())


def _interest(preview: Image.Image) -> Image.Image:
    """Return edges plus saturation of each pixel, without the rim, where filters find the edge of the image."""
    colors = preview.convert("RGB")
    edges = colors.convert("L").filter(ImageFilter.FIND_EDGES)
    saturation = colors.convert("HSV").getchannel("S").point(lambda value: value // 4)
    interest = ImageChops.add(edges, saturation)
    if min(preview.size) <= 2 * RIM:
        return interest
    inner = interest.crop((RIM, RIM, interest.width - RIM, interest.height - RIM))
    framed = Image.new("L", interest.size)
    framed.paste(inner, (RIM, RIM))
    return framed


def _best(profile: Sequence[float], side: int, window_side: int) -> int:
    """Return the offset of the window with the largest sum; of equal ones the one nearest to the middle."""
    window = max(round(window_side * len(profile) / side), 1)
    sums = list(accumulate(profile, initial=0.0))
    offsets = range(len(profile) - window + 1)
    middle = (len(profile) - window) / 2
    best = max(offsets, key=lambda at: (round(sums[at + window] - sums[at], 3), -abs(at - middle)))
    return min(round(best * side / len(profile)), side - window_side)
