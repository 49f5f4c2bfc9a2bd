"""JPEG XL in and out: pixels, colors and metadata against numpy, and what is refused."""

from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
import pillow_jxl
import pytest
from PIL import Image, ImageOps

from imagescaler.domain.errors import (
    CorruptImage,
    FormatDisabled,
    ImageTooLarge,
    TooManyFrames,
    UnsupportedDepth,
    UnsupportedImageFormat,
)
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Damaged, Icc, Metadata, Options, Quality
from imagescaler.engine.codecs import jxl
from imagescaler.engine.codecs.jxl import JxlImage
from imagescaler.engine.pixels.linear_light import sample_of
from imagescaler.engine.scale import scale
from imagescaler.probe.formats.jxl import header_of
from imagescaler.probe.jxl_frames import read_frames
from tests.jxl_files import (
    ALPHA,
    ANIMATION,
    BLACK,
    GREY_10,
    GREY_16_ALPHA,
    GREY_FLOAT,
    RGB_16,
    RGB_FLOAT,
    SAMPLED,
    Header,
    box,
    boxed,
    coded,
    frames_of,
    layers,
    sample,
)
from tests.pictures import chunk, encoded, photograph
from tests.unit.engine.profiles import display_p3_to_srgb

Samples: TypeAlias = np.ndarray[Any, Any]
SIZE = (33, 21)


def photo(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    with Image.open(BytesIO(photograph())) as image:
        made = image.resize(size).convert(mode)
    if "A" in mode:
        made.putalpha(Image.linear_gradient("L").resize(size))
    return made


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def made_of(data: bytes, **options: Any) -> Image.Image:
    """Return a source that is not resized, by default as a PNG."""
    return opened(scale(data, Options(**({"format": Format.PNG} | options)), Limits()).data)


def pixels_of(data: bytes, **options: Any) -> Samples:
    return np.asarray(made_of(data, **options)).astype(float)


def samples(*channels: int) -> Samples:
    """Return the samples of the files that cjxl made."""
    width, height = SAMPLED
    return np.array(
        [[[sample(x, y, each) for each in channels] for x in range(width)] for y in range(height)]
    ).squeeze()


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_lossless_pixels_are_those_of_the_source(mode: str) -> None:
    image = photo(mode)
    assert np.array_equal(pixels_of(coded(image)), np.asarray(image))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_lossy_pixels_are_near_those_of_the_source(mode: str) -> None:
    image = photo(mode, (320, 213))
    made, exact = pixels_of(coded(image, lossless=False, quality=95)), np.asarray(image)
    visible = exact[..., -1] > 127 if "A" in mode else np.ones(exact.shape[:2], bool)
    assert np.abs(made - exact)[visible].mean() < 2.5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pixels_are_upright_whatever_exif_says(orientation: int) -> None:
    exif, image = Image.Exif(), photo()
    exif[0x0112] = 8
    upright = np.asarray(_upright(image, orientation))
    stream = Header(size=SIZE, orientation=orientation).written() + frames_of(image)
    data = boxed(box(b"Exif", bytes(4) + exif.tobytes()), box(b"jxlc", stream))
    for auto_orient in (True, False):
        made = made_of(data, auto_orient=auto_orient, metadata=Metadata.ALL)
        assert np.array_equal(np.asarray(made), upright)
        assert made.getexif().get(0x0112, 1) == 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    copy = image.copy()
    copy.getexif()[0x0112] = orientation
    return ImageOps.exif_transpose(copy)


def test_display_p3_becomes_srgb() -> None:
    image = photo()
    made = pixels_of(Header(size=SIZE, primaries=11).written() + frames_of(image))
    exact = display_p3_to_srgb(np.asarray(image) / 255).clip(0, 1) * 255
    assert np.abs(made - exact).mean() < 0.5


def test_linear_light_becomes_srgb() -> None:
    image = photo()
    made = pixels_of(Header(size=SIZE, transfer=8).written() + frames_of(image))
    exact = np.vectorize(sample_of)(np.asarray(image) / 255) * 255
    assert np.abs(made - exact).max() <= 1.5


def test_grey_in_linear_light_becomes_srgb() -> None:
    image = photo("L")
    made = pixels_of(Header(size=SIZE, is_grey=True, transfer=8).written() + frames_of(image))
    exact = np.vectorize(sample_of)(np.asarray(image) / 255) * 255
    assert np.abs(made - exact).max() <= 1


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_is_tone_mapped_as_that_of_a_png_is(transfer: int) -> None:
    image = photo()
    stated = bytes([9, transfer, 0, 1])
    reference = encoded(image)
    reference = reference[:33] + chunk(b"cICP", stated) + reference[33:]
    data = Header(size=SIZE, primaries=9, transfer=transfer).written() + frames_of(image)
    assert np.array_equal(pixels_of(data), pixels_of(reference))


def test_colors_that_the_alpha_multiplies_are_divided_again() -> None:
    image = photo("RGBA")
    data = Header(size=SIZE, extra=((ALPHA, True),)).written() + frames_of(image)
    assert np.array_equal(pixels_of(data), np.asarray(Image.frombytes("RGBa", SIZE, image.tobytes()).convert("RGBA")))


def test_sixteen_bits_of_colors_are_read_as_eight() -> None:
    assert np.abs(pixels_of(RGB_16, depth=8) - samples(0, 1, 2) / 257).max() <= 1
    assert np.abs(pixels_of(RGB_FLOAT, depth=8) - samples(0, 1, 2) / 257).max() <= 1


def test_sixteen_bits_of_grey_with_alpha_are_read_as_eight() -> None:
    assert np.abs(pixels_of(GREY_16_ALPHA, depth=8) - samples(0, 3) / 257).max() <= 1


def test_ten_bits_of_grey_are_kept_in_sixteen() -> None:
    made = made_of(GREY_10)
    assert made.mode == "I;16"
    assert np.abs(np.asarray(made).astype(float) - samples(0)).max() <= 65535 / 1023


@pytest.mark.parametrize("data", [RGB_16, RGB_FLOAT, GREY_16_ALPHA])
def test_sixteen_bits_of_colors_are_not_cut_unasked(data: bytes) -> None:
    with pytest.raises(UnsupportedDepth, match="depth=8"):
        made_of(data)
    assert made_of(data, format=None).size == SAMPLED


@pytest.mark.parametrize(
    ("data", "variety"),
    [
        (ANIMATION, "an animation"),
        (GREY_FLOAT, "floating-point grey"),
        (Header(size=SIZE, extra=((BLACK, False),)).written() + frames_of(photo()), "CMYK"),
        (Header(size=SIZE, bits=24).written() + frames_of(photo()), "24-bit samples"),
    ],
)
def test_other_varieties_are_refused_by_name(data: bytes, variety: str) -> None:
    with pytest.raises(UnsupportedImageFormat, match=f"not accepted: {variety}."):
        made_of(data)


def test_limits_are_checked_before_anything_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jxl, "Decoder", None)
    data = coded(photo())
    with opened(data) as image:
        assert (image.format, image.size, image.mode) == ("JXL", SIZE, "RGB")
    with pytest.raises(ImageTooLarge):
        scale(data, Options(5), Limits(max_source_pixels=100))


