"""The cost of a task is estimated from the header and the plan, and what costs too much is refused with the numbers."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from imagescaler.domain.errors import TooExpensive
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.geometry.plan import plan
from imagescaler.domain.limits import MEGA, Limits
from imagescaler.domain.options import Box, Fit, Gravity, Kernel, Options, Quality
from imagescaler.planning.cost import coefficients
from imagescaler.planning.cost.budget import Budget, CostSettings
from imagescaler.planning.cost.estimate import Cost, estimate
from imagescaler.planning.preview import Preview
from imagescaler.planning.source_traits import SourceTraits

LIMITS = Limits()
PROCESSOR = Budget.of(2048, 30, CostSettings())
SMALL = Options(800)
WAYS = [
    SMALL,
    Options(800, linear=True),
    Options(300, 300, fit=Fit.COVER, gravity=Gravity.SMART),
    Options(300, 300, fit=Fit.CONTAIN, background="#ffffffff"),
    Options(400, rotate=90, trim=3, grayscale=True, blur=1, sharpen=1, crop=Box(1, 2, 900, 700)),
    Options(400, lossless=True, progressive=True, palette=True),
    Options(400, max_bytes=9_000),
    *(Options(400, kernel=kernel) for kernel in Kernel),
]
# Bytes per decoded pixel and channels, as Pillow has them.
RGB, RGBA, GREY, PALETTE, DEEP = (4, 3), (4, 4), (1, 1), (5, 3), (10, 1)


def photograph(
    fmt: Format = Format.JPEG, size: tuple[int, int] = (4000, 3000), pixels: tuple[int, int] = RGB, **known: Any
) -> SourceTraits:
    return SourceTraits(size, fmt, bytes=size[0] * size[1] // 6, pixel_bytes=pixels[0], channels=pixels[1], **known)


def output(traits: SourceTraits, options: Options, fmt: Format | None = None, frames: int = 1) -> Preview:
    made = plan(traits.stored, options, LIMITS)
    return Preview(traits, options, made, fmt, frames)


def cost(traits: SourceTraits, *options: Options, fmt: Format | None = None, frames: int = 1) -> Cost:
    return estimate(traits, [output(traits, each, fmt, frames) for each in options])


@pytest.mark.parametrize("pixels", [RGB, RGBA, GREY, PALETTE, DEEP], ids=str)
@pytest.mark.parametrize("fmt", RESULT_FORMATS)
def test_every_combination_has_a_cost(fmt: Format, pixels: tuple[int, int]) -> None:
    for target, options, is_progressive in product(Format, WAYS, (False, True)):
        traits = photograph(fmt, pixels=pixels, is_progressive=is_progressive and fmt is Format.JPEG)
        estimated = cost(traits, options, fmt=target)
        assert estimated.memory_bytes > traits.bytes
        assert estimated.seconds > 0


def test_a_format_without_coefficients_has_the_usual_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coefficients, "DECODERS", {})
    monkeypatch.setattr(coefficients, "ENCODERS", {})
    traits = photograph(Format.TIFF)
    PROCESSOR.admit(traits, [output(traits, Options(2000))])
    assert cost(traits, SMALL).seconds > 0.1


@pytest.mark.parametrize("fmt", [each for each in RESULT_FORMATS if each.is_lossy])
def test_a_search_of_the_quality_costs_five_encodings_more(fmt: Format) -> None:
    traits, auto = photograph(size=(800, 600)), Options(800, quality=Quality.same(0))
    highest = cost(traits, Options(800, quality=Quality.same(95)), fmt=fmt)
    searched = cost(traits, auto, fmt=fmt)
    assert 2 * highest.seconds < searched.seconds < 14 * highest.seconds
    assert searched.memory_bytes > highest.memory_bytes
    assert cost(traits, auto, fmt=Format.PNG) == cost(traits, Options(800), fmt=Format.PNG)
    moving = [cost(traits, each, fmt=Format.AVIF, frames=40).seconds for each in (Options(800), auto)]
    assert moving[0] < moving[1] < 2 * moving[0]


def test_more_costs_more() -> None:
    base = photograph()
    small = cost(base, SMALL)
    for dearer in (
        cost(photograph(size=(8000, 6000)), SMALL),
        cost(base, Options(2400)),
        cost(photograph(is_progressive=True), SMALL),
        cost(base, Options(800, linear=True)),
        cost(photograph(Format.WEBP), SMALL),
    ):
        assert dearer.memory_bytes > small.memory_bytes
        assert dearer.seconds > small.seconds
    assert cost(base, Options(800, max_bytes=50_000)).seconds > small.seconds
    assert cost(base, SMALL, fmt=Format.AVIF).seconds > 2 * small.seconds


@pytest.mark.parametrize("option", [{"blur": 1}, {"sharpen": 1}], ids=str)
def test_a_filter_costs_time_for_each_pixel_of_the_result(option: dict[str, Any]) -> None:
    plain, filtered = (cost(photograph(), Options(2000, **each)).seconds for each in ({}, option))
    assert 0.05 < filtered - plain < 0.1


def test_results_share_the_decoding_and_take_turns_in_memory() -> None:
    traits = photograph(Format.PNG)
    each = [cost(traits, options) for options in (SMALL, Options(2000))]
    both = cost(traits, SMALL, Options(2000))
    assert both.memory_bytes == max(one.memory_bytes for one in each)
    assert max(one.seconds for one in each) < both.seconds < sum(one.seconds for one in each)


ANIMATED = [fmt for fmt in RESULT_FORMATS if fmt.has_frames]


@pytest.mark.parametrize("options", WAYS, ids=str)
def test_an_animation_costs_time_for_each_frame_and_memory_for_a_few(options: Options) -> None:
    for fmt, target in product(ANIMATED, ANIMATED):
        traits = photograph(fmt, (1200, 900), frames=200)
        short, long = (cost(traits, options, fmt=target, frames=frames) for frames in (20, 200))
        assert long.seconds == pytest.approx(10 * short.seconds, rel=0.01)
        assert long.memory_bytes == short.memory_bytes < traits.bytes + 250 * MEGA


@pytest.mark.parametrize("target", [Format.WEBP, Format.AVIF])
def test_an_animation_that_has_to_fit_costs_all_for_each_quality_that_is_tried(target: Format) -> None:
    traits = photograph(Format.GIF, (1200, 900), frames=200)
    options = Options(300, background="#ffffffff", quality=Quality.same(64))
    once, searching = (
        cost(traits, each, fmt=target, frames=200) for each in (options, replace(options, max_bytes=9_000))
    )
    assert searching.seconds == pytest.approx(7 * once.seconds, rel=0.01)


def test_a_jpeg_is_decoded_as_small_as_its_largest_result_permits() -> None:
    traits = photograph(size=(10_000, 10_000))
    assert cost(traits, SMALL).memory_bytes < 200 * MEGA
    assert cost(traits, SMALL, Options(7_000)).memory_bytes > 400 * MEGA


LARGEST: dict[str, tuple[SourceTraits, Options]] = {
    "a JPEG to a small one": (photograph(size=(12_500, 8_000)), SMALL),
    "a JPEG to the largest": (photograph(size=(12_500, 8_000)), Options(8_660)),
    "a progressive JPEG to a small one": (photograph(size=(12_500, 8_000), is_progressive=True), SMALL),
    "a progressive JPEG to the largest": (photograph(size=(12_500, 8_000), is_progressive=True), Options(8_660)),
    "a PNG to a small one": (photograph(Format.PNG, (12_500, 8_000)), SMALL),
    "a PNG with alpha to a small one": (photograph(Format.PNG, (12_500, 8_000), pixels=RGBA), SMALL),
    "a PNG to the largest": (photograph(Format.PNG, (12_500, 8_000)), Options(8_660)),
    "a WebP to a small one": (photograph(Format.WEBP, (8_000, 8_000)), SMALL),
    "a JPEG to an AVIF of forty megapixels": (photograph(size=(12_500, 8_000)), Options(8_000, format=Format.AVIF)),
    "a WebP to the largest": (photograph(Format.WEBP, (8_000, 8_000)), Options(7_000)),
    "an AVIF to a small one": (photograph(Format.AVIF, (12_500, 8_000)), SMALL),
    "a TIFF to the largest": (photograph(Format.TIFF, (12_500, 8_000)), Options(8_660)),
    "a GIF to a small one": (photograph(Format.GIF, (12_500, 8_000), pixels=PALETTE), SMALL),
}


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_that_the_limits_permit_is_admitted(name: str) -> None:
    traits, options = LARGEST[name]
    PROCESSOR.admit(traits)
    PROCESSOR.admit(traits, [output(traits, options, options.format)])


TOO_MUCH: dict[str, tuple[SourceTraits, Options, Format]] = {
    "a hundred megapixels in linear light": (
        photograph(Format.PNG, (12_500, 8_000), pixels=RGBA),
        Options(800, linear=True),
        Format.JPEG,
    ),
    "an AVIF of fifty megapixels, encoded again and again": (
        photograph(size=(12_500, 8_000)),
        Options(8_660, max_bytes=1_000_000),
        Format.AVIF,
    ),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_takes_too_much_is_refused_with_the_numbers(name: str) -> None:
    traits, options, fmt = TOO_MUCH[name]
    with pytest.raises(TooExpensive) as refusal:
        PROCESSOR.admit(traits, [output(traits, options, fmt)])
    estimated = cost(traits, options, fmt=fmt)
    for number in (f"{estimated.memory_bytes / 1e6:,.0f} MB", f"{estimated.seconds:,.1f} s", "2,147 MB", "27.0 s"):
        assert number in refusal.value.detail


def test_a_slower_machine_does_less_in_its_time() -> None:
    traits, half = photograph(), CostSettings(cpu_factor=2)
    seconds, outputs = cost(traits, SMALL).seconds, [output(traits, SMALL)]
    Budget(2**31, seconds * 2.1, half).admit(traits, outputs)
    with pytest.raises(TooExpensive):
        Budget(2**31, seconds * 1.9, half).admit(traits, outputs)


def test_a_memory_factor_below_one_admits_more() -> None:
    traits, options, fmt = TOO_MUCH["a hundred megapixels in linear light"]
    Budget.of(2048, 30, CostSettings(memory_factor=0.5)).admit(traits, [output(traits, options, fmt)])


@pytest.mark.parametrize("factor", ["cpu_factor", "memory_factor"])
def test_a_factor_is_above_nothing(factor: str) -> None:
    with pytest.raises(ValueError, match=f"^{factor} must be above 0$"):
        CostSettings(**{factor: 0})


@pytest.mark.parametrize(
    ("quality", "file_bytes", "side", "seconds"),
    [
        (60, 70, 7000, 4.3),  # measured: a pixel enlarged
        (99, 70, 7000, 4.2),
        (60, 3_000_000, 1000, 6.9),  # noise
        (99, 3_000_000, 1000, 4.6),
        (60, 3_000, 1000, 0.22),  # plain
        (90, 17_000_000, 2400, 9.3),
        (1, 17_000_000, 2400, 1.06),
    ],
)
def test_the_time_of_an_avif_follows_quality_and_detail(
    quality: int, file_bytes: int, side: int, seconds: float
) -> None:
    stored = (1, 1) if file_bytes < 100 else (side, side)
    traits = SourceTraits(stored, Format.PNG, bytes=file_bytes)
    options = Options(side, quality=Quality.same(quality))
    assert 1 / 3 < cost(traits, options, fmt=Format.AVIF).seconds / seconds < 3


# Measured on the reference machine: a file of so many bytes and frames, made a result.
MEASURED: dict[str, tuple[SourceTraits, Options, Format, float]] = {
    "noise of 64 x 64 to a palette": (
        SourceTraits((64, 64), Format.PNG, bytes=12_500),
        Options(64, palette=True),
        Format.PNG,
        0.03,
    ),
    "a pixel enlarged to a palette": (
        SourceTraits((1, 1), Format.JPEG, bytes=630),
        Options(4000, palette=True),
        Format.PNG,
        0.65,
    ),
    "a drawing that moves to a GIF": (
        SourceTraits((400, 400), Format.PNG, frames=30, bytes=7_200),
        Options(400),
        Format.GIF,
        0.08,
    ),
    "a drawing that moves to an AVIF": (
        SourceTraits((400, 400), Format.PNG, frames=30, bytes=7_200),
        Options(400),
        Format.AVIF,
        0.13,
    ),
    "noise that moves to a WebP": (
        SourceTraits((400, 400), Format.PNG, frames=30, bytes=14_400_000),
        Options(400),
        Format.WEBP,
        0.7,
    ),
    "a JPEG of 100 scans": (
        SourceTraits((4000, 4000), Format.JPEG, bytes=65_774, pixel_bytes=1, is_progressive=True, passes=100),
        Options(64),
        Format.JPEG,
        1.0,
    ),
    "a JPEG of noise": (SourceTraits((3000, 2000), Format.JPEG, bytes=8_375_715), Options(64), Format.JPEG, 0.05),
    "a plain HEIC": (SourceTraits((1500, 1500), Format.HEIC, bytes=2_800), Options(64), Format.JPEG, 0.02),
    "a JPEG XL of 64 x 64, whose quality is searched": (
        SourceTraits((64, 64), Format.PNG, bytes=12_500),
        Options(64, quality=Quality.same(0)),
        Format.JXL,
        0.03,
    ),
}


@pytest.mark.parametrize("name", MEASURED)
def test_extremes_are_within_a_factor_of_three(name: str) -> None:
    traits, options, fmt, seconds = MEASURED[name]
    frames = traits.frames if options.keeps_frames(Format.PNG) else 1
    assert 1 / 3 < cost(traits, options, fmt=fmt, frames=frames).seconds / seconds < 3


def test_a_damaged_file_is_decoded_more_than_once_and_held_more_than_once() -> None:
    intact = photograph(Format.WEBP)
    damaged = replace(intact, decodings=6)
    decoding_s = cost(intact).seconds
    assert cost(damaged).seconds == pytest.approx(6 * decoding_s, rel=0.01)
    assert cost(damaged, SMALL).seconds - cost(intact, SMALL).seconds == pytest.approx(5 * decoding_s, rel=0.01)
    assert 1.2 < cost(damaged, SMALL).memory_bytes / cost(intact, SMALL).memory_bytes < 2


def test_the_least_bits_of_a_jpeg_are_no_detail() -> None:
    plain, as_png = (replace(photograph(fmt), bytes=12_000_000 // 64) for fmt in (Format.JPEG, Format.PNG))
    best = Options(4000, quality=Quality.same(100))
    assert cost(plain, best, fmt=Format.AVIF).seconds < cost(as_png, best, fmt=Format.AVIF).seconds / 1.2


def test_a_palette_of_noise_takes_longer_than_one_of_a_photograph() -> None:
    noise = replace(photograph(Format.PNG), bytes=36_000_000)
    seconds = [cost(each, Options(4000), fmt=Format.GIF).seconds for each in (photograph(Format.PNG), noise)]
    assert seconds[1] > 2 * seconds[0]


def test_the_bytes_of_an_animation_are_those_of_all_frames() -> None:
    one, many = photograph(Format.GIF, (400, 300)), photograph(Format.GIF, (400, 300), frames=40)
    many = replace(many, bytes=40 * one.bytes)
    ratio = cost(many, Options(400), frames=40).seconds / cost(one, Options(400)).seconds
    assert ratio < 2.2 * 40  # two passes at most
