"""Draws the sample of the page: mountains at dusk, which belong to nobody.

`python -m tools.page.sample` writes it.
"""

from pathlib import Path

import numpy as np
from PIL import Image

PATH = Path(__file__).parents[2] / "layers/core/python/imagescaler/web/pages/home/sample.jpg"
WIDTH, HEIGHT = 1920, 1280
SKY, HORIZON = np.array([58, 74, 128]), np.array([255, 190, 140])
NEAR, FAR = np.array([18, 26, 44]), np.array([196, 142, 140])
RANGES = 7


def draw() -> Image.Image:
    """Return the picture: a gradient, a sun, and ranges of mountains that fade with their distance."""
    random = np.random.default_rng(7)
    y, x = np.mgrid[0 : 1 : HEIGHT * 1j, 0 : 1 : WIDTH * 1j]
    picture = SKY + (HORIZON - SKY) * np.clip(y / 0.6, 0, 1)[..., None] ** 1.5
    distance = np.hypot((x - 0.68) * WIDTH / HEIGHT, y - 0.4)
    picture += np.array([255, 225, 170]) * np.exp(-distance * 9)[..., None]
    picture[distance < 0.055] = [255, 244, 214]
    for number in range(RANGES):
        nearness = number / (RANGES - 1)
        ridge = 0.5 + 0.42 * nearness - _noise(x[0], random) * (0.11 + 0.05 * nearness)
        color = FAR + (NEAR - FAR) * nearness**0.8
        below = y > ridge
        haze = np.clip((y - ridge) / 0.3, 0, 1)[..., None] * 30 * (1 - nearness)
        picture = np.where(below[..., None], color + haze, picture)
    return Image.fromarray(np.clip(picture + random.normal(0, 1.2, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8))


def _noise(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return a ridge from -1 to 1: waves of doubling frequency, each half as high."""
    waves = [0.5**octave * np.sin(x * 6 * 2**octave + random.uniform(0, 6.3)) for octave in range(8)]
    return np.asarray(np.sum(waves, axis=0) / 1.6)


if __name__ == "__main__":
    draw().save(PATH, quality=78, optimize=True, progressive=True)
