"""The first lines of a PNG tell how hard the edges in it are, without decoding it."""

import tracemalloc
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from imagescaler.probe.png_edges import MOST_INFLATED, hard_edges
from tests.pictures import encoded, photograph, png

PHOTOGRAPH = Image.open(BytesIO(photograph())).convert("RGB")
SOFT = PHOTOGRAPH.resize((8, 6)).resize((640, 480), Image.Resampling.BICUBIC)


def page(mode: str = "RGB") -> Image.Image:
    paper = Image.new("L", (640, 480), 255)
    pencil, font = ImageDraw.Draw(paper), ImageFont.load_default(24)
    for y in range(0, 480, 30):
        pencil.text((10, y), "edges of letters are hard, those of clouds are soft", font=font)
    return paper.convert(mode)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_letters_have_hard_edges_and_a_soft_drawing_has_next_to_none(mode: str) -> None:
    letters, soft = hard_edges(encoded(page(mode))), hard_edges(encoded(SOFT.convert(mode)))
    assert letters is not None
    assert soft is not None
    assert letters > 0.5
    assert soft < 0.01


@pytest.mark.parametrize("name", ["china.jpg", "flower.jpg"])
def test_a_photograph_has_few_hard_ones(name: str) -> None:
    edges = hard_edges(encoded(Image.open(BytesIO(photograph(name)))))
    assert edges is not None
    assert 0 < edges < 0.1


UNKNOWN = {
    "one color": encoded(Image.new("RGB", (640, 480), "red")),
    "numbers in a palette": encoded(page("RGB").quantize(4)),
    "one bit": encoded(page("1")),
    "sixteen bits": encoded(page("I;16")),
    "cut off": encoded(page())[:600],
    "without a beginning": b"\x89PNG\r\n\x1a\n",
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_does_not_tell_is_not_guessed_at(name: str) -> None:
    assert hard_edges(UNKNOWN[name]) is None


def test_neither_is_what_is_interlaced_or_damaged() -> None:
    file = encoded(page())
    interlaced, at = bytearray(file), file.index(b"IHDR") + 16
    interlaced[at] = 1
    assert hard_edges(bytes(interlaced)) is None
    damaged, at = bytearray(file), file.index(b"IDAT") + 4
    damaged[at : at + 9] = bytes(9)
    assert hard_edges(bytes(damaged)) is None


def test_no_more_is_inflated_of_what_is_large_than_of_anything() -> None:
    file = png((30_000, 3_000), 8, 0, [b"\1" * 30_000] * 3_000)
    tracemalloc.start()
    hard_edges(file)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 4 * MOST_INFLATED
