"""Reduction to 256 colors, for GIF, and for PNG with `palette`."""

from PIL import Image

from imagescaler.engine.pixels.transparency import WITH_ALPHA

COLORS = 256
HALF = 128
TRANSPARENT = COLORS - 1  # index of the one transparent color of a GIF, which has no partial transparency


def with_palette(image: Image.Image) -> Image.Image:
    """Reduce to 256 colors by median cut, or with alpha by octree, the only method that has alpha in the palette."""
    method = Image.Quantize.FASTOCTREE if image.mode in WITH_ALPHA else Image.Quantize.MEDIANCUT
    return image.convert("RGBA" if image.mode == "LA" else image.mode).quantize(COLORS, method)


def with_gif_palette(image: Image.Image) -> Image.Image:
    """Reduce to 255 colors and a transparent one, which pixels that are less than half opaque get."""
    if image.mode not in WITH_ALPHA:
        return with_palette(image)
    indexed = image.convert("RGB").quantize(TRANSPARENT, Image.Quantize.MEDIANCUT)
    palette = indexed.getpalette() or []
    indexed.putpalette(palette + [0] * (3 * COLORS - len(palette)))
    indexed.paste(TRANSPARENT, mask=image.getchannel("A").point(lambda alpha: 255 if alpha < HALF else 0))
    indexed.info["transparency"] = TRANSPARENT
    return indexed
