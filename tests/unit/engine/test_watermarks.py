"""A watermark over the result: where it is, how opaque, in every mode, and what becomes of one that is no image."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imagescaler.domain.errors import TooExpensive, UnsupportedDepth, UnusableWatermark
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.geometry.watermark import watermark_box
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Edges, Icc, Options, Position
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.scale import scale, scale_each
from imagescaler.planning.cost.budget import Budget
from tests.animations import ANIMATED, frames_of, saved
from tests.pictures import encoded, photograph, png, separated
from tests.reference import Pixels, pixels_of
from tests.unit.engine import profiles

WHITE = Image.new("RGB", (200, 100), "white")
RED = encoded(Image.new("RGB", (40, 20), "red"))
SIDES = st.integers(1, 3_000)


def made(source: Image.Image | bytes, watermark: bytes = RED, **options: Any) -> RenderedImage:
    data = source if isinstance(source, bytes) else encoded(source)
    chosen = Options(**{"watermark": "logo", **options})
    return scale(data, chosen, Limits(), watermarks={"logo": watermark})


def drawn_on(source: Image.Image | bytes, watermark: bytes = RED, mode: str = "RGBA", **options: Any) -> Pixels:
    return pixels_of(Image.open(BytesIO(made(source, watermark, **options).data)), mode)


def red_box(pixels: Pixels) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what is red."""
    rows, columns = np.nonzero((pixels[..., 0] > 200) & (pixels[..., 1] < 60))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


@pytest.mark.parametrize(
    ("gravity", "box"),
    [
        (Position.NORTHWEST, (0, 0, 50, 25)),
        (Position.NORTH, (75, 0, 125, 25)),
        (Position.EAST, (150, 37, 200, 62)),
        (Position.CENTER, (75, 37, 125, 62)),
        (Position.SOUTHWEST, (0, 75, 50, 100)),
        (Position.SOUTHEAST, (150, 75, 200, 100)),
    ],
)
def test_it_is_where_its_gravity_says(gravity: Position, box: tuple[int, int, int, int]) -> None:
    assert red_box(drawn_on(WHITE, watermark_gravity=gravity)) == box


def test_scale_is_of_the_width_of_the_result_and_the_margin_of_its_edges() -> None:
    assert red_box(drawn_on(WHITE, watermark_scale=10, watermark_margin=8)) == (172, 82, 192, 92)
    assert red_box(drawn_on(WHITE, watermark_scale=10, watermark_margin=4, dpr=2, width=100)) == (172, 82, 192, 92)
    assert red_box(drawn_on(WHITE, pad=Edges(0, 0, 0, 200), watermark_scale=10)) == (360, 80, 400, 100)


def test_it_is_never_higher_or_wider_than_the_room_between_the_margins() -> None:
    tall = encoded(Image.new("RGB", (10, 1000), "red"))
    assert red_box(drawn_on(WHITE, tall, watermark_scale=100)) == (199, 0, 200, 100)
    assert red_box(drawn_on(WHITE, watermark_scale=100)) == (0, 0, 200, 100)
    assert red_box(drawn_on(WHITE, watermark_scale=100, watermark_margin=10)) == (30, 10, 190, 90)


@given(SIDES, SIDES, SIDES, SIDES, st.floats(0.001, 100), st.integers(0, 100_000), st.sampled_from(Position))
def test_the_box_is_inside_the_result_for_any_sizes(
    width: int, height: int, own_width: int, own_height: int, percent: float, margin: int, gravity: Position
) -> None:
    options = Options(watermark="x", watermark_scale=percent, watermark_margin=margin, watermark_gravity=gravity)
    box = watermark_box((width, height), (own_width, own_height), options)
    assert min(box.left, box.top) >= 0
    assert min(box.width, box.height) >= 1
    assert box.left + box.width <= width
    assert box.top + box.height <= height


@pytest.mark.parametrize("opacity", [0.01, 0.25, 0.5, 1])
def test_opacity_blends_it_with_what_is_below(opacity: float) -> None:
    corner = drawn_on(WHITE, watermark_opacity=opacity)[-3, -3]
    assert np.abs(corner - [255, 255 * (1 - opacity), 255 * (1 - opacity), 255]).max() <= 2


def test_its_own_transparency_counts_and_its_edges_have_no_fringe() -> None:
    hole = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    hole.paste((255, 255, 255, 255), (10, 10, 30, 30))
    ours = drawn_on(WHITE, encoded(hole), watermark_scale=17)
    assert ours.min() >= 250


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize("fmt", RESULT_FORMATS)
def test_every_mode_and_format_has_its_colors(mode: str, fmt: Format) -> None:
    source = separated(WHITE) if mode == "CMYK" else WHITE.convert("RGBA").convert(mode)
    data = encoded(source, "TIFF" if mode == "CMYK" else "PNG")
    ours = drawn_on(data, format=fmt, icc=Icc.KEEP)
    assert np.abs(ours[-8, -20] - [255, 0, 0, 255]).max() < 12
    assert ours[5, 5, :3].min() > 240


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_a_watermark_of_every_mode_is_drawn(mode: str) -> None:
    own = Image.new("RGB", (40, 20)) if mode in {"CMYK", "I;16", "1"} else Image.new("RGBA", (40, 20), "black")
    own = separated(own) if mode == "CMYK" else own.convert("L").convert(mode) if mode == "I;16" else own.convert(mode)
    ours = drawn_on(WHITE, encoded(own, "TIFF" if mode == "CMYK" else "PNG"))
    assert ours[-8, -20, :3].max() < 60


