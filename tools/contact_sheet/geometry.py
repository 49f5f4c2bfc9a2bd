"""Geometry: every fit with every gravity, and the eight EXIF orientations."""

from io import BytesIO

import numpy as np
from PIL import ExifTags, Image

from imagescaler.domain.options import Fit, Gravity
from tests.pictures import encoded
from tests.unit.engine.test_orientation import LIE
from tools.contact_sheet.engine import PHOTOGRAPH, scaled
from tools.contact_sheet.grid import Row, Section, Tile

WIDE, TALL, SQUARE = (84, 42), (42, 84), (84, 84)
BOXES = {
    Fit.INSIDE: (SQUARE,),
    Fit.OUTSIDE: (WIDE,),
    Fit.COVER: (WIDE, TALL),
    Fit.CONTAIN: (WIDE, TALL),
    Fit.FILL: (SQUARE,),
}


def fits() -> Section:
    """Show each fit with each gravity, with a wide and a tall box where gravity has an effect."""
    return Section(
        "Fit and gravity",
        "The line is the box of width and height. Gravity counts where cover cuts, and where contain adds room.",
        [_fit(fit, box) for fit in Fit for box in BOXES[fit]],
    )


def _fit(fit: Fit, box: tuple[int, int]) -> Row:
    pictures = {each: scaled(PHOTOGRAPH, width=box[0], height=box[1], fit=fit, gravity=each) for each in Gravity}
    return Row(f"{fit}\n{box[0]} x {box[1]}", [Tile(picture, str(each), box) for each, picture in pictures.items()])


def orientations() -> Section:
    """Show each EXIF orientation as it is stored, and its result."""
    stored = {number: _lying(number) for number in LIE}
    return Section(
        "EXIF orientation",
        "Above as the pixels lie in the file, below the result: the same for all eight.",
        [
            Row("in the file", [Tile(Image.open(BytesIO(data)), str(number)) for number, data in stored.items()]),
            Row("result", [Tile(scaled(data, width=84)) for data in stored.values()]),
        ],
    )


def _lying(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    pixels = np.asarray(Image.open(BytesIO(PHOTOGRAPH)).resize((84, 56)))
    return encoded(Image.fromarray(np.ascontiguousarray(LIE[orientation](pixels))), exif=exif)
