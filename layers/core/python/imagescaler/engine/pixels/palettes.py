"""Pictures of 256 colors at most, as GIF has them, and PNG where it is asked for."""

from PIL import Image

from imagescaler.engine.steps.effects import WITH_ALPHA

COLORS = 256
HALF = 128
# The last color of a GIF's table stands for what is transparent: a GIF knows no half.
TRANSPARENT = COLORS - 1


def with_palette(image: Image.Image) -> Image.Image:
    """Choose the colors by median cut, which is better; with an alpha in the palette only the octree can."""
    method = Image.Quantize.FASTOCTREE if image.mode in WITH_ALPHA else Image.Quantize.MEDIANCUT
    return image.convert("RGBA" if image.mode == "LA" else image.mode).quantize(COLORS, method)


def with_gif_palette(image: Image.Image) -> Image.Image:
    """Choose the colors of what is at least half there; the rest becomes transparent."""
    if image.mode not in WITH_ALPHA:
        return with_palette(image)
    indexed = image.convert("RGB").quantize(TRANSPARENT, Image.Quantize.MEDIANCUT)
    palette = indexed.getpalette() or []
    indexed.putpalette(palette + [0] * (3 * COLORS - len(palette)))
    indexed.paste(TRANSPARENT, mask=image.getchannel("A").point(lambda alpha: 255 if alpha < HALF else 0))
    indexed.info["transparency"] = TRANSPARENT
    return indexed
