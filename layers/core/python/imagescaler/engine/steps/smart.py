"""Finds the window of a picture with the most to see: edges and strong colors, rather than sky and walls."""

from array import array
from collections.abc import Sequence
from itertools import accumulate

from PIL import Image, ImageChops, ImageFilter

from imagescaler.domain.geometry.turn import Size

# What is looked at has about so many pixels on its longer side: enough to tell a face from a wall.
PREVIEW_SIDE = 256
RIM = 2


def best_offset(preview: Image.Image, scaled: Size, seen: Size) -> tuple[int, int]:
    """Give where a window of size `seen` shows the most of a picture of size `scaled`, which `preview` shows small."""
    interest = _interest(preview)
    across, down = _profile(interest, (interest.width, 1)), _profile(interest, (1, interest.height))
    return _best(across, scaled[0], seen[0]), _best(down, scaled[1], seen[1])


def _profile(interest: Image.Image, line: Size) -> Sequence[float]:
    """Give the mean of each column, or of each row."""
    return array("f", interest.convert("F").resize(line, Image.Resampling.BOX).tobytes())


def _interest(preview: Image.Image) -> Image.Image:
    """Give how much there is to see at each point; a rim is left out, where filters see the picture end."""
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


def _best(profile: Sequence[float], side: int, seen: int) -> int:
    """Give the offset of the window with the largest sum; of equal ones that which is nearest to the middle."""
    window = max(round(seen * len(profile) / side), 1)
    sums = list(accumulate(profile, initial=0.0))
    offsets = range(len(profile) - window + 1)
    middle = (len(profile) - window) / 2
    best = max(offsets, key=lambda at: (round(sums[at + window] - sums[at], 3), -abs(at - middle)))
    return min(round(best * side / len(profile)), side - seen)
