"""Rounded corners."""

from math import ceil, hypot, sqrt

from PIL import Image, ImageChops

from imagescaler.domain.geometry.sizing import corner_radius
from imagescaler.engine.pixels.transparency import ALPHA_ADDED, OPAQUE
from imagescaler.engine.steps.context import PipelineContext


def round_corners(context: PipelineContext) -> PipelineContext:
    """Make what is beyond rounded corners transparent if `radius` is set; the canvas fills it later."""
    radius = corner_radius(context.image.size, context.options)
    if not radius:
        return context
    image = context.image.convert(ALPHA_ADDED.get(context.image.mode, context.image.mode))
    alpha, corner = Image.new("L", image.size, OPAQUE), _corner(radius)
    right, bottom = image.width - corner.width, image.height - corner.height
    mirrored = corner.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    alpha.paste(corner, (0, 0))
    alpha.paste(mirrored, (right, 0))
    alpha.paste(corner.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (0, bottom))
    alpha.paste(mirrored.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (right, bottom))
    image.putalpha(ImageChops.multiply(image.getchannel("A"), alpha))
    return context.did(f"round corners {radius:g}", image=image)


def _corner(radius: float) -> Image.Image:
    """Draw the alpha of the top left corner; a pixel on the arc has the part of 255 that is inside."""
    side = ceil(radius)
    return Image.frombytes("L", (side, side), b"".join(_row(radius, side, radius - y - 0.5) for y in range(side)))


def _row(radius: float, side: int, down: float) -> bytes:
    """Draw a row that is `down` pixels above the center of the arc."""
    outer, inner = (_column(radius, each, down) for each in (radius + 0.5, radius - 0.5))
    arc = (min(radius + 0.5 - hypot(radius - x - 0.5, down), 1) for x in range(max(outer, 0), inner))
    return bytes(max(outer, 0)) + bytes(round(OPAQUE * part) for part in arc) + bytes([OPAQUE]) * (side - inner)


def _column(radius: float, distance: float, down: float) -> int:
    """Return the first column of which the middle is within a distance of the center."""
    return ceil(radius - 0.5 - sqrt(max(distance**2 - down**2, 0)))
