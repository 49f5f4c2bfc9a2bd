"""What a task will cost is predicted from the header alone, and what costs too much is refused with the numbers."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from imagescaler.domain.errors import TooExpensive
from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import plan
from imagescaler.domain.limits import MEGA, Limits
from imagescaler.domain.options import Box, Fit, Gravity, Kernel, Options, Quality
from imagescaler.planning.cost.budget import Budget, CostSettings
from imagescaler.planning.cost.header import PIXELS, TRANSPARENT, Header, Pixels, pixels_of
from imagescaler.planning.cost.model import fitted_model
from imagescaler.planning.cost.output import Output

LIMITS = Limits()
PROCESSOR = Budget.of(2048, 30, CostSettings())
SMALL = Options(800)
WISHES = [
    SMALL,
    Options(800, linear=True),
    Options(300, 300, fit=Fit.COVER, gravity=Gravity.SMART),
    Options(300, 300, fit=Fit.CONTAIN, background="#ffffffff"),
    Options(400, rotate=90, trim=3, grayscale=True, blur=1, sharpen=1, crop=Box(1, 2, 900, 700)),
    Options(400, lossless=True, progressive=True, palette=True),
    Options(400, max_bytes=9_000),
    *(Options(400, kernel=kernel) for kernel in Kernel),
]


def photograph(form: Format = Format.JPEG, size: tuple[int, int] = (4000, 3000), **known: Any) -> Header:
    return Header(form, size, size[0] * size[1] // 6, **known)


def output(header: Header, options: Options, form: Format | None = None) -> Output:
    return Output(plan(header.stored, options, LIMITS), options, form or header.format)


def predicted(header: Header, *options: Options, form: Format | None = None) -> tuple[int, float]:
    cost = fitted_model().predict(header, [output(header, each, form) for each in options], resampler="simd")
    return cost.memory_bytes, cost.seconds


@pytest.mark.parametrize("resampler", ["simd", "pillow"])
@pytest.mark.parametrize("pixels", {*PIXELS.values(), *TRANSPARENT.values()}, ids=str)
def test_whatever_may_be_asked_has_a_price(pixels: Pixels, resampler: str) -> None:
    for form, target, options, flag in product(Format, Format, WISHES, (False, True)):
        header = photograph(form, pixels=pixels, is_progressive=flag and form is Format.JPEG, has_profile=flag)
        cost = fitted_model().predict(header, [output(header, options, target)], resampler=resampler)
        assert cost.memory_bytes > header.bytes
        assert cost.seconds > 0


def test_more_costs_more() -> None:
    base = photograph()
    memory, seconds = predicted(base, SMALL)
    for dearer in (
        predicted(photograph(size=(8000, 6000)), SMALL),
        predicted(base, Options(2400)),
        predicted(photograph(is_progressive=True), SMALL),
        predicted(base, Options(800, linear=True)),
        predicted(photograph(Format.WEBP), SMALL),
    ):
        assert dearer[0] > memory
        assert dearer[1] > seconds
    assert predicted(base, Options(800, max_bytes=50_000))[1] > seconds
    assert predicted(base, Options(800, quality=Quality(avif=90)), form=Format.AVIF)[1] > 2 * seconds


def test_results_share_the_decoding_and_take_turns_in_memory() -> None:
    header = photograph(Format.PNG)
    each = [predicted(header, options) for options in (SMALL, Options(2000))]
    memory, seconds = predicted(header, SMALL, Options(2000))
    assert memory == max(memory for memory, _ in each)
    assert max(seconds for _, seconds in each) < seconds < sum(seconds for _, seconds in each)


ANIMATED = [form for form in Format if form.has_frames]


@pytest.mark.parametrize("options", WISHES, ids=str)
def test_an_animation_costs_time_for_each_frame_and_memory_for_a_few(options: Options) -> None:
    for form, target in product(ANIMATED, ANIMATED):
        header = photograph(form, (1200, 900), frames=200)
        wish = plan(header.stored, options, LIMITS)
        short, long = (
            fitted_model().predict(header, [Output(wish, options, target, frames)], resampler="simd")
            for frames in (20, 200)
        )
        assert long.seconds == pytest.approx(10 * short.seconds, rel=0.01)
        assert long.memory_bytes == short.memory_bytes < header.bytes + 250 * MEGA


@pytest.mark.parametrize("target", [Format.WEBP, Format.AVIF])
def test_an_animation_that_has_to_fit_costs_all_for_each_quality_that_is_tried(target: Format) -> None:
    header = photograph(Format.GIF, (1200, 900), frames=200)
    wish = Options(300, background="#ffffffff", quality=Quality.same(64))
    options = [wish, replace(wish, max_bytes=9_000)]
    outputs = [Output(plan(header.stored, each, LIMITS), each, target, 200) for each in options]
    once, searching = (fitted_model().predict(header, [each]).seconds for each in outputs)
    assert searching == pytest.approx(7 * once, rel=0.01)


def test_a_jpeg_is_decoded_as_small_as_its_largest_result_permits() -> None:
    header = photograph(size=(10_000, 10_000))
    assert predicted(header, SMALL)[0] < 200 * MEGA
    assert predicted(header, SMALL, Options(7_000))[0] > 400 * MEGA


LARGEST: dict[str, tuple[Header, Options]] = {
    "a JPEG to a small one": (photograph(size=(12_500, 8_000)), SMALL),
    "a JPEG to the largest": (photograph(size=(12_500, 8_000)), Options(8_660)),
    "a progressive JPEG to a small one": (photograph(size=(12_500, 8_000), is_progressive=True), SMALL),
    "a progressive JPEG to the largest": (photograph(size=(12_500, 8_000), is_progressive=True), Options(8_660)),
    "a PNG to a small one": (photograph(Format.PNG, (12_500, 8_000)), SMALL),
    "a PNG with alpha to a small one": (photograph(Format.PNG, (12_500, 8_000), pixels=PIXELS["RGBA"]), SMALL),
    "a PNG to the largest": (photograph(Format.PNG, (12_500, 8_000)), Options(8_660)),
    "a WebP to a small one": (photograph(Format.WEBP, (8_000, 8_000)), SMALL),
    "a JPEG to an AVIF of forty megapixels": (photograph(size=(12_500, 8_000)), Options(8_000, format=Format.AVIF)),
    "a WebP to the largest": (photograph(Format.WEBP, (8_000, 8_000)), Options(7_000)),
    "an AVIF to a small one": (photograph(Format.AVIF, (12_500, 8_000)), SMALL),
    "a TIFF to the largest": (photograph(Format.TIFF, (12_500, 8_000)), Options(8_660)),
    "a GIF to a small one": (photograph(Format.GIF, (12_500, 8_000), pixels=PIXELS["P"]), SMALL),
}


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_that_the_limits_permit_is_admitted(name: str) -> None:
    header, options = LARGEST[name]
    PROCESSOR.admit(header)
    PROCESSOR.admit(header, [output(header, options, options.format)], resampler="simd")


TOO_MUCH: dict[str, tuple[Header, Options, Format]] = {
    "a hundred megapixels in linear light": (
        photograph(Format.PNG, (12_500, 8_000), pixels=PIXELS["RGBA"]),
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
    header, options, form = TOO_MUCH[name]
    with pytest.raises(TooExpensive) as refusal:
        PROCESSOR.admit(header, [output(header, options, form)], resampler="simd")
    memory, seconds = predicted(header, options, form=form)
    for number in (f"{memory / 1e6:,.0f} MB", f"{seconds:,.1f} s", "2,147 MB", "27.0 s"):
        assert number in refusal.value.detail


def test_a_slower_machine_does_less_in_its_time() -> None:
    header = photograph()
    _, seconds = predicted(header, SMALL)
    wishes = [output(header, SMALL)]
    half = CostSettings(cpu_factor=2)
    Budget(2**31, seconds * 2.1, half).admit(header, wishes, resampler="simd")
    with pytest.raises(TooExpensive):
        Budget(2**31, seconds * 1.9, half).admit(header, wishes, resampler="simd")


def test_an_allocator_that_makes_less_of_memory_admits_more() -> None:
    header, options, form = TOO_MUCH["a hundred megapixels in linear light"]
    budget = Budget.of(2048, 30, CostSettings(memory_factor=0.5))
    budget.admit(header, [output(header, options, form)], resampler="simd")


def test_a_mode_that_nobody_knows_is_taken_for_a_photograph() -> None:
    assert pixels_of("HSV", has_transparent_color=True) == PIXELS["RGB"]
