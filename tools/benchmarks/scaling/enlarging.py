"""Makes stand-ins for the corpus, of the same names, formats and sizes, out of two small photographs."""

from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from tests.pictures import photograph

JPEG: dict[str, Any] = {"quality": 92, "subsampling": "4:2:0"}
Size = tuple[int, int]


def enlarge(folder: Path) -> None:
    """Write all sources of the cases."""
    twelve, mosaic = _photograph("china.jpg", (4000, 3000)), _mosaic((6000, 4000))
    twelve.save(folder / "j12.jpg", **JPEG)
    twelve.save(folder / "w12.webp", quality=80)
    twelve.save(folder / "a12.avif", quality=65, speed=8)
    mosaic.save(folder / "j24.jpg", **JPEG)
    mosaic.save(folder / "j24_prog.jpg", progressive=True, **JPEG)
    _mosaic((11648, 8736)).save(folder / "j102.jpg", **JPEG)
    flower = _photograph("flower.jpg", (3264, 2448))
    flower.resize((4160, 3120)).save(folder / "p13_dragonfly_prog.jpg", progressive=True, **JPEG)
    flower.resize((5586, 3724)).save(folder / "p20_kleiber.jpg", quality=92, subsampling="4:2:2")
    flower.save(folder / "photo8_rgb.png")
    mask = Image.radial_gradient("L").point(lambda value: 255 - value).resize(flower.size)
    Image.merge("RGBA", (*flower.split(), mask)).save(folder / "photo8_rgba.png")
    flower.resize((3840, 2400)).convert("RGBA").save(folder / "g9_goldfish_rgba.png")
    _screenshot((3840, 2160), flower.resize((900, 600))).save(folder / "shot8.png")


def _photograph(name: str, size: Size) -> Image.Image:
    return Image.open(BytesIO(photograph(name))).resize(size, Image.Resampling.LANCZOS)


def _mosaic(size: Size) -> Image.Image:
    tiles = [_photograph(name, (1500, 1000)) for name in ("china.jpg", "flower.jpg")]
    mosaic = Image.new("RGB", size)
    places = [(x, y) for y in range(0, size[1], 1000) for x in range(0, size[0], 1500)]
    for number, place in enumerate(places):
        mosaic.paste(tiles[number % 2], place)
    return mosaic


def _screenshot(size: Size, picture: Image.Image) -> Image.Image:
    page, font = Image.new("RGB", size, "white"), ImageFont.load_default(26)
    draw = ImageDraw.Draw(page)
    for row in range(size[1] // 32):
        draw.text((20, row * 32), f"{row}: the quick brown fox jumps over the lazy dog " * 5, fill="#1e1e28", font=font)
    page.paste(picture, (size[0] - 1040, size[1] - 660))
    return page
