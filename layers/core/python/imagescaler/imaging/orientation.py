"""How a picture lies in its file, and how it is turned upright (EXIF 2.32, tag 0x0112)."""

from dataclasses import dataclass

from PIL import ExifTags, Image

Size = tuple[int, int]
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
LYING = {5, 6, 7, 8}


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn that makes a picture upright; `orientation` is EXIF's number, and 1 is none."""

    orientation: int = 1

    def upright(self, stored: Size) -> Size:
        """Give the size that a stored one has when turned.

        >>> Turn(6).upright((4000, 3000))
        (3000, 4000)
        """
        return stored[::-1] if self.orientation in LYING else stored

    def stored(self, upright: Size) -> Size:
        """Give the size that becomes an upright one: the same exchange of sides."""
        return self.upright(upright)

    def apply(self, image: Image.Image) -> Image.Image:
        """Turn an image upright."""
        turn = TURNS.get(self.orientation)
        return image if turn is None else image.transpose(turn)


def orientation(image: Image.Image) -> Turn:
    """Read the turn from an image's metadata; damaged metadata says nothing."""
    if image.format == "PNG":
        image.load()  # the metadata may follow the pixels
    try:
        number = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - the parser raises whatever the damage suggests
        number = 1
    return Turn(number if number in TURNS else 1)
