"""`quality=auto`: the lowest quality whose perceptual score reaches the target."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import TRIED_QUALITIES, Icc, Options, Quality
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.encode.fit_quality import fit_quality
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.encode.score import score
from imagescaler.engine.scale import scale
from tests.animations import saved
from tests.pictures import encoded, photograph, separated
from tests.unit.engine import profiles

CHINA = Image.open(BytesIO(photograph())).convert("RGB")
AUTO = Quality.parse("auto")
LOSSY = [each for each in RESULT_FORMATS if each.is_lossy]
MOST_TRIES = 5


def made(data: bytes, **options: Any) -> RenderedImage:
    return scale(data, Options(**{"width": 160, "quality": AUTO, **options}), Limits())


def quality_of(image: RenderedImage) -> int:
    [encoding] = [each for each in image.operations if each.startswith("encode")]
    return int(encoding.partition("quality=")[2].split()[0])


def scored(image: Image.Image, fmt: Format, quality: int) -> float:
    return score(image, encoded(image, fmt.name, quality=quality), codec_of(fmt).plugin)


@given(st.integers(0, 100), st.integers(1, 99))
def test_the_lowest_quality_that_reaches_the_target_is_found_in_five_tries(target: int, best: int) -> None:
    tried = list[int]()

    def encode_at(quality: int) -> tuple[bytes, tuple[str, ...]]:
        tried.append(quality)
        return bytes([quality]), ()

    fitted = fit_quality(encode_at, lambda data: data[0] * best / 95, target)
    reaching = [each for each in TRIED_QUALITIES if each * best / 95 >= target]
    assert fitted.quality == (reaching[0] if reaching else TRIED_QUALITIES[-1])
    assert fitted.encoded[0] == bytes([fitted.quality])
    assert len(tried) <= MOST_TRIES


@pytest.mark.parametrize("fmt", LOSSY)
@pytest.mark.parametrize("target", [50, 75, 80])
def test_the_score_of_the_receipt_reaches_the_target_and_that_of_the_next_lower_quality_does_not(
    fmt: Format, target: int
) -> None:
    image = made(photograph(), format=fmt, quality_target=target)
    quality = quality_of(image)
    assert image.score is not None
    assert image.score >= target
    plain = Image.open(BytesIO(made(photograph(), format=Format.PNG).data))
    assert image.score == pytest.approx(score(plain, image.data, codec_of(fmt).plugin))
    lower = made(photograph(), format=fmt, quality=Quality.same(quality - 2))
    assert quality == TRIED_QUALITIES[0] or score(plain, lower.data, codec_of(fmt).plugin) < target
    assert image.data == made(photograph(), format=fmt, quality=Quality.same(quality)).data


@pytest.mark.parametrize("fmt", LOSSY)
def test_a_higher_target_makes_a_larger_file_and_a_plain_picture_a_smaller_quality(fmt: Format) -> None:
    sizes = [made(photograph(), format=fmt, quality_target=each).result.bytes for each in (50, 65, 80, 90)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    soft = encoded(CHINA.filter(ImageFilter.GaussianBlur(3)))
    assert quality_of(made(soft, width=640, format=fmt)) <= quality_of(made(encoded(CHINA), width=640, format=fmt))


@pytest.mark.parametrize("fmt", LOSSY)
def test_the_score_falls_with_the_quality_and_is_100_for_the_same(fmt: Format) -> None:
    scores = [scored(CHINA, fmt, quality) for quality in (30, 50, 70, 90)]
    assert scores == sorted(scores)
    assert scores[0] < 75 < scores[-1]
    assert score(CHINA, encoded(CHINA), "PNG") == 100


def test_the_score_is_that_of_all_strips() -> None:
    tall = CHINA.resize((64, 1100))
    halves = [scored(tall.crop((0, top, 64, top + 512)), Format.PNG, 1) for top in (0, 512)]
    assert halves == [100, 100]
    spoiled = tall.copy()
    spoiled.paste("red", (0, 1040, 64, 1100))
    assert score(tall, encoded(spoiled), "PNG") < 90


def test_a_target_that_is_out_of_reach_has_a_warning_with_the_score() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (60, 80, 3), dtype=np.uint8))
    image = made(encoded(noise), width=80, format=Format.JPEG, quality_target=95)
    assert quality_of(image) == TRIED_QUALITIES[-1]
    assert image.score is not None
    assert f"The score is {image.score:.1f}, and the quality_target 95 is out of reach." in image.warnings


def test_the_receipt_has_the_score_and_only_of_a_quality_that_was_searched() -> None:
    receipt = scale(photograph(), Options(80, quality=AUTO), Limits()).result.receipt
    assert receipt
    assert receipt.score is not None
    assert 75 <= receipt.score <= 100
    for options in (
        Options(80),
        Options(80, quality=AUTO, format=Format.PNG),
        Options(80, quality=AUTO, format=Format.WEBP, lossless=True),
    ):
        other = scale(photograph(), options, Limits()).result.receipt
        assert other
        assert other.score is None


def test_max_bytes_is_stronger_and_the_score_is_that_of_what_fits() -> None:
    free = made(photograph(), format=Format.JPEG, quality_target=80)
    small = made(photograph(), format=Format.JPEG, quality_target=80, max_bytes=free.result.bytes // 2)
    assert small.result.bytes <= free.result.bytes // 2
    assert small.score is not None
    assert free.score is not None
    assert small.score < 80 <= free.score
    assert made(photograph(), format=Format.JPEG, quality_target=80, max_bytes=free.result.bytes).data == free.data


@pytest.mark.parametrize("fmt", LOSSY)
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_every_mode_has_a_score(fmt: Format, mode: str) -> None:
    source = separated(CHINA) if mode == "CMYK" else CHINA.convert("RGBA").convert(mode)
    if mode.endswith("A"):
        source.putalpha(Image.radial_gradient("L").resize(source.size))
    data = encoded(source, "TIFF" if mode == "CMYK" else "PNG")
    image = made(data, format=fmt)
    assert image.score is not None
    assert image.score >= 75


def test_inks_that_are_kept_have_a_score() -> None:
    data = encoded(separated(CHINA), "JPEG", icc_profile=profiles.inks(), quality=95)
    image = made(data, icc=Icc.KEEP)
    assert Image.open(BytesIO(image.data)).mode == "CMYK"
    assert image.score is not None


@pytest.mark.parametrize("fmt", [Format.WEBP, Format.AVIF])
def test_an_animation_has_the_quality_of_its_first_frame(fmt: Format) -> None:
    data = saved(Format.PNG)
    moving, still = (made(data, format=fmt, animated=animated) for animated in (True, False))
    assert moving.result.frames > 1
    assert quality_of(moving) == quality_of(still)
    assert moving.score == still.score


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.randoms(use_true_random=False), st.sampled_from(LOSSY))
def test_any_picture_has_a_score_between_0_and_100(width: int, height: int, random: Any, fmt: Format) -> None:
    picture = Image.frombytes("RGBA", (width, height), random.randbytes(width * height * 4))
    image = scale(encoded(picture), Options(quality=AUTO, format=fmt), Limits())
    assert image.score is not None
    assert 0 <= image.score <= 100
