"""Cuts what surrounds a picture in one color."""

from functools import reduce

from PIL import Image, ImageChops

from imagescaler.domain.options import Box


def content_of(image: Image.Image, threshold: int) -> Box | None:
    """Find what differs from the top left pixel by more than so many levels; None where nothing does.

    What is all but transparent is the same whatever its color.
    """
    compared = image.convert("RGBa") if image.mode == "RGBA" else image.convert("La") if image.mode == "LA" else image
    if compared.mode == "F":
        compared = compared.point(lambda value: value * (1 / 257) + 0.5).convert("L")
    bands = [ImageChops.difference(band, Image.new("L", band.size, band.getpixel((0, 0)))) for band in compared.split()]
    found = reduce(ImageChops.lighter, bands).point([0] * (threshold + 1) + [255] * (255 - threshold)).getbbox()
    if found is None:
        return None
    left, top, right, bottom = found
    return Box(left, top, right - left, bottom - top)
