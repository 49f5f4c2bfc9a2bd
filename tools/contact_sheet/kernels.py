"""Each kernel on fine lines and on enlarged pixels, and linear light on stripes."""

from io import BytesIO

import numpy as np
from PIL import Image

from imagescaler.domain.options import Kernel
from tests.pictures import encoded
from tests.reference import light, pixels_of, resampled, srgb
from tools.contact_sheet.engine import PHOTOGRAPH, scaled
from tools.contact_sheet.grid import Row, Section, Tile

SIDE, ZONES = 120, 360
DETAIL = (250, 150, 280, 180)


def kernels() -> Section:
    """Show circles that are too fine for the result, and an enlarged detail, with each kernel."""
    rings, detail = encoded(_rings()), encoded(Image.open(BytesIO(PHOTOGRAPH)).crop(DETAIL))
    return Section(
        "Kernels",
        "Above, rings that grow finer outwards, at a third of their size: what is too fine should be grey. "
        "Below, 30 pixels as 120.",
        [
            Row("smaller", [Tile(scaled(rings, width=SIDE, kernel=each), str(each)) for each in Kernel]),
            Row("larger", [Tile(scaled(detail, width=SIDE, kernel=each), str(each)) for each in Kernel]),
        ],
    )


def linear_light() -> Section:
    """Show stripes beside the gray with the same light."""
    source = _stripes()
    data, size = encoded(source), (150, 75)
    reference = srgb(resampled(light(pixels_of(source)), size, peak=1.0))
    by_reference = Image.fromarray(np.rint(reference[..., 0]).astype(np.uint8))
    detail = source.crop((275, 0, 325, 25)).resize(size, Image.Resampling.NEAREST)
    return Section(
        "Linear light",
        "Lines of black and white, beside the grey of as much light: only in linear light do they stay as bright.",
        [
            Row(
                "linear",
                [
                    Tile(detail, "source, three times as large"),
                    Tile(scaled(data, width=size[0]), "linear=false"),
                    Tile(scaled(data, width=size[0], linear=True), "linear=true"),
                    Tile(by_reference, "in floats"),
                ],
            )
        ],
    )


def _rings() -> Image.Image:
    """Draw a zone plate, whose lines are a pixel wide at the edge."""
    place = np.arange(ZONES) - ZONES / 2
    wave = np.cos(np.pi * (place**2 + place[:, None] ** 2) / ZONES)
    return Image.fromarray(np.rint(127.5 + 127.5 * wave).astype(np.uint8))


def _stripes() -> Image.Image:
    """Draw 600 x 300 pixels: lines a pixel wide, and in the right half a grey of half the light."""
    pixels = np.tile(np.array([0, 255], np.uint8), (300, 300))
    pixels[:, 300:] = round(float(srgb(np.array(0.5))))
    return Image.fromarray(pixels)