def test_a_jpeg_to_be_restored_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pixels are those of the codestream; the JPEG would be one that no limit was checked for."""
    decoded: list[bytes] = []

    def noting(**settings: Any) -> Any:
        def decode(data: bytes) -> Any:
            decoded.append(data)
            return pillow_jxl.Decoder(**settings)(data)

        return decode

    monkeypatch.setattr(jxl, "Decoder", noting)
    stream = coded(photo())
    made_of(boxed(box(b"jbrd", b"\xff" * 999), box(b"jxlc", stream), box(b"brob", b"Exif" + b"\xff" * 99)))
    assert decoded == [stream]


@pytest.mark.parametrize("damaged", list(Damaged))
@pytest.mark.parametrize("lossless", [False, True])
def test_a_damaged_file_is_refused(damaged: Damaged, *, lossless: bool) -> None:
    data = coded(photo(size=(320, 213)), lossless=lossless)
    for broken in (data[: len(data) // 2], data[:30], data[: len(data) // 2] + bytes(len(data))):
        with pytest.raises(CorruptImage):
            made_of(broken, damaged=damaged)


def test_a_result_has_the_pixels_of_the_source_if_it_is_lossless() -> None:
    image = photo("RGBA")
    made = opened(scale(encoded(image), Options(format=Format.JXL, lossless=True), Limits()).data)
    assert isinstance(made, JxlImage)
    assert np.array_equal(np.asarray(made), np.asarray(image))


@pytest.mark.parametrize("quality", [1, 50, 80, 99, 100])
def test_a_result_is_larger_the_higher_its_quality(quality: int) -> None:
    image = photo(size=(160, 107))
    made = scale(encoded(image), Options(format=Format.JXL, quality=Quality.same(quality)), Limits())
    assert any(f"quality={min(quality, 99)} effort=3" in each for each in made.operations)
    error = np.abs(np.asarray(opened(made.data)).astype(float) - np.asarray(image)).mean()
    assert error < {1: 40, 50: 10, 80: 6, 99: 1.5, 100: 1.5}[quality]


def test_a_lossless_source_stays_lossless_and_a_lossy_one_lossy() -> None:
    assert not header_of(scale(coded(photo()), Options(), Limits()).data).is_xyb
    assert header_of(scale(coded(photo(), lossless=False), Options(), Limits()).data).is_xyb
    restorable = boxed(box(b"jbrd", b""), box(b"jxlc", coded(photo())))
    assert header_of(scale(restorable, Options(), Limits()).data).is_xyb


def test_metadata_is_kept_if_asked_for() -> None:
    exif = Image.Exif()
    exif[0x8298], exif[0x010F] = "somebody", "a maker"
    source = encoded(photo(), "JPEG", exif=exif.tobytes(), xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    for data in (source, scale(source, Options(format=Format.JXL, metadata=Metadata.ALL), Limits()).data):
        made = scale(data, Options(format=Format.JXL, metadata=Metadata.ALL), Limits())
        kept = opened(made.data)
        assert dict(kept.getexif()) == dict(exif)
        assert b"xmpmeta" in kept.info["xmp"]
        assert made.warnings == ()
        assert b"Exif\0\0\0\0MM" in made.data  # the offset, which the plugin leaves out
        assert opened(scale(data, Options(format=Format.JXL), Limits()).data).info.keys() <= {"icc_profile"}


def test_exif_without_its_offset_is_read() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a maker"
    data = boxed(box(b"Exif", exif.tobytes().removeprefix(b"Exif\0\0")), box(b"jxlc", coded(photo())))
    assert dict(opened(data).getexif()) == dict(exif)


def test_a_profile_is_not_kept() -> None:
    data = Header(size=SIZE, primaries=11).written() + frames_of(photo())
    made = scale(data, Options(format=Format.JXL, icc=Icc.KEEP, lossless=True), Limits())
    exact = display_p3_to_srgb(np.asarray(photo()) / 255).clip(0, 1) * 255
    assert np.abs(np.asarray(opened(made.data)) - exact).mean() < 0.5


def test_the_same_work_makes_the_same_bytes() -> None:
    first, second = (scale(encoded(photo()), Options(20, format=Format.JXL), Limits()).data for _ in range(2))
    assert first == second


def test_a_disabled_format_is_neither_read_nor_written() -> None:
    limits = Limits(disabled_formats="jxl")
    with pytest.raises(UnsupportedImageFormat, match="does not accept JXL"):
        scale(coded(photo()), Options(5), limits)
    with pytest.raises(FormatDisabled, match="does not write JXL"):
        scale(encoded(photo()), Options(5, format=Format.JXL), limits)


@pytest.mark.parametrize("mode", [0, 1])
def test_frames_over_each_other_are_counted(mode: int) -> None:
    data, pixels = layers(photo(), 5, mode), 33 * 21
    assert opened(data).getpixel((0, 0))  # libjxl decodes it
    assert jxl.passes(data) == 5
    assert scale(data, Options(16), Limits(max_frames=5, max_animation_pixels=5 * pixels)).result.width == 16
    for limits in (Limits(max_frames=4), Limits(max_animation_pixels=5 * pixels - 1)):
        with pytest.raises(TooManyFrames, match="JPEG XL has at least"):
            scale(data, Options(16), limits)


def test_a_frame_that_claims_to_be_huge_is_refused_before_its_sections_are_read() -> None:
    with pytest.raises(TooManyFrames):
        scale(layers(photo(), 2, crop=(2**30, 2**30)), Options(16), Limits())


@pytest.mark.parametrize(
    ("size", "mode", "options"),
    [
        ((8, 8), "RGBA", {"lossless": True, "effort": 9}),
        ((33, 21), "L", {"lossless": False, "quality": 30}),
        ((300, 200), "RGB", {"lossless": True, "effort": 9}),
        ((300, 200), "RGBA", {"lossless": False, "quality": 80, "effort": 9}),
        ((1100, 700), "L", {"lossless": True, "effort": 3}),
        ((1100, 700), "RGB", {"lossless": True, "effort": 1}),
        ((2300, 300), "RGBA", {"lossless": False, "quality": 80, "effort": 3}),
    ],
    ids=str,
)
def test_the_frames_of_an_encoder_are_read_to_the_end(
    size: tuple[int, int], mode: str, options: dict[str, Any]
) -> None:
    data = coded(photo(mode, size), **options)
    frames = list(read_frames(data, header_of(data)))
    assert [each.is_shown for each in frames][-1]
    assert sum(each.is_shown for each in frames) == 1
    assert jxl.passes(data) < 2
