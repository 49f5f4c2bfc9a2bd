"""Turn pixels by one of the eight orientations of EXIF."""

from PIL import Image

from imagescaler.domain.geometry.turn import Turn

TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Names for the receipt; degrees are clockwise.
NAMES = {
    1: "",
    2: "flop",
    3: "rotate 180",
    4: "flip",
    5: "transpose",
    6: "rotate 90",
    7: "transverse",
    8: "rotate 270",
}


def turned(image: Image.Image, turn: Turn) -> Image.Image:
    """Turn an image; the same image is returned if there is nothing to turn."""
    transpose = TRANSPOSES.get(turn.orientation)
    return image if transpose is None else image.transpose(transpose)
