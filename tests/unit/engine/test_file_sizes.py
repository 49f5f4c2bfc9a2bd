"""Results keep what made their sources small where format and quality are not asked for, and nobody sees it."""

from typing import Any

import pytest
from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.options import Box, Kernel, Options, Quality
from imagescaler.engine.pixels.palettes import with_palette
from tests.animations import Patch, frames_of, webp
from tests.drawings import assert_invisible, decoded, drawing, scaled, with_hole
from tests.pictures import encoded, photograph
from tests.reference import pixels_of

CHINA = decoded(photograph()).convert("RGB").resize((320, 214))
SAME_SIZE = [
    Options(scale=100),
    Options(scale=100, rotate=90),
    Options(scale=100, flip=True, flop=True),
    Options(scale=100, crop=Box(30, 20, 250, 170)),
]


def bits(levels: int) -> Image.Image:
    """Return a grey drawing of so many levels."""
    return drawing().convert("L").point(lambda value: min(value * levels // 256, levels - 1) * 255 // (levels - 1))


PALETTES = {
    "of 16 colors": encoded(drawing().quantize(16), optimize=True),
    "of 200 colors": encoded(CHINA.quantize(200), optimize=True),
    "of 256 colors": encoded(CHINA.quantize(256), optimize=True),
    "with alpha": encoded(with_palette(with_hole(drawing().quantize(16).convert("RGB"))), optimize=True),
    "of 1 bit": encoded(bits(2).convert("1"), optimize=True),
    "of 2 bits": encoded(bits(4).quantize(4), optimize=True),
}


def is_lossless(data: bytes) -> bool:
    return b"VP8L" in data and b"VP8 " not in data


@pytest.mark.parametrize("options", SAME_SIZE, ids=lambda options: str(options.given()))
@pytest.mark.parametrize("kind", PALETTES)
def test_a_png_with_a_palette_keeps_it_and_every_pixel_at_the_same_size(kind: str, options: Options) -> None:
    result = scaled(PALETTES[kind], options)
    exact = scaled(PALETTES[kind], Options(**{**vars_of(options), "palette": False}))
    assert decoded(result.data).mode == "P"
    assert pixels_of(result.data, "RGBA").tolist() == pixels_of(exact.data, "RGBA").tolist()
    assert len(result.data) < (1.3 if options.rotate else 1.15) * len(PALETTES[kind])  # rows are other ones then
    assert len(result.data) < len(exact.data)


def vars_of(options: Options) -> dict[str, Any]:
    return {name: getattr(options, name) for name in Options.__dataclass_fields__}


@pytest.mark.parametrize("percent", [50, 75, 90])
def test_a_drawing_with_a_palette_keeps_one_when_it_is_resized_and_nobody_sees_it(percent: int) -> None:
    data = PALETTES["of 16 colors"]
    result, exact = (scaled(data, Options(scale=percent, palette=palette)) for palette in (None, False))
    assert (decoded(result.data).mode, decoded(exact.data).mode) == ("P", "RGB")
    assert len(result.data) < 0.6 * len(exact.data)
    assert_invisible(pixels_of(result.data, "RGB"), pixels_of(exact.data, "RGB"))


def test_a_palette_is_not_kept_where_it_is_seen() -> None:
    colorful = Image.merge("RGB", [Image.linear_gradient("L").rotate(angle) for angle in (0, 90, 180)])
    data = encoded(colorful.quantize(256, Image.Quantize.FASTOCTREE))
    result = scaled(data, Options(150))
    assert decoded(result.data).mode == "RGB"
    assert decoded(scaled(data, Options(150, palette=True)).data).mode == "P"


@pytest.mark.parametrize("asked", [{"palette": False}, {"format": Format.PNG}, {"max_bytes": 1_000_000}], ids=str)
def test_what_is_asked_for_is_stronger_than_the_palette_of_the_source(asked: dict[str, Any]) -> None:
    assert decoded(scaled(PALETTES["of 16 colors"], Options(scale=100, **asked)).data).mode == "RGB"


def test_a_png_without_a_palette_gets_none() -> None:
    assert decoded(scaled(encoded(drawing()), Options(scale=100)).data).mode == "RGB"


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_lossless_webp_stays_lossless(mode: str) -> None:
    source = (with_hole(drawing()) if mode == "RGBA" else drawing()).convert(mode)
    data = encoded(source, "WEBP", lossless=True, exact=True)
    result = scaled(data, Options(scale=100))
    assert is_lossless(result.data)
    assert pixels_of(result.data, mode).tolist() == pixels_of(source, mode).tolist()
    assert len(result.data) < 1.1 * len(data)
    assert len(result.data) < 0.5 * len(scaled(data, Options(scale=100, lossless=False)).data)


ASKED: list[dict[str, Any]] = [
    {"quality": Quality()},
    {"quality": Quality.parse("webp:70")},
    {"format": Format.WEBP},
    {"lossless": False},
    {"max_bytes": 10**6},
]


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_what_is_asked_for_is_stronger_than_a_lossless_source(asked: dict[str, Any]) -> None:
    data = encoded(drawing(), "WEBP", lossless=True)
    assert not is_lossless(scaled(data, Options(scale=100, **asked)).data)


def test_a_lossy_webp_stays_lossy() -> None:
    for data in (encoded(drawing(), "WEBP"), encoded(with_hole(drawing()), "WEBP")):  # alpha is lossless in both
        assert not is_lossless(scaled(data, Options(scale=100)).data)


def test_an_animated_webp_stays_lossless_if_all_of_its_frames_are() -> None:
    frames = [drawing(at=at) for at in (0, 40, 80)]
    data = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True, duration=100)
    result = scaled(data, Options(scale=100))
    assert is_lossless(result.data)
    decoded = frames_of(result.data)
    assert [each.convert("RGB").tobytes() for each in decoded] == [each.tobytes() for each in frames]
    lossy = encoded(frames[1], "WEBP")[12:]
    alone = webp([Patch(pixels_of(frames[0].convert("RGBA")))] * 2, (480, 320))
    at = alone.rindex(b"VP8L")
    mixed = alone[:at] + lossy
    size_at = at - 16 - 4
    mixed = mixed[:size_at] + (16 + len(lossy)).to_bytes(4, "little") + mixed[size_at + 4 :]
    mixed = mixed[:4] + (len(mixed) - 8).to_bytes(4, "little") + mixed[8:]
    assert not is_lossless(scaled(mixed, Options(scale=100)).data)


def test_nearest_keeps_the_colors_exactly() -> None:
    data = PALETTES["of 16 colors"]
    result, exact = (
        scaled(data, Options(scale=60, kernel=Kernel.NEAREST, palette=palette)) for palette in (None, False)
    )
    assert pixels_of(result.data, "RGB").tolist() == pixels_of(exact.data, "RGB").tolist()
    assert decoded(result.data).mode == "P"
