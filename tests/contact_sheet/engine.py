"""The engine as the sheet asks for pictures, and the photograph that most of them show."""

from io import BytesIO
from typing import Any

from PIL import Image

from imagescaler.formats import Format
from imagescaler.imaging import scale
from imagescaler.limits import Limits
from imagescaler.options import Options
from tests.pictures import photograph

PHOTOGRAPH = photograph()


def scaled(data: bytes, **options: Any) -> Image.Image:
    """Scale, by default to a PNG, and decode the result."""
    wish = Options(**{"format": Format.PNG, **options})
    return Image.open(BytesIO(scale(data, wish, Limits()).data))
