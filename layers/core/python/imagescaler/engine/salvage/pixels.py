"""Decode what is left of a damaged picture, and find out what is missing."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from functools import reduce
from itertools import chain
from typing import Any

from PIL import Image, ImageChops, ImageFile

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.geometry.turn import Size
from imagescaler.engine.open.open_image import DAMAGE
from imagescaler.engine.pixels.modes import DEEP_GREY, UNBOUNDED
from imagescaler.engine.salvage.salvage import ENOUGH, Grid, Salvage

Opener = Callable[[bytes], AbstractContextManager[Image.Image]]
# What missing pixels become, by mode: transparent, or grey where there is no alpha. F has the range of 16 bits.
NEUTRAL: dict[str, float | tuple[int, ...]] = {
    "L": 128,
    "LA": (128, 0),
    "RGB": (128, 128, 128),
    "RGBA": (128, 128, 128, 0),
    "CMYK": (0, 0, 0, 127),
    "F": 32896.0,
}
PRESENT, MISSING = 0, 255
MARGIN = 8  # rows above missing pixels that filters behind the decoder change
# Modes that Pillow cannot compare, and one that has the same bytes.
COMPARED_AS = {"P": "L"} | dict.fromkeys(DEEP_GREY, "LA") | dict.fromkeys(UNBOUNDED, "RGBA")


def load(image: Image.Image, size: Size, salvage: Salvage, opened: Opener) -> Image.Image:
    """Decode what is left into an opened image; return a mask (L) of its size that is 255 where pixels are missing.

    `size` is that of the pixels in the orientation in which they are stored and stay. `opened` opens another file
    in the same way. Raises CorruptImage if nothing is left.
    """
    if salvage.pieces:
        pixels, missing = Image.new(image.mode, size), Image.new("L", size, MISSING)
        for area, piece in salvage.pieces():
            with suppress(*DAMAGE, CorruptImage):
                part, lost = _part(piece, opened)
                pixels.paste(part, area)
                missing.paste(lost, area)
    else:
        pixels, missing = _part(salvage, opened)
    if missing.getextrema() == (MISSING, MISSING):
        raise CorruptImage("No pixel is left.")
    assert isinstance(image, ImageFile.ImageFile)
    image.im, image._size, image.tile = pixels.im, size, []  # noqa: SLF001 - as plugins set it
    if image.palette:
        image.palette.dirty = 1  # it belongs to the pixels
    return missing


def fill(image: Image.Image, missing: Image.Image) -> None:
    """Make missing pixels transparent, or grey in a mode without alpha, in place."""
    image.paste(NEUTRAL[image.mode], mask=missing)


def _part(salvage: Salvage, opened: Opener) -> tuple[Image.Image, Image.Image]:
    """Return the pixels of the first file that can be decoded, and the mask of those that differ in the next ones.

    Raises CorruptImage if there are no two.
    """
    pixels: Image.Image | None = None
    missing: Image.Image | None = None
    grids: Sequence[Grid] = ()
    compared = 0
    for file in chain((salvage.data,), salvage.others()):
        with suppress(*DAMAGE, CorruptImage), opened(file) as image:
            if pixels is None:
                grids, pixels = salvage.grids(image), _decoded(image, PRESENT)
            else:
                differing = _differing(pixels, _decoded(image, MISSING))
                missing = ImageChops.lighter(missing, differing) if missing else differing
                compared += 1
        if compared == ENOUGH:
            break
    if pixels is None or missing is None:
        raise CorruptImage("What is missing cannot be told from what is not.")
    _spread(missing, salvage.column, salvage.block)
    if salvage.ends_grey and (box := missing.getbbox()):
        missing.paste(MISSING, (0, box[3], *missing.size))
    return _interpolated(pixels, missing, grids)


def _decoded(image: Image.Image, value: int) -> Image.Image:
    """Decode an image whose samples have a value until they are decoded; whatever ends the decoding is ignored.

    What would follow is left out: chunks behind the pixels, and the turn to upright.
    """
    assert isinstance(image, ImageFile.ImageFile)
    prepare, is_prepared = image.load_prepare, False

    def fill_first() -> None:
        nonlocal is_prepared
        prepare()
        bands = image.im.bands
        image.im.paste(value if bands == 1 else (value,) * bands, (0, 0, *image.im.size))
        is_prepared = True

    hooks: dict[str, Any] = {"load_prepare": fill_first, "load_end": lambda: None}
    vars(image).pop("load_read", None)  # of a faster inflater, which loses what precedes the damage
    vars(image).update(hooks)
    with suppress(*DAMAGE):
        image.load()
    for name in hooks:
        delattr(image, name)  # they refer to the image, which would stay in memory
    if not is_prepared:
        raise CorruptImage("The decoder did not begin.")
    return image._new(image.im)  # noqa: SLF001 - without the decoder, which may hold more memory than the pixels


def _differing(one: Image.Image, other: Image.Image) -> Image.Image:
    """Return a mask (L) that is 255 where two images differ."""
    difference = ImageChops.difference(_comparable(one), _comparable(other))
    return reduce(ImageChops.lighter, difference.split()).point(lambda value: MISSING if value else PRESENT)


def _comparable(image: Image.Image) -> Image.Image:
    if image.mode == "1":
        return image.convert("L")
    mode = COMPARED_AS.get(image.mode)
    return Image.frombytes(mode, image.size, image.tobytes()) if mode else image


def _spread(missing: Image.Image, column: int, block: int) -> None:
    """Mark the rest of the topmost block of each column that has missing pixels, and all below it, in place."""
    for left in range(0, missing.width, column) if column else ():
        right = min(left + column, missing.width)
        if box := missing.crop((left, 0, right, missing.height)).getbbox():
            top = (box[1] + MARGIN) // block * block - MARGIN
            missing.paste(MISSING, (left, max(top, 0), right, missing.height))


def _interpolated(pixels: Image.Image, missing: Image.Image, grids: Sequence[Grid]) -> tuple[Image.Image, Image.Image]:
    """Repeat pixels of earlier passes in place of those of later ones; return the pixels and what is still missing."""
    for grid in grids:
        repeated, absent = _repeated(pixels, grid), _repeated(missing, grid)
        available = ImageChops.subtract(missing, absent)
        pixels.paste(repeated, mask=available)
        missing = ImageChops.subtract(missing, available)
    return pixels, missing


def _repeated(image: Image.Image, grid: Grid) -> Image.Image:
    """Return an image of the same size with one pixel of each cell of a grid, the upper left one."""
    (across, down), affine = grid, Image.Transform.AFFINE
    size = (-(-image.width // across), -(-image.height // down))
    small = image.transform(size, affine, (across, 0, 0.5 - across / 2, 0, down, 0.5 - down / 2))
    return small.transform(image.size, affine, (1 / across, 0, 0, 0, 1 / down, 0))