def test_sixteen_bits_in_color_are_a_watermark_too() -> None:
    deep = png((4, 4), 16, 2, [bytes([255, 255, 0, 0, 0, 0] * 4)] * 4)
    assert drawn_on(WHITE, deep)[-8, -8, :3].tolist() == [255, 0, 0]


def test_a_result_of_sixteen_bits_is_cut_only_if_that_is_permitted() -> None:
    deep = png((40, 40), 16, 0, [bytes([255, 255] * 40)] * 40)
    with pytest.raises(UnsupportedDepth):
        made(deep)
    assert drawn_on(deep, depth=8)[-2, -2, :3].tolist() == [255, 0, 0]


def test_a_gray_result_has_a_gray_watermark() -> None:
    ours = Image.open(BytesIO(made(WHITE, grayscale=True).data))
    assert ours.mode == "L"
    assert ours.getpixel((195, 95)) == 76


def test_a_wide_gamut_becomes_srgb_and_the_watermark_is_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(Image.new("RGB", (20, 40), "red"), "JPEG", exif=exif, quality=100)
    source = encoded(WHITE, icc_profile=profiles.wide_gamut())
    result = made(source, turned, icc=Icc.KEEP)
    assert "icc_profile" not in Image.open(BytesIO(result.data)).info
    assert red_box(pixels_of(Image.open(BytesIO(result.data)), "RGBA")) == (150, 75, 200, 100)
    assert "watermark 50x25 at 150,75" in result.operations


@pytest.mark.parametrize("target", ANIMATED)
def test_every_frame_of_an_animation_has_it(target: Format) -> None:
    result = made(saved(Format.PNG), saved(Format.GIF, loop=0), format=target)
    without = scale(saved(Format.PNG), Options(format=target), Limits())
    frames, others = ([pixels_of(frame, "RGBA") for frame in frames_of(each.data)] for each in (result, without))
    assert len(frames) == result.result.frames > 1
    for ours, theirs in zip(frames, others, strict=True):
        height, width = ours.shape[:2]
        assert np.abs(ours[-height // 8 :, -width // 8 :] - theirs[-height // 8 :, -width // 8 :]).max() > 30
        assert np.abs(ours[: height // 2, : width // 2] - theirs[: height // 2, : width // 2]).mean() < 12


def test_trim_leaves_the_watermark_its_share_of_what_is_left() -> None:
    bordered = Image.new("RGB", (200, 100), "white")
    bordered.paste("blue", (50, 25, 150, 75))
    ours = drawn_on(bordered, trim=10, watermark_scale=20)
    assert ours.shape[:2] == (50, 100)
    assert red_box(ours) == (80, 40, 100, 50)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "text": (b"not an image at all", "The watermark logo: "),
    "nothing": (b"", "The watermark logo: "),
    "cut off": (photograph()[:9_000], "The watermark logo: "),
    "too many pixels": (png((5_000, 4_000), 1, 0, [bytes(625)] * 4_000), "the limits are 16,000,000 pixels"),
    "a long side": (png((30_001, 1), 1, 0, [bytes(3_751)]), "30,000 for a side"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "The watermark logo: "),
}


@pytest.mark.parametrize("damaged", ["refuse", "salvage"])
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_watermark_fails_the_result_with_the_reason(name: str, damaged: str) -> None:
    data, says = HOSTILE[name]
    with pytest.raises(UnusableWatermark) as refusal:
        made(WHITE, data, damaged=damaged)
    assert says in refusal.value.detail


def test_only_the_renditions_with_the_watermark_fail_by_it() -> None:
    options = [Options(20), Options(20, watermark="bad"), Options(20, watermark="good")]
    made = scale_each(encoded(WHITE), options, Limits(), watermarks={"bad": b"?", "good": RED})
    assert [type(each) for each in made] == [RenderedImage, UnusableWatermark, RenderedImage]


def test_one_that_takes_too_much_is_refused_before_it_is_decoded() -> None:
    large = png((4_000, 4_000), 16, 6, [bytes(32_000)] * 4_000)[:50_000]
    with pytest.raises(TooExpensive):
        scale(encoded(WHITE), Options(20, watermark="x"), Limits(), Budget(100_000_000, 9), watermarks={"x": large})
