"""A WebP that stands still tells how it holds its picture, before it is decoded."""

from io import BytesIO

import pytest
from PIL import Image

from imagescaler.probe.webp import MAX_CHUNKS, WebpHeader
from tests.pictures import encoded, photograph

PHOTOGRAPH = Image.open(BytesIO(photograph())).convert("RGB")
FADED = PHOTOGRAPH.convert("RGBA").point(lambda value: value // 2)
BLURRED = PHOTOGRAPH.resize((64, 43)).resize(PHOTOGRAPH.size)


@pytest.mark.parametrize("image", [PHOTOGRAPH, FADED], ids=["simple", "extended"])
def test_it_tells_whether_each_pixel_is_kept(image: Image.Image) -> None:
    assert WebpHeader.of(encoded(image, "WEBP", lossless=True)) == WebpHeader(is_lossless=True)
    lossy = WebpHeader.of(encoded(image, "WEBP", icc_profile=b"any", exif=b"odd"))
    assert lossy is not None
    assert not lossy.is_lossless


def test_predicting_takes_more_bytes_of_what_is_fine_and_depends_less_on_quality_than_the_file_does() -> None:
    predicting = [[_prediction_bytes(image, quality) for quality in (60, 95)] for image in (BLURRED, PHOTOGRAPH)]
    [blurred, blurred_well], [fine, fine_well] = predicting
    assert 0 < blurred < fine
    assert blurred_well < fine_well
    assert fine_well / fine < 2 < len(_lossy(PHOTOGRAPH, 95)) / len(_lossy(PHOTOGRAPH, 60))


def test_an_animation_has_no_one_picture() -> None:
    animation = encoded(PHOTOGRAPH, "WEBP", save_all=True, append_images=[FADED], duration=100)
    assert WebpHeader.of(animation) is None


def test_nothing_is_known_of_a_file_that_is_cut_off() -> None:
    file = encoded(FADED, "WEBP", icc_profile=b"any")
    assert WebpHeader.of(file[:30]) is None


def test_nobody_looks_through_endless_chunks() -> None:
    chunks = b"junk\0\0\0\0" * MAX_CHUNKS
    assert WebpHeader.of(b"RIFF\0\0\0\0WEBP" + chunks + encoded(PHOTOGRAPH, "WEBP")[12:]) is None


def _prediction_bytes(image: Image.Image, quality: int) -> int:
    header = WebpHeader.of(_lossy(image, quality))
    return header.prediction_bytes if header else 0


def _lossy(image: Image.Image, quality: int) -> bytes:
    return encoded(image, "WEBP", quality=quality)
