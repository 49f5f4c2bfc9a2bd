"""Placeholders as a page draws them, and the dominant color."""

from base64 import b64decode
from io import BytesIO

import blurhash
import numpy as np
import thash
from PIL import Image

from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options, Placeholder
from imagescaler.engine.scale import scale
from tests.pictures import photograph
from tools.contact_sheet.grid import Row, Section, Tile

SIZE = (180, 120)
SMALL = (36, 24)


def placeholders() -> Section:
    """Show a picture beside its placeholders and its dominant color."""
    return Section(
        "Placeholders",
        "What a page shows until the picture is loaded, of about 30 bytes.",
        [_row(name) for name in ("china.jpg", "flower.jpg")],
    )


def _row(name: str) -> Row:
    tiles = [Tile(Image.open(BytesIO(photograph(name))).resize(SIZE), "picture")]
    for kind in Placeholder:
        result = scale(photograph(name), Options(400, placeholder=kind), Limits()).result
        assert result.placeholder
        assert result.dominant_color
        tiles.append(Tile(_preview(result.placeholder, kind).resize(SIZE), f"{kind}\n{result.placeholder}"))
    tiles.append(Tile(Image.new("RGB", SIZE, result.dominant_color), f"dominant_color\n{result.dominant_color}"))
    return Row(name.removesuffix(".jpg"), tiles)


def _preview(text: str, kind: Placeholder) -> Image.Image:
    if kind is Placeholder.BLURHASH:
        return Image.fromarray(np.array(blurhash.decode(text, *SMALL), dtype=np.uint8))
    width, height, pixels = thash.thumb_hash_to_rgba(list(b64decode(text)))
    return Image.frombytes("RGBA", (width, height), bytes(pixels))
