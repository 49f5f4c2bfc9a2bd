"""The palette that the frames of a GIF share (GIF89a, 19)."""

from PIL import Image

from imagescaler.engine.pixels.palettes import COLORS, Loss, is_drawing

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

    def take(self, indexed: Image.Image) -> Image.Image | None:
        """Return an image in these colors, to which those that it lacks are added; None if they have no room."""
        palette = indexed.getpalette() or []
        colors = list(zip(palette[::3], palette[1::3], palette[2::3], strict=True))
        added = [color for color in dict.fromkeys(colors) if color not in self._numbers]
        if len(self._numbers) + len(added) >= COLORS:
            return None
        for color in added:
            self._numbers[color] = len(self._numbers) + 1
        return indexed.point([self._numbers[color] for color in colors] + [0] * (COLORS - len(colors)))

    def nearest(self, image: Image.Image) -> Image.Image | None:
        """Return RGB of a drawing in the colors that there are; None if it has few enough for itself, or it is seen."""
        if not self._numbers or image.getcolors(COLORS) or not is_drawing(image):
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
