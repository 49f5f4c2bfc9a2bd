"""Transparency: no dark fringes in any format with an alpha channel."""

import numpy as np
from PIL import Image, ImageDraw

from imagescaler.domain.formats import RESULT_FORMATS
from tests.appearance import color_differences
from tests.pictures import encoded
from tests.reference import Pixels, flattened, pixels_of, premultiplied, resampled
from tools.contact_sheet.engine import scaled
from tools.contact_sheet.grid import Row, Section, Tile

SIDE, SMALL, ZOOM = 256, 24, 5


def transparency() -> Section:
    """Show a disc on transparency: each channel resampled separately, the engine, the reference; then each format."""
    source = _disc()
    data, size = encoded(source), (SMALL, SMALL)
    careless = _picture(resampled(pixels_of(source), size))
    ours = scaled(data, width=SMALL)
    reference = resampled(premultiplied(pixels_of(source)), size)
    difference = color_differences(flattened(premultiplied(pixels_of(ours))), flattened(reference)).max()
    enlarged = [
        Tile(source.resize((SMALL * ZOOM, SMALL * ZOOM)), "source, 256 x 256"),
        Tile(_zoomed(careless), "each channel for itself:\ndark fringes"),
        Tile(_zoomed(ours), f"ours; CIEDE2000 to the\nnext one {difference:.1f} at most"),
        Tile(_zoomed(_picture(_divided(reference))), "in floats, weighed by alpha"),
        Tile(_zoomed(scaled(data, width=SMALL, background="#ffcc00ff")), "background=#fc0"),
        Tile(_zoomed(scaled(data, width=SMALL, background="#ffcc0080")), "background=#ffcc0080"),
    ]
    formats = [Tile(scaled(data, width=96, format=form).convert("RGBA"), str(form)) for form in RESULT_FORMATS]
    return Section(
        "Transparency",
        f"A disc whose transparent pixels are black, scaled to {SMALL} x {SMALL} and shown {ZOOM} times as large; "
        "below, at 96 x 96 in each format.",
        [Row("alpha", enlarged), Row("format", formats)],
    )


def _disc() -> Image.Image:
    """Draw a red disc with a hole and an antialiased edge on transparent black."""
    large = Image.new("L", (4 * SIDE, 4 * SIDE))
    pen = ImageDraw.Draw(large)
    pen.ellipse((60, 60, 4 * SIDE - 60, 4 * SIDE - 60), fill=255)
    pen.ellipse((380, 380, 4 * SIDE - 380, 4 * SIDE - 380), fill=0)
    alpha = large.resize((SIDE, SIDE), Image.Resampling.BOX)
    disc = Image.new("RGBA", alpha.size)
    disc.paste(Image.new("RGB", alpha.size, "#e4455c"), mask=alpha.point(lambda value: 255 if value else 0))
    disc.putalpha(alpha)
    return disc


def _divided(pixels: Pixels) -> Pixels:
    """Undo the multiplication by alpha."""
    alpha = pixels[..., -1:]
    return np.concatenate([pixels[..., :-1] * 255 / np.maximum(alpha, 1e-6), alpha], axis=-1).clip(0, 255)


def _picture(pixels: Pixels) -> Image.Image:
    return Image.fromarray(np.rint(pixels).astype(np.uint8))


def _zoomed(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width * ZOOM, picture.height * ZOOM), Image.Resampling.NEAREST)
