"""Reduction of colors to a palette, for GIF, and for PNG with `palette` or from a source with a palette."""

from dataclasses import dataclass
from typing import Self

from PIL import Image, ImageChops

from imagescaler.engine.pixels.transparency import OPAQUE, PREMULTIPLIED, WITH_ALPHA

COLORS = 256
HALF = 128
# A drawing has no more colors after resampling. Of those, MAXCOVERAGE chooses better ones than MEDIANCUT, which spends
# them on the most frequent, and the file is half as large. In a photograph it takes six times as long.
DRAWING_COLORS = 2**13
FEWER = (64, 128)
LAST_MOVED, LAST_MOVED_IN_PHOTOGRAPH = 20, 5  # k-means ends when one pixel of so many, or fewer, get another color
MOSTLY = 3 / 4
SOFT_COLORS = 64  # at least, for pixels that are neither opaque nor transparent: the edges, as a rule


@dataclass(frozen=True, slots=True)
class Loss:
    """Difference between an image and its reduction, in levels of 255, of the channel that differs most in a pixel.

    `root_mean_square` is that over all pixels, `worst` that of all but one pixel of a thousand. `changed` is the share
    of pixels that differ by two levels or more.
    """

    root_mean_square: float
    worst: int
    changed: float

    @classmethod
    def between(cls, image: Image.Image, reduced: Image.Image) -> Self:
        """Compare images of one size, with the colors weighted by alpha."""
        mode = "RGBA" if image.mode in WITH_ALPHA else "RGB"
        pair = [each.convert(mode).convert(PREMULTIPLIED.get(mode, mode)) for each in (image, reduced)]
        largest, *channels = ImageChops.difference(*pair).split()
        for channel in channels:
            largest = ImageChops.lighter(largest, channel)
        counts, pixels = largest.histogram(), image.width * image.height
        square = sum(count * level**2 for level, count in enumerate(counts)) / pixels
        worst, above = 255, 0
        while worst and above + counts[worst] <= pixels / 1000:
            above, worst = above + counts[worst], worst - 1
        return cls(square**0.5, worst, sum(counts[2:]) / pixels)

    @property
    def is_invisible(self) -> bool:
        """True if nobody sees it side by side: above 93 points of SSIMULACRA2 in the measurements of decision 20."""
        return self.root_mean_square <= 2 and self.worst <= 16  # noqa: PLR2004

    @property
    def is_small(self) -> bool:
        """True if better colors may make it invisible."""
        return self.root_mean_square <= 3  # noqa: PLR2004

    @property
    def has_no_bands(self) -> bool:
        """True if, in addition, gradients keep their steps."""
        return self.is_invisible and self.root_mean_square <= 3 / 2 and self.changed <= 1 / 8


