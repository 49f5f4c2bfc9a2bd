"""The first frame of a GIF is the same whether the animation stays one or not: as browsers show it."""

from io import BytesIO
from itertools import product
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.scale import scale
from tests.animations import SIZE, Patch, composed, difference, frames_of, gif
from tests.reference import Pixels

WIDTH, HEIGHT = SIZE
AREAS = {
    "all of the screen": (0, 0, WIDTH, HEIGHT),
    "a part of the screen": (4, 3, 10, 8),
    "a corner of the screen": (0, 0, 10, 8),
    "the opposite corner": (WIDTH - 10, HEIGHT - 8, 10, 8),
    "more than the screen": (0, 0, WIDTH + 6, HEIGHT + 4),
    "a part that reaches beyond": (WIDTH - 4, HEIGHT - 4, 10, 8),
    "a part that is higher than the screen": (2, 0, 8, HEIGHT + 9),
}
CASES: list[dict[str, Any]] = [
    {"has_hole": has_hole, "interlaced": interlaced, "frames": frames}
    for has_hole, interlaced, frames in product((False, True), (False, True), (1, 3))
]


def patch(area: tuple[int, int, int, int], *, has_hole: bool) -> Patch:
    """Return noise of few colors, of which some is not there."""
    left, top, width, height = area
    pixels = np.random.default_rng(4).integers(0, 4, (height, width, 4)).astype(float) * 80
    pixels[..., 3] = 255
    if has_hole:
        pixels[1:4, 2:5, 3] = 0
    return Patch(pixels, left, top)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_first_frame_is_the_same_with_animation_and_without(area: str, case: dict[str, Any]) -> None:
    drawn = patch(AREAS[area], has_hole=case["has_hole"])
    others = [Patch(drawn.pixels[::-1], drawn.left, drawn.top)] * (case["frames"] - 1)
    data = gif([drawn, *others], SIZE, interlaced=case["interlaced"])
    expected = first_frame(drawn)
    for kept in (True, False):
        result = scale(data, Options(scale=100, format=Format.PNG, animated=kept), Limits())
        frame = next(frames_of(result.data))
        assert frame.size == (expected.shape[1], expected.shape[0]) == (result.source.width, result.source.height)
        assert difference(frame, expected) == 0


def first_frame(drawn: Patch) -> Pixels:
    """Compose it; a screen that is too small for its first frame is as large as that needs."""
    right, bottom = (place + side for place, side in zip((drawn.left, drawn.top), drawn.image.size, strict=True))
    return next(composed([drawn], (max(WIDTH, right), max(HEIGHT, bottom))))


def test_what_a_frame_leaves_free_is_laid_on_the_background_where_a_format_has_no_alpha() -> None:
    data = gif([patch(AREAS["a part of the screen"], has_hole=False)], SIZE)
    result = scale(data, Options(scale=100, format=Format.TIFF, background="#00ff00ff"), Limits())
    with Image.open(BytesIO(result.data)) as image:
        assert image.convert("RGB").getpixel((0, 0)) == (0, 255, 0)
