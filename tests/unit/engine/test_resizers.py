"""Both resamplers give what each kernel's formula says, on every kind of pixels."""

import builtins
import importlib
from io import BytesIO
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Kernel, Options
from imagescaler.engine.resizers import installed, pillow
from imagescaler.engine.scale import scale
from tests.pictures import encoded, photograph
from tests.reference import (
    KERNELS,
    Pixels,
    light,
    mean_difference,
    pixels_of,
    premultiplied,
    resampled,
    srgb,
    worst_difference,
)

pytestmark = pytest.mark.usefixtures("resizer")
CHINA = Image.open(BytesIO(photograph())).convert("RGB").resize((320, 214))
# 134 x 89 leaves a factor of 2.4: below 3, where Pillow alone would put a box filter first.
SIZES = [(134, 89), (214, 320), (450, 300)]
STRIPES = Image.fromarray(np.tile(np.array([0, 255], np.uint8), (200, 100)))


def scaled(image: Image.Image, size: tuple[int, int], **options: Any) -> Pixels:
    wish = Options(*size, preserve_ratio=False, **options)
    return pixels_of(scale(encoded(image), wish, Limits()).data)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kernel", [Kernel(name) for name in KERNELS])
def test_a_kernel_is_what_its_formula_says(kernel: Kernel, size: tuple[int, int]) -> None:
    reference = resampled(pixels_of(CHINA), size, kernel=kernel)
    ours = scaled(CHINA, size, kernel=kernel)
    assert mean_difference(ours, reference) < 0.5
    # Each of the two passes cuts what overshoots, the reference once: that shows at the sharpest edges.
    assert worst_difference(ours, reference, 99.9) < (8 if kernel in {Kernel.LANCZOS, Kernel.BICUBIC} else 2)


def test_nearest_takes_pixels_as_they_are() -> None:
    ours = scaled(CHINA, (160, 107), kernel=Kernel.NEAREST)
    assert {tuple(color) for color in ours[::7, ::7].reshape(-1, 3)} <= {
        tuple(color) for color in pixels_of(CHINA).reshape(-1, 3)
    }


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("kernel", list(Kernel))
def test_a_plain_picture_stays_plain(mode: str, kernel: Kernel) -> None:
    color = (70, 140, 210, 90)[-len(mode) :]
    ours = scaled(Image.new(mode, (64, 48), color), (23, 31), kernel=kernel)
    assert abs(ours - np.array(color)).max() <= 2  # premultiplied colors have fewer levels


@pytest.mark.parametrize("size", SIZES)
def test_light_is_resampled_as_light(size: tuple[int, int]) -> None:
    reference = srgb(resampled(light(pixels_of(CHINA)), size, peak=1.0))
    ours = scaled(CHINA, size, linear=True)
    assert mean_difference(ours, reference) < 0.6
    assert worst_difference(ours, reference, 99.9) < 4


def test_fine_stripes_keep_their_brightness_in_linear_light_only() -> None:
    half_of_the_light = srgb(np.array([0.5]))[0]
    assert abs(scaled(STRIPES, (50, 50), linear=True)[10:-10, 10:-10].mean() - half_of_the_light) < 1.5
    assert abs(scaled(STRIPES, (50, 50))[10:-10, 10:-10].mean() - 127.5) < 1.5


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_light_is_weighed_by_alpha(mode: str) -> None:
    source = CHINA.convert(mode)
    source.putalpha(Image.linear_gradient("L").resize(source.size))
    pixels = pixels_of(source)
    alpha = pixels[..., -1:]
    amounts = resampled(np.concatenate([light(pixels[..., :-1]) * alpha / 255, alpha / 255], -1), SIZES[0], peak=1.0)
    seen = amounts[..., -1:] > 0.2
    colors = srgb(amounts[..., :-1] / np.maximum(amounts[..., -1:], 1e-6))
    ours = scaled(source, SIZES[0], linear=True)
    assert np.abs((ours[..., :-1] - colors) * seen).mean() < 0.8
    assert mean_difference(ours[..., -1:], amounts[..., -1:] * 255) < 0.6


def test_light_of_sixteen_bits_of_grey() -> None:
    source = np.asarray(CHINA.convert("L")).astype(np.uint16) * 257
    ours = scaled(Image.fromarray(source), SIZES[0], linear=True)
    reference = srgb(resampled(light(source[..., None] / 257.0), SIZES[0], peak=1.0)) * 257
    assert worst_difference(ours, reference) < 3


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_both_resamplers_weigh_colors_by_alpha(mode: str) -> None:
    source = CHINA.convert(mode)
    source.putalpha(Image.radial_gradient("L").resize(source.size))
    reference = resampled(premultiplied(pixels_of(source)), SIZES[0])
    assert mean_difference(premultiplied(scaled(source, SIZES[0])), reference) < 0.6


def test_without_the_fast_resampler_pillow_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def refuse(name: str, *args: Any, **options: Any) -> Any:
        if name.startswith(("cykooz_resizer", "imagescaler.engine.resizers.simd")):
            raise ImportError(name)
        return imported(name, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(builtins, "__import__", refuse)
        assert importlib.reload(installed).resize is pillow.resize
    assert importlib.reload(installed).resize is not pillow.resize


def test_no_buffer_of_the_size_of_a_picture_is_kept() -> None:
    """What a kept resizer would keep for a picture of this size is 64 MB."""
    process = psutil.Process()
    source = Image.new("RGBA", (4000, 4000), (1, 2, 3, 4))
    before = process.memory_info().rss
    installed.resize(source, (40, 40), Kernel.LANCZOS, (0, 0, 4000, 4000))
    assert process.memory_info().rss - before < 32_000_000
