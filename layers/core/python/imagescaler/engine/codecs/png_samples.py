"""PNGs with more than eight bits: what is decided by the lower byte of a sample, which Pillow leaves out."""

from io import BytesIO

from PIL import Image, ImageChops, ImageMath, PngImagePlugin

from imagescaler.engine.pixels.sample_tables import ROWS, Tables, whole
from imagescaler.probe.formats.png import COLOR_TYPE, DEPTH

GREY, COLORS, GREY_ALPHA, COLORS_ALPHA = 0, 2, 4, 6
# By color type, the mode and the raw mode of Pillow that read other bytes of each sample than it does for a PNG.
READ_AS = {COLORS: ("RGB", "RGB;16L"), GREY_ALPHA: ("RGBA", "RGBA"), COLORS_ALPHA: ("RGBA", "RGBA;16L")}
DEEP = 16


def refined(pixels: Image.Image, data: bytes, tables: Tables | None) -> Image.Image:
    """Complete pixels that were cut from 16 bits to 8; others are returned as they are.

    Grey with alpha, which Pillow reads as RGBA, becomes LA. The transparent color is compared at 16 bits. Samples are
    looked up in tables before they are cut.
    """
    color_type = data[COLOR_TYPE]
    if data[DEPTH] != DEEP:
        return pixels
    if color_type == GREY_ALPHA:
        pixels = Image.merge("LA", (pixels.getchannel("R"), pixels.getchannel("A")))
    with Image.open(BytesIO(data), formats=["PNG"]) as other:
        transparent = other.info.get("transparency") if color_type == COLORS else None
        if tables is None and transparent is None:
            return pixels
        if isinstance(other, PngImagePlugin.PngImageFile) and color_type in READ_AS:
            other._mode, raw_mode = READ_AS[color_type]  # noqa: SLF001 - as plugins set it
            other.tile = [tile._replace(args=raw_mode) for tile in other.tile]
        other.load()
    for top in range(0, pixels.height, ROWS):
        area = (0, top, pixels.width, min(top + ROWS, pixels.height))
        part = pixels.crop(area)
        samples = _samples(part, other.crop(area), color_type)
        bands = list(part.split()[: len(samples)])
        if tables:
            bands = [each.point(list(table), "L") for each, table in zip(samples, tables, strict=False)]
        if transparent:
            bands.append(_differing(samples, transparent))
        elif part.mode in {"LA", "RGBA"}:
            bands.append(part.getchannel("A"))
        pixels.paste(Image.merge(part.mode, bands), area)
    return pixels


def _samples(part: Image.Image, other: Image.Image, color_type: int) -> list[Image.Image]:
    """Return the samples of 16 bits of grey or of each color, in mode I."""
    if color_type == GREY:
        return [other.convert("I")]
    highs, lows = (part.split()[:1], other.split()[1:2]) if color_type == GREY_ALPHA else (part.split(), other.split())
    pairs = zip(highs[:3], lows[:3], strict=True)
    return [whole(high, low) for high, low in pairs]


def _differing(samples: list[Image.Image], color: tuple[int, ...]) -> Image.Image:
    """Return a mask (L) that is 255 where samples differ from a color."""
    masks = [_unequal(sample, value) for sample, value in zip(samples, color, strict=True)]
    return ImageChops.lighter(ImageChops.lighter(masks[0], masks[1]), masks[2])


def _unequal(sample: Image.Image, value: int) -> Image.Image:
    distance: Image.Image = ImageMath.lambda_eval(lambda of: abs(of["sample"] - value), sample=sample)
    return distance.convert("L").point(lambda level: 255 if level else 0)
