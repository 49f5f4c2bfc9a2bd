"""Scaled images for the sheet, and the photograph that most of them show."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.scale import NO_WATERMARKS, scale
from tests.pictures import photograph

PHOTOGRAPH = photograph()


def scaled(data: bytes, watermarks: Mapping[str, bytes] = NO_WATERMARKS, **options: Any) -> Image.Image:
    """Scale, by default to a PNG, and decode the result."""
    given = Options(**{"format": Format.PNG, **options})
    return Image.open(BytesIO(scale(data, given, Limits(), watermarks=watermarks).data))
