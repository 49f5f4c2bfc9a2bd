"""Frames that cover a part of the canvas: how GIF and PNG store animations."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from io import BytesIO

from PIL import Image

from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.options import Box
from imagescaler.engine.pixels.modes import normalized
from imagescaler.engine.pixels.transparency import scale_transparent_color, to_eight_bits

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


def compose(
    patches: Iterable[Patch],
    size: Size,
    plugin: str,
    completed: Callable[[Image.Image, bytes], Image.Image] = lambda pixels, _still: pixels,
) -> Iterator[Image.Image]:
    """Compose patches on a transparent canvas (RGBA); `plugin` is Pillow's name of their format.

    `completed` returns the pixels of a still from those that Pillow decoded, in a mode that can be resampled. Yields
    the same canvas each time; copy it to keep it.
    """
    canvas = Image.new("RGBA", size, TRANSPARENT)
    for patch in patches:
        before = canvas.copy() if patch.disposal is Disposal.UNDONE else None
        place = (patch.box.left, patch.box.top)
        pixels = _rgba(completed(_decoded(patch.still, plugin), patch.still))
        if patch.is_blended:
            canvas.alpha_composite(pixels, place)
        else:
            canvas.paste(pixels, place)
        yield canvas
        if before is not None:
            canvas = before
        elif patch.disposal is Disposal.CLEARED:
            canvas.paste(TRANSPARENT, (*place, place[0] + patch.box.width, place[1] + patch.box.height))


def _decoded(still: bytes, plugin: str) -> Image.Image:
    with Image.open(BytesIO(still), formats=[plugin]) as image:
        scale_transparent_color(image)
        image.load()
        return normalized(image)


def _rgba(pixels: Image.Image) -> Image.Image:
    return (to_eight_bits(pixels) if pixels.mode == "F" else pixels).convert("RGBA")
