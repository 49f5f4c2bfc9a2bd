"""Real files, cut, spliced and changed at random: whatever comes, only the file's own faults are told."""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageOps

from imagescaler.domain.errors import ImageProblem, SourceTooLarge
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Damaged, Options
from imagescaler.engine.scale import scale
from tests.pictures import encoded
from tools.hostile import metadata, pngs, webps
from tools.hostile.files import PICTURE, scan_bomb

pytestmark = pytest.mark.slow
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))


def animated(form: str) -> bytes:
    """Return three pictures in a file; those of a GIF, PNG or WebP say how they are to follow one another."""
    others = [ImageOps.mirror(PICTURE), ImageOps.flip(PICTURE)]
    timing = {"duration": 40, "loop": 0} if form in {"GIF", "PNG", "WEBP"} else {}
    return encoded(PICTURE, form, save_all=True, append_images=others, **timing)


FILES = [
    encoded(PICTURE, "JPEG"),
    encoded(PICTURE, "JPEG", progressive=True),
    encoded(PICTURE.convert("CMYK"), "JPEG"),
    scan_bomb(20),
    encoded(PICTURE),
    encoded(PICTURE.quantize(16), transparency=0),
    pngs.animated(2),
    encoded(PICTURE, "WEBP"),
    encoded(PICTURE.convert("RGBA"), "WEBP", lossless=True),
    webps.animation(3),
    encoded(PICTURE, "GIF"),
    encoded(PICTURE, "GIF", interlace=False, transparency=0),
    *(encoded(PICTURE, "TIFF", compression=compression) for compression in (None, "tiff_lzw", "tiff_adobe_deflate")),
    encoded(PICTURE.convert("1"), "TIFF", compression="group4"),
    encoded(PICTURE.convert("CMYK"), "TIFF", compression="packbits"),
    encoded(PICTURE, "AVIF"),
    encoded(PICTURE.convert("RGBA"), "AVIF", quality=20),
    *(animated(form) for form in ("GIF", "PNG", "WEBP", "AVIF", "TIFF")),
    *(make() for make in metadata.TELLING.values()),
]
LIMITS = Limits(max_source_bytes=200_000, max_source_pixels=100_000, max_target_pixels=100_000)
NUMBERS = [
    b"\0",
    b"\xff",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\xff\xd8",
    b"\xff\xda",
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Change a real file in up to eight places."""
    data = draw(st.sampled_from(FILES))
    for _ in range(draw(st.integers(1, 8))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 64)))
        piece = draw(st.one_of(st.binary(max_size=16), st.sampled_from(NUMBERS), st.sampled_from(FILES)))
        match draw(st.sampled_from(["replace", "overwrite", "insert", "repeat", "cut"])):
            case "replace":
                data = data[:start] + piece + data[end:]
            case "overwrite":
                data = data[:start] + piece + data[start + len(piece) :]
            case "insert":
                data = data[:start] + piece + data[start:]
            case "repeat":
                data = data[:start] + data[start:end] * draw(st.integers(2, 50)) + data[end:]
            case _:
                data = data[:start] + data[end:]
    return data


@settings(
    max_examples=EXAMPLES,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    deadline=timedelta(seconds=10),  # nothing hangs
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(damaged(), st.sampled_from(Damaged))
def test_a_damaged_file_is_scaled_or_refused_within_bounds(data: bytes, damage: Damaged) -> None:
    try:
        scaled = scale(data, Options(24, 16, preserve_ratio=False, damaged=damage), LIMITS)
    except (ImageProblem, SourceTooLarge):
        return
    assert (scaled.result.width, scaled.result.height) == (24, 16)