def with_palette(image: Image.Image) -> Image.Image:
    """Reduce to at most 256 colors, which have alpha if the image has."""
    if image.mode in WITH_ALPHA:
        return _with_alpha(image.convert("RGBA"))
    colors = image.convert("RGB")
    indexed = reduced(colors)
    if colors.getcolors(COLORS) or is_drawing(colors) or not Loss.between(colors, indexed).is_small:
        return indexed
    return colors.quantize(COLORS, Image.Quantize.MEDIANCUT, kmeans=_pixels(colors) // LAST_MOVED_IN_PHOTOGRAPH)


def with_gif_palette(image: Image.Image) -> Image.Image:
    """Reduce to at most 255 colors and a transparent one, which pixels that are less than half opaque get."""
    if image.mode not in WITH_ALPHA:
        return reduced(image.convert("RGB"))
    visible = image.getchannel("A").point(lambda alpha: OPAQUE if alpha >= HALF else 0)
    indexed = reduced(visible_part(image.convert("RGB"), visible), COLORS - 1)
    transparent = colors_of(indexed)
    indexed.putpalette([*(indexed.getpalette() or []), 0, 0, 0])
    indexed.paste(transparent, mask=ImageChops.invert(visible))
    indexed.info["transparency"] = transparent
    return indexed


def reduced(image: Image.Image, most: int = COLORS) -> Image.Image:
    """Reduce RGB to a palette of `most` colors, or fewer if it has no more, or if that changes nothing visibly.

    The palette has no color that is not used.
    """
    if image.getcolors(most) or not is_drawing(image):  # median cut is exact if the colors are few enough
        return image.quantize(most, Image.Quantize.MEDIANCUT)
    for colors in (*(fewer for fewer in FEWER if fewer < most), most):
        indexed = image.quantize(colors, Image.Quantize.MAXCOVERAGE, kmeans=1 + _pixels(image) // LAST_MOVED)
        if colors == most or Loss.between(image, indexed).has_no_bands:
            break
    return _compact(indexed)


def is_drawing(image: Image.Image) -> bool:
    """Return True if an image has so few colors that finding the best palette takes little time."""
    return image.getcolors(DRAWING_COLORS) is not None


def colors_of(indexed: Image.Image) -> int:
    """Count the colors of a palette."""
    return len(indexed.getpalette() or []) // 3


def visible_part(image: Image.Image, visible: Image.Image) -> Image.Image:
    """Return RGB in which all pixels that are not visible (L, 0 or 255) have the color of one that is."""
    box, filled = visible.getbbox(), image.copy()
    if box is None:
        return Image.new(image.mode, image.size)
    left, top, right, _ = box
    first = visible.crop((left, top, right, top + 1)).getbbox()
    assert first
    filled.paste(image.getpixel((left + first[0], top)), mask=ImageChops.invert(visible))  # type: ignore[arg-type]
    return filled


def _pixels(image: Image.Image) -> int:
    return image.width * image.height


def _compact(indexed: Image.Image) -> Image.Image:
    """Leave out the colors that no pixel has."""
    used = [number for number, count in enumerate(indexed.histogram()) if count]
    return indexed.remap_palette(used)


def _with_alpha(image: Image.Image) -> Image.Image:
    """Reduce RGBA: exactly, or else opaque pixels and the others each to colors of their own."""
    alpha = image.getchannel("A")
    shown = Image.composite(image, Image.new("RGBA", image.size, (0, 0, 0, 0)), alpha.point([0] + [OPAQUE] * 255))
    if exact := _exact(shown):
        return exact
    opaque = alpha.point([0] * OPAQUE + [OPAQUE])
    others = shown.copy()
    others.paste((0, 0, 0, 0), mask=opaque)
    hidden, *_, solid = alpha.histogram()
    soft_share = 1 - solid / (image.width * image.height - hidden)
    if soft_share > MOSTLY:
        return shown.quantize(COLORS, Image.Quantize.FASTOCTREE)
    soft = _compact(others.quantize(max(SOFT_COLORS, round(COLORS * soft_share)), Image.Quantize.FASTOCTREE))
    hard = reduced(visible_part(shown.convert("RGB"), opaque), COLORS - colors_of(soft))
    first, palette = colors_of(hard), hard.getpalette("RGBA") or []
    moved = soft.point([min(number + first, COLORS - 1) for number in range(COLORS)])
    hard.paste(moved, mask=ImageChops.invert(opaque))
    hard.putpalette([*palette, *(soft.getpalette("RGBA") or [])], "RGBA")
    return hard


def _exact(image: Image.Image) -> Image.Image | None:
    """Return RGBA as a palette with the same pixels; None if it has more than 256 colors."""
    colors = image.convert("RGB")
    if image.getcolors(COLORS) is None or colors.getcolors(COLORS) is None:
        return None
    indexed = colors.quantize(COLORS, Image.Quantize.MEDIANCUT)
    numbers = Image.frombytes("L", image.size, indexed.tobytes())
    # A number and its alpha make one number of sixteen bits, for which Pillow has tables.
    pairs = Image.frombytes("I;16", image.size, Image.merge("LA", (numbers, image.getchannel("A"))).tobytes())
    pairs = pairs.convert("I")
    found = [int(pair) for _, pair in pairs.getcolors(COLORS) or []]  # type: ignore[arg-type]
    table = [0] * 2**16
    for number, pair in enumerate(found):
        table[pair] = number
    palette = indexed.getpalette() or []
    exact = Image.frombytes("P", image.size, pairs.point(table, "L").tobytes())
    exact.putpalette([value for pair in found for value in (*palette[pair % 256 * 3 :][:3], pair // 256)], "RGBA")
    return exact
