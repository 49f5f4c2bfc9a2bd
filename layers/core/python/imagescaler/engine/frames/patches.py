"""Frames that cover a part of the canvas: how GIF and PNG store animations."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from io import BytesIO

from PIL import Image, ImageChops

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.options import Box
from imagescaler.engine.open.open_image import DAMAGE
from imagescaler.engine.pixels.modes import normalized
from imagescaler.engine.pixels.transparency import scale_transparent_color, to_eight_bits
from imagescaler.engine.salvage.pixels import fill, load
from imagescaler.engine.salvage.salvage import Salvage

TRANSPARENT = (0, 0, 0, 0)


class Disposal(Enum):
    """What happens to a patch before the next one is composed."""

    STAYS = auto()
    CLEARED = auto()
    UNDONE = auto()


@dataclass(frozen=True, slots=True)
class Patch:
    """A frame as a file of its own; it is composited over the canvas (`is_blended`) or replaces it, inside its box."""

    box: Box
    disposal: Disposal
    still: bytes
    is_blended: bool


Completed = Callable[[Image.Image, bytes], Image.Image]


def compose(
    patches: Iterable[Patch],
    size: Size,
    plugin: str,
    salvage: Salvage | None = None,
    completed: Completed = lambda pixels, _still: pixels,
) -> Iterator[Image.Image]:
    """Compose patches on a transparent canvas (RGBA); `plugin` is Pillow's name of their format.

    `completed` returns the pixels of a still from those that Pillow decoded, in a mode that can be resampled. Yields
    the same canvas each time; copy it to keep it. Where pixels are missing, the canvas stays as it is; raises
    CorruptImage at the end if nothing of any patch is left.
    """
    canvas, is_empty = Image.new("RGBA", size, TRANSPARENT), True
    for number, patch in enumerate(patches, 1):
        before = canvas.copy() if patch.disposal is Disposal.UNDONE else None
        place = (patch.box.left, patch.box.top)
        pixels, present = _decoded(patch, number, plugin, salvage, completed)
        is_empty &= present is not None and present.getbbox() is None
        if patch.is_blended:
            canvas.alpha_composite(pixels, place)
        else:
            canvas.paste(pixels, place, present)
        yield canvas
        if before is not None:
            canvas = before
        elif patch.disposal is Disposal.CLEARED:
            canvas.paste(TRANSPARENT, (*place, place[0] + patch.box.width, place[1] + patch.box.height))
    if is_empty:
        raise CorruptImage("No frame is left.")


def _decoded(
    patch: Patch, number: int, plugin: str, salvage: Salvage | None, completed: Completed
) -> tuple[Image.Image, Image.Image | None]:
    """Decode a patch (RGBA); of a damaged one also return the mask of what is left, and note its number."""
    opened = partial(_opened, plugin=plugin)
    try:
        with opened(patch.still) as image:
            image.load()
            return _rgba(completed(normalized(image), patch.still)), None
    except DAMAGE:
        if salvage is None:
            raise
    salvage.lost.add(number)
    left = Salvage.of(patch.still, grids=salvage.grids)
    try:
        with opened(patch.still) as image:
            missing = load(image, image.size, left, opened)
            pixels = _rgba(normalized(image))
            fill(pixels, missing)
            return pixels, ImageChops.invert(missing)
    except (*DAMAGE, CorruptImage):
        size = (patch.box.width, patch.box.height)
        return Image.new("RGBA", size, TRANSPARENT), Image.new("L", size)


@contextmanager
def _opened(still: bytes, plugin: str) -> Iterator[Image.Image]:
    with Image.open(BytesIO(still), formats=[plugin]) as image:
        scale_transparent_color(image)
        yield image


def _rgba(pixels: Image.Image) -> Image.Image:
    return (to_eight_bits(pixels) if pixels.mode == "F" else pixels).convert("RGBA")
