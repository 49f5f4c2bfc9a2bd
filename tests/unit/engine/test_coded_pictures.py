"""AVIFs and HEICs that hold more pictures, or larger ones, than they state: counted before any is decoded."""

from io import BytesIO

import pytest
from PIL import Image

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.codecs.avif import decoded_pixels
from imagescaler.engine.scale import scale
from imagescaler.probe.decoded_pixels import DecodedPixels
from tests.avif_files import Coded, avif

SIZE = WIDTH, HEIGHT = 1500, 1200
PIXELS = WIDTH * HEIGHT
CODED = Coded.of(Image.new("RGB", SIZE, "teal"))
ONE_HIDDEN = CODED.sequence() + CODED.hidden + CODED.shown


def color_of(data: bytes) -> tuple[int, ...]:
    with Image.open(BytesIO(scale(data, Options(16), Limits()).data)) as image:
        color = image.convert("RGB").getpixel((0, 0))
        assert isinstance(color, tuple)
        return color


@pytest.mark.parametrize(
    ("data", "frames"),
    [
        (CODED.sequence() + CODED.shown, 1),
        (ONE_HIDDEN, 2),
        (CODED.sequence() + CODED.hidden * 3 + CODED.earlier, 3),
        (CODED.sequence((1, 1)) + CODED.hidden + CODED.earlier, 1),
    ],
    ids=["shown", "one hidden", "shown again", "larger than its sequence"],
)
def test_each_coded_frame_of_an_avif_is_counted_with_its_size(data: bytes, frames: int) -> None:
    file = avif(data, SIZE)
    assert color_of(file) == pytest.approx((0, 128, 128), abs=3)
    assert DecodedPixels.of(file) == DecodedPixels(PIXELS, frames * PIXELS)


@pytest.mark.parametrize("size", [SIZE, (10, 8)], ids=["of its size", "of a smaller stated size"])
def test_an_avif_of_many_hidden_frames_is_refused(size: tuple[int, int]) -> None:
    data = avif(CODED.sequence() + CODED.hidden * 1000 + CODED.shown, size)
    with pytest.raises(CorruptImage, match=r"is composed of 1,801,800,000\."):
        scale(data, Options(16), Limits())


def test_hidden_frames_of_alpha_are_counted() -> None:
    data = avif(CODED.sequence() + CODED.shown, SIZE, CODED.sequence() + CODED.hidden * 99 + CODED.shown)
    with pytest.raises(CorruptImage, match=r"is composed of 181,800,000\."):
        scale(data, Options(16), Limits())


def test_frames_are_planned_by_their_own_size() -> None:
    assert decoded_pixels(avif(ONE_HIDDEN, (100, 80))) == 2 * PIXELS
    assert decoded_pixels(avif(CODED.sequence() + CODED.shown, SIZE)) == 0
