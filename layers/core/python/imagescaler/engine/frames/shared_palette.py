"""The palette that the frames of a GIF share (GIF89a, 19)."""

from PIL import Image

from imagescaler.engine.pixels.palettes import COLORS, Loss, is_drawing, reduced

HAS_TABLE = 0x80


class SharedPalette:
    """A palette that grows with the frames until it is full. Its first color is the transparent one."""

    TRANSPARENT = 0

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, ...], int] = {}

    @property
    def table(self) -> bytes:
        """The colors as the file has them; empty if no frame uses them."""
        colors = (bytes(3), *map(bytes, self._numbers))
        return padded(b"".join(colors)) if self._numbers else b""

    def take(self, image: Image.Image) -> Image.Image | None:
        """Return RGB in these colors, to which those that it lacks are added; None if there is no room for them."""
        exact = image.getcolors(COLORS)
        if exact and len(exact) == COLORS:
            return None
        if not exact and is_drawing(image) and (known := self._nearest(image)):
            return known
        indexed = reduced(image, COLORS - 1)
        palette = indexed.getpalette() or []
        colors = list(zip(palette[::3], palette[1::3], palette[2::3], strict=True))
        added = [color for color in dict.fromkeys(colors) if color not in self._numbers]
        if len(self._numbers) + len(added) >= COLORS:
            return None
        for color in added:
            self._numbers[color] = len(self._numbers) + 1
        return indexed.point([self._numbers[color] for color in colors] + [0] * (COLORS - len(colors)))

    def _nearest(self, image: Image.Image) -> Image.Image | None:
        """Return RGB in the colors that there are, if nobody sees the difference."""
        if not self._numbers:
            return None
        palette = Image.new("P", (1, 1))
        palette.putpalette([value for color in self._numbers for value in color])
        indexed = image.quantize(palette=palette, dither=Image.Dither.NONE)
        if not Loss.between(image, indexed).has_no_bands:
            return None
        return indexed.point([min(number + 1, COLORS - 1) for number in range(COLORS)])


def padded(colors: bytes) -> bytes:
    """Return a table of colors with as many as a file can announce: a power of two, and at least two."""
    count = max(len(colors) // 3, 2)
    return colors.ljust(3 << (count - 1).bit_length(), b"\0")


def flags_of(table: bytes) -> int:
    """Return the flags that announce a padded table; 0 without one."""
    return HAS_TABLE | (len(table) // 3).bit_length() - 2 if table else 0
