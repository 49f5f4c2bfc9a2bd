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
from tests import heic_files
from tests.avif_files import Coded, avif, sequence
from tests.heic_files import heic, phone_heic

SIZE = WIDTH, HEIGHT = 1600, 1200
PIXELS = WIDTH * HEIGHT
PICTURE = Image.new("RGB", SIZE, "teal")
CODED = Coded.of(PICTURE)
SHOWN, ONE_HIDDEN = CODED.sequence() + CODED.shown, CODED.sequence() + CODED.hidden + CODED.shown
MANY_HIDDEN = CODED.sequence() + CODED.hidden * 999 + CODED.shown
HEIC = heic_files.Coded.of(PICTURE)


def color_of(data: bytes) -> tuple[int, ...]:
    with Image.open(BytesIO(scale(data, Options(16), Limits()).data)) as image:
        color = image.convert("RGB").getpixel((0, 0))
        assert isinstance(color, tuple)
        return color


@pytest.mark.parametrize(
    ("data", "frames"),
    [
        (SHOWN, 1),
        (ONE_HIDDEN, 2),
        (CODED.sequence() + CODED.hidden * 2 + CODED.earlier, 3),
        (CODED.sequence((1, 1)) + CODED.hidden + CODED.earlier, 2),
    ],
    ids=["shown", "one hidden", "shown again", "larger than its sequence"],
)
def test_each_coded_frame_of_an_avif_is_counted_with_its_size(data: bytes, frames: int) -> None:
    file = avif(data, SIZE)
    assert color_of(file) == pytest.approx((0, 128, 128), abs=3)
    assert DecodedPixels.of_item(file) == DecodedPixels(PIXELS, frames * PIXELS)


@pytest.mark.parametrize("count", [1, 2])
def test_each_coded_picture_of_a_heic_is_counted_with_its_size(count: int) -> None:
    file = heic(HEIC.hiding(count - 1), SIZE)
    assert color_of(file) == pytest.approx((0, 128, 128), abs=3)
    assert DecodedPixels.of_item(file) == DecodedPixels(PIXELS, count * PIXELS)


@pytest.mark.parametrize(
    "file",
    [
        avif(MANY_HIDDEN, SIZE),
        avif(MANY_HIDDEN, (10, 8)),
        avif(SHOWN, SIZE, alpha=MANY_HIDDEN),
        sequence(PICTURE, [MANY_HIDDEN, SHOWN]),
        sequence(PICTURE, [SHOWN, CODED.hidden * 999 + CODED.shown]),
        heic(HEIC.hiding(999), SIZE),
    ],
    ids=["AVIF", "AVIF of a small stated size", "alpha", "frame of a sequence", "last of a sequence", "HEIC"],
)
def test_files_of_many_hidden_pictures_are_refused(file: bytes) -> None:
    with pytest.raises(CorruptImage, match=r"pixels, and is composed of 1,92\d,\d{3},000\."):
        scale(file, Options(16), Limits())


@pytest.mark.parametrize("between", [b"", heic_files.box(b"free", b"") * 1000], ids=["behind", "far behind"])
def test_a_second_description_of_the_items_is_refused(between: bytes) -> None:
    """Which libheif would read, and no limit would see."""
    file = heic(HEIC, SIZE)
    meta = file[file.index(b"meta") - 4 : file.index(b"mdat") - 4]
    with pytest.raises(CorruptImage, match="more than one description"):
        scale(file + between + meta, Options(16), Limits())


def test_tiles_larger_than_they_state_are_counted_with_their_size() -> None:
    picture, large = Image.new("RGB", (600, 500)), heic_files.Coded.of(Image.new("RGB", (2560, 2560), "teal"))
    with pytest.raises(CorruptImage, match=r"has 300,000 pixels, and is composed of 26,214,400\."):
        scale(phone_heic(picture, [large] * 4), Options(16), Limits())


def test_a_sequence_is_counted_by_its_samples() -> None:
    file = sequence(PICTURE, [ONE_HIDDEN, SHOWN])
    assert color_of(file) == pytest.approx((0, 128, 128), abs=3)
    assert DecodedPixels.of_frames(file, 9) == [DecodedPixels(PIXELS, 2 * PIXELS), DecodedPixels(PIXELS, PIXELS)]
    assert decoded_pixels(file) == 3 * PIXELS // 2


def test_frames_are_planned_by_their_own_size() -> None:
    assert decoded_pixels(avif(ONE_HIDDEN, (100, 80))) == 2 * PIXELS
    assert decoded_pixels(avif(SHOWN, SIZE)) == decoded_pixels(avif(SHOWN, SIZE, alpha=SHOWN)) == 0
