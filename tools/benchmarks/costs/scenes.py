"""What is on the pictures that are measured: photographs, from sharp to grainy, and what people draw and write."""

from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

import numpy as np
import skimage
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tests.pictures import photograph

NAMES = ("astronaut.png", "chelsea.png", "coffee.png", "hubble_deep_field.jpg", "rocket.jpg", "motorcycle_left.png")
SIZES = {1: (1200, 800), 6: (3000, 2000), 16: (4900, 3267)}
WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "while", "engineers", "measure", "costs"]
LINE_PIXELS, TEXT_PIXELS, INK = 34, 26, (30, 30, 40)
Levels = NDArray[np.float32]
Scene = Callable[[int], Image.Image]


@cache
def sharp(megapixels: int) -> Image.Image:
    """Lay photographs beside one another, each the other way round than the one before: as sharp as can be."""
    folder = Path(skimage.__file__).parent / "data"
    tiles = [Image.open(folder / name).convert("RGB") for name in NAMES]
    tiles += [Image.open(BytesIO(photograph(name))).convert("RGB") for name in ("china.jpg", "flower.jpg")]
    picture = Image.new("RGB", SIZES[megapixels])
    number, top = 0, 0
    while top < picture.height:
        left, tallest = 0, picture.height
        while left < picture.width:
            tile = tiles[number % len(tiles)]
            turned = tile.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if number // len(tiles) % 2 else tile
            picture.paste(turned, (left, top))
            left, tallest, number = left + tile.width, min(tallest, tile.height), number + 1
        top += tallest
    return picture


def _soft(times: int) -> Scene:
    """Enlarge a part: with fewer details for each pixel, as a camera's pictures have."""

    def enlarged(megapixels: int) -> Image.Image:
        picture = sharp(megapixels)
        part = picture.crop((0, 0, picture.width // times, picture.height // times))
        return part.resize(picture.size, Image.Resampling.BICUBIC)

    return enlarged


def _grainy(scene: Scene, deviation: float) -> Scene:
    """Add noise, as a sensor in the dark does: it takes many bytes in the file."""
    return lambda megapixels: _noisy(np.asarray(scene(megapixels), np.float32), deviation)


def gradient(megapixels: int) -> Image.Image:
    """Let colors run into one another, with as much noise as hides the steps."""
    width, height = SIZES[megapixels]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width, y / height
    red, green, blue = 40 + 120 * x + 40 * y, 80 + 90 * y * x + 30 * np.sin(3 * x), 200 - 120 * y + 20 * np.cos(4 * y)
    return _noisy(np.stack([red, green, blue], -1), 0.7)


def shapes(megapixels: int) -> Image.Image:
    """Draw large shapes over one another that let one see what is below, with soft edges."""
    width, height = SIZES[megapixels]
    rough = gradient(megapixels).resize((width // 8, height // 8)).resize((width, height), Image.Resampling.BICUBIC)
    large = rough.resize((2 * width, 2 * height))
    pencil, random = ImageDraw.Draw(large, "RGBA"), np.random.default_rng(2)
    for number in range(60):
        x, y, reach = random.integers(0, 2 * width), random.integers(0, 2 * height), random.integers(50, width // 2)
        color = tuple(random.integers((0, 0, 0, 60), 256).tolist())
        draw = pencil.ellipse if number % 2 else pencil.rectangle
        draw((int(x - reach), int(y - reach), int(x + reach), int(y + reach)), fill=color)
    return large.resize((width, height), Image.Resampling.LANCZOS)


def page(megapixels: int) -> Image.Image:
    """Write on white, in three columns, with a photograph in a corner: what is seen on screens."""
    width, height = SIZES[megapixels]
    paper, random = Image.new("RGB", (width, height), "white"), np.random.default_rng(3)
    pencil, font = ImageDraw.Draw(paper), ImageFont.load_default(TEXT_PIXELS)
    for y in range(10, height, LINE_PIXELS):
        for x in range(20, width, width // 3):
            pencil.text((x, y), " ".join(random.choice(WORDS, 8)), fill=INK, font=font)
    paper.paste(sharp(megapixels).crop((0, 0, width // 4, height // 4)), (width * 3 // 4 - 20, height * 3 // 4 - 20))
    return paper


def _noisy(levels: Levels, deviation: float) -> Image.Image:
    noised: Levels = (levels + np.random.default_rng(1).normal(0, deviation, levels.shape)).astype(np.float32)
    return Image.fromarray(noised.clip(0, 255).astype(np.uint8))


SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        "sharp": sharp,
        "soft": _soft(2),
        "smooth": _soft(5),
        "noisy": _grainy(_soft(2), 8),
        "grainy": _grainy(_soft(4), 5),
        "gradient": gradient,
        "shapes": shapes,
        "page": page,
    }
)
