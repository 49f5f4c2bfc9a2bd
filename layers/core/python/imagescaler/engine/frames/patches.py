"""Frames that draw a part of a picture over what is there already: how GIF and PNG store animations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from io import BytesIO

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.options import Box
from imagescaler.engine.pixels.modes import normalized
from imagescaler.engine.pixels.transparency import scale_transparent_color, to_eight_bits

TRANSPARENT = (0, 0, 0, 0)


class Disposal(Enum):
    """What becomes of a patch before the next is drawn."""

    STAYS = auto()
    CLEARED = auto()
    UNDONE = auto()


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of a picture: a file of its own, and whether it is laid over what is there, or takes its place."""

    box: Box
    disposal: Disposal
    still: bytes
    is_laid_over: bool


def compose(patches: Iterable[Patch], size: Size, form: Format) -> Iterator[Image.Image]:
    """Draw one patch after the other, on what was transparent at first, and give the picture each time (RGBA).

    It is the same picture that is drawn on: who keeps it copies it.
    """
    canvas = Image.new("RGBA", size, TRANSPARENT)
    for patch in patches:
        before = canvas.copy() if patch.disposal is Disposal.UNDONE else None
        place = (patch.box.left, patch.box.top)
        if patch.is_laid_over:
            canvas.alpha_composite(_decoded(patch.still, form), place)
        else:
            canvas.paste(_decoded(patch.still, form), place)
        yield canvas
        if before is not None:
            canvas = before
        elif patch.disposal is Disposal.CLEARED:
            canvas.paste(TRANSPARENT, (*place, place[0] + patch.box.width, place[1] + patch.box.height))


def _decoded(still: bytes, form: Format) -> Image.Image:
    with Image.open(BytesIO(still), formats=[form.name]) as image:
        scale_transparent_color(image)
        image.load()
        pixels = normalized(image)
    return (to_eight_bits(pixels) if pixels.mode == "F" else pixels).convert("RGBA")
