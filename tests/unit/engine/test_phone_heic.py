"""A HEIC as phones write it: tiles, a turn, Display P3 and ten bits, compared with its source and with ffmpeg.

The decoder of HEVC is libde265, and ffmpeg has its own, so that both are wrong in the same way only by chance.
"""

import shutil
import subprocess
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.codecs import heic
from imagescaler.engine.scale import scale
from imagescaler.probe.probe import probe
from tests.heic_files import TILE, Coded, overlay, phone_heic, tiles_of
from tests.pictures import photograph
from tests.unit.engine.profiles import display_p3, display_p3_to_srgb

Samples: TypeAlias = np.ndarray[Any, Any]
SIZE = WIDTH, HEIGHT = 600, 530
ACROSS = -(-WIDTH // TILE)
FFMPEG = shutil.which("ffmpeg")
# The largest mean difference to the source and to ffmpeg's picture, and the largest of a pixel to that, in CIEDE2000.
# Ten bits are cut to eight, not rounded.
BOUNDS = {(8, False): (1.8, 0.4, 1.5), (8, True): (2.3, 0.8, 6), (10, False): (2.1, 0.9, 5), (10, True): (2.6, 1.3, 7)}


@cache
def picture() -> Image.Image:
    with Image.open(BytesIO(photograph())) as image:
        return image.convert("RGB").resize(SIZE)


@cache
def coded(bits: int) -> list[Coded]:
    return [Coded.of(tile, bits) for tile in tiles_of(picture())]


def made_of(data: bytes) -> Samples:
    with Image.open(BytesIO(scale(data, Options(format=Format.PNG), Limits()).data)) as made:
        return np.asarray(made.convert("RGB")) / 255


def differences(one: Samples, other: Samples) -> Samples:
    return np.asarray(deltaE_ciede2000(rgb2lab(one), rgb2lab(other)))


def by_ffmpeg(tile: Coded, bits: int, folder: Path) -> Samples:
    """Decode a tile; each sample of chroma counts for four pixels, as in libheif."""
    assert FFMPEG
    stream = folder / "tile.hevc"
    stream.write_bytes(tile.stream)
    kind, peak = ("yuv420p10le", 1023) if bits > 8 else ("yuvj420p", 255)
    command = [FFMPEG, "-v", "error", "-i", str(stream), "-f", "rawvideo", "-pix_fmt", kind, "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    samples = np.frombuffer(raw, np.uint16 if bits > 8 else np.uint8).astype(float) / peak
    luma, chroma = samples[: TILE * TILE].reshape(TILE, TILE), samples[TILE * TILE :].reshape(2, TILE // 2, TILE // 2)
    blue, red = np.repeat(np.repeat(chroma - 2 ** (bits - 1) / peak, 2, 1), 2, 2)
    # BT.601 (ITU-T H.273, table 4, value 6)
    return np.stack([luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue], 2).clip(0, 1)


@pytest.mark.parametrize("quarters", range(4))
def test_tiles_are_joined_and_turned(quarters: int) -> None:
    data = phone_heic(picture(), coded(8), quarters)
    source, exact = probe(data), np.rot90(np.asarray(picture()) / 255, quarters)
    assert (source.width, source.height, source.orientation) == (exact.shape[1], exact.shape[0], 1)
    assert differences(made_of(data), exact).mean() < BOUNDS[8, False][0]


@pytest.mark.parametrize("is_wide", [False, True])
@pytest.mark.parametrize("bits", [8, 10])
def test_colors_are_those_of_the_source(bits: int, *, is_wide: bool) -> None:
    made = made_of(phone_heic(picture(), coded(bits), 3, display_p3() if is_wide else b""))
    exact = np.rot90(np.asarray(picture()) / 255, 3)
    exact = display_p3_to_srgb(exact).clip(0, 1) if is_wide else exact
    assert differences(made, exact).mean() < BOUNDS[bits, is_wide][0]


@pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")
@pytest.mark.parametrize("is_wide", [False, True])
@pytest.mark.parametrize("bits", [8, 10])
def test_colors_are_those_of_another_decoder(bits: int, tmp_path: Path, *, is_wide: bool) -> None:
    made = made_of(phone_heic(picture(), coded(bits), 0, display_p3() if is_wide else b""))
    tiles = [by_ffmpeg(each, bits, tmp_path) for each in coded(bits)]
    rows = [np.concatenate(tiles[at : at + ACROSS], 1) for at in range(0, len(tiles), ACROSS)]
    exact = np.concatenate(rows)[:HEIGHT, :WIDTH]
    found = differences(made, display_p3_to_srgb(exact).clip(0, 1) if is_wide else exact)
    _, mean, largest = BOUNDS[bits, is_wide]
    assert found.mean() < mean
    assert found.max() < largest


def test_pictures_that_are_laid_over_each_other_are_counted() -> None:
    image = Image.new("RGB", (1000, 1000), "teal")
    assert scale(overlay(image, 20), Options(16), Limits()).result.width == 16
    assert heic.passes(overlay(image, 20)) == 20
    with pytest.raises(CorruptImage, match="has 1,000,000 pixels, and is composed of 21,000,000"):
        scale(overlay(image, 21), Options(16), Limits())


def test_a_phones_picture_is_decoded_once() -> None:
    tiles = 4 * TILE**2 / (WIDTH * HEIGHT)
    assert heic.passes(phone_heic(picture(), coded(8))) == pytest.approx(tiles)


def test_items_that_are_composed_of_themselves_are_damage() -> None:
    data = overlay(Image.new("RGB", (64, 64), "teal"), 2)
    with pytest.raises(CorruptImage):
        scale(data.replace(b"dimg\0\3\0\2\0\1", b"dimg\0\3\0\2\0\3"), Options(16), Limits())
