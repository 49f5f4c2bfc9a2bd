"""Pictures for tests: real photographs out of packages, and made ones."""

from functools import cache
from io import BytesIO
from pathlib import Path

import sklearn
from PIL import Image


@cache
def photograph(name: str = "china.jpg") -> bytes:
    """Give a photograph of 640 x 427 pixels: china.jpg or flower.jpg."""
    return (Path(sklearn.__file__).parent / "datasets/images" / name).read_bytes()


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    """Give an image as a file's bytes."""
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def plain(color: str | tuple[int, ...] = "teal", size: tuple[int, int] = (60, 40), form: str = "PNG") -> bytes:
    """Give a picture of one color."""
    return encoded(Image.new("RGB", size, color), form)
