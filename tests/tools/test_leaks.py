"""What looks for metadata in results finds it."""

import pytest
from PIL import Image

from imagescaler.domain.formats import RESULT_FORMATS, Format
from tests.animations import saved, scaled
from tests.pictures import encoded, photograph, plain
from tools.hostile import metadata
from tools.hostile.leaks import leaks


@pytest.mark.parametrize("name", metadata.TELLING)
def test_metadata_of_every_kind_is_found(name: str) -> None:
    assert leaks(metadata.TELLING[name]())


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("GIF", {"comment": "who"}),
        ("TIFF", {"software": "what"}),
        ("AVIF", {"exif": b"II*\0\x08\0\0\0\0\0\0\0\0\0"}),
        ("AVIF", {"xmp": b"<x/>"}),
        ("AVIF", {"icc_profile": metadata.PROFILE}),
        ("JXL", {"exif": b"II*\0\x08\0\0\0\0\0\0\0\0\0"}),
        ("JXL", {"xmp": b"<x/>"}),
    ],
)
def test_metadata_of_the_newer_formats_is_found(form: str, options: dict[str, object]) -> None:
    assert leaks(encoded(Image.new("RGB", (9, 9)), form, **options))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "JXL"])
def test_in_a_bare_picture_nothing_is_found(form: str) -> None:
    assert not leaks(plain(form=form))


@pytest.mark.parametrize("form", [form for form in RESULT_FORMATS if form.has_frames])
def test_in_a_bare_animation_nothing_is_found(form: Format) -> None:
    assert not leaks(scaled(saved(form), form).data)


def test_a_photograph_tells_its_program() -> None:
    assert leaks(photograph())


def test_a_strange_format_is_no_result() -> None:
    with pytest.raises(ValueError, match="a result begins with"):
        leaks(b"BM" + bytes(9))
