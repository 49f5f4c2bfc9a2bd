"""Animations: every frame, exactly as it is seen, for as long and as often, in as little memory."""

import random
import time
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imagescaler.domain.errors import CorruptImage, TooManyFrames
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.engine.frames.read_gif import read as read_gif
from imagescaler.probe.probe import read_timeline
from imagescaler.probe.timeline import Timeline
from tests.animations import (
    ANIMATED,
    CHINA,
    CLEARED,
    DURATIONS,
    FLOWER,
    MAKERS,
    PICTURES,
    SIZE,
    STAYS,
    UNDONE,
    Patch,
    apng,
    composed,
    difference,
    frames_of,
    gif,
    saved,
    scaled,
)
from tests.reference import mean_difference, pixels_of, resampled, worst_difference

STILL = [form for form in RESULT_FORMATS if not form.has_frames]
EPOCH_OF_1904_S = -2_082_844_800  # that of ISO/IEC 14496-12, in Unix time


def timeline_of(data: bytes, form: Format) -> Timeline:
    timeline = read_timeline(data, form, 1_000)
    assert timeline is not None
    return timeline


def durations_ms(data: bytes, form: Format) -> tuple[float, ...]:
    return tuple(map(float, timeline_of(data, form).durations_ms))


def patches(dice: random.Random, form: Format, count: int = 12) -> Iterator[Patch]:
    """Yield patches of all kinds that a format knows, with hard edges for a GIF."""
    numbers = np.random.default_rng(dice.getrandbits(32))
    for number in range(count):
        width, height = (dice.randrange(2, side + 1, 2) for side in SIZE)
        left, top = (dice.randrange(0, free + 1, 2) for free in (SIZE[0] - width, SIZE[1] - height))
        pixels = numbers.integers(0, 256, (height, width, 4)).astype(float)
        if form is Format.GIF:
            pixels[..., :3] = pixels[..., :3] // 64 * 80  # so few colors that its palette holds them
            pixels[..., 3] = np.where(pixels[..., 3] > 100, 255, 0)
        elif number % 3 == 0:
            pixels[..., 3] = 255
        kinds = [STAYS, CLEARED] if form is Format.WEBP else [STAYS, CLEARED, UNDONE]
        laid_over = form is Format.GIF or dice.random() < 0.6
        yield Patch(pixels, left, top, dice.choice(kinds), laid_over, dice.randrange(20, 500, 10))


def hard_frames(dice: random.Random, count: int) -> Iterator[Image.Image]:
    """Yield pictures of few colors, some pixels of which are not there, and of which some change."""
    numbers = np.random.default_rng(dice.getrandbits(32))
    pixels = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    for _ in range(count):
        left, top, width, height = dice.randrange(20), dice.randrange(12), dice.randrange(1, 24), dice.randrange(1, 16)
        part = pixels[top : top + height, left : left + width]
        part[...] = numbers.integers(0, 4, part.shape, np.uint8) * 80
        part[..., 3] = np.where(numbers.random(part.shape[:2]) < dice.choice([0.0, 0.3, 1.0]), 0, 255)
        yield Image.fromarray(pixels)


@pytest.mark.parametrize("target", ANIMATED)
@pytest.mark.parametrize("form", ANIMATED)
def test_every_frame_is_there_for_as_long_and_as_often(form: Format, target: Format) -> None:
    data = saved(form)
    result = scaled(data, target)
    source, made = timeline_of(data, form), timeline_of(result.data, target)
    assert (result.source.frames, result.result.frames) == (4, 4)
    assert made.durations_ms == source.durations_ms == tuple(map(Fraction, DURATIONS))
    assert made.plays == source.plays
    seen = zip(frames_of(result.data), frames_of(data), strict=True)
    for ours, theirs in seen:
        reference = resampled(pixels_of(theirs, "RGB"), SIZE)
        assert mean_difference(pixels_of(ours, "RGB"), reference) < 12
        assert ours.size == SIZE


@pytest.mark.parametrize(("target", "most"), [(Format.GIF, 65_536), (Format.WEBP, 65_535), (Format.AVIF, 65_535)])
def test_what_plays_more_often_than_a_format_can_say_does_so_as_often_as_it_can(target: Format, most: int) -> None:
    data = saved(Format.PNG, loop=70_000)
    assert timeline_of(scaled(data, target).data, target).plays == most
    assert timeline_of(scaled(data, Format.PNG).data, Format.PNG).plays == 70_000


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("form", MAKERS)
def test_frames_are_composed_as_the_format_says(form: Format, seed: int) -> None:
    drawn = list(patches(random.Random(seed), form))
    result = scaled(MAKERS[form](drawn, SIZE), Format.PNG)
    assert durations_ms(result.data, Format.PNG) == tuple(float(patch.duration_ms) for patch in drawn)
    tolerance = 0 if form is Format.GIF else 3.5  # each of twelve layers is rounded
    for ours, theirs in zip(frames_of(result.data), composed(drawn, SIZE), strict=True):
        assert difference(ours, theirs) <= tolerance


@pytest.mark.parametrize("seed", range(8))
def test_a_gif_shows_each_pixel_that_it_was_given(seed: int) -> None:
    pictures = list(hard_frames(random.Random(seed), 15))
    data = scaled(apng([Patch(pixels_of(each), is_laid_over=False) for each in pictures], SIZE), Format.GIF).data
    seen = 0
    for ours, theirs in zip(read_gif(Image.open(BytesIO(data)), data, None), pictures, strict=True):
        assert difference(ours, pixels_of(theirs)) == 0
        seen += 1
    assert seen == 15


def test_pillow_sees_in_a_gif_what_browsers_do() -> None:
    pictures = [each.quantize(64).convert("RGB") for each in PICTURES]
    result = scaled(saved(Format.PNG, pictures), Format.GIF, width=60, height=40)
    for ours, theirs in zip(frames_of(result.data), pictures, strict=True):
        assert worst_difference(pixels_of(ours, "RGB"), pixels_of(theirs)) == 0


@pytest.mark.parametrize(("form", "target", "options"), [
    (Format.GIF, Format.GIF, {}),
    (Format.GIF, Format.PNG, {}),
    (Format.GIF, Format.WEBP, {"lossless": True}),
    (Format.PNG, Format.PNG, {}),
    (Format.PNG, Format.WEBP, {"lossless": True}),
    (Format.WEBP, Format.WEBP, {"lossless": True}),
    (Format.WEBP, Format.PNG, {}),
])  # fmt: skip
def test_what_keeps_its_size_keeps_its_pixels(form: Format, target: Format, options: dict[str, Any]) -> None:
    data = saved(form, lossless=True)
    result = scaled(data, target, width=60, height=40, **options)
    for ours, theirs in zip(frames_of(result.data), frames_of(data), strict=True):
        assert difference(ours, pixels_of(theirs)) == 0


@pytest.mark.parametrize("target", [Format.WEBP, Format.PNG, Format.AVIF, Format.GIF])
def test_what_is_transparent_leaves_no_dark_fringes(target: Format) -> None:
    numbers = np.mgrid[0:120, 0:120]
    disks = [np.hypot(numbers[0] - 60, numbers[1] - place) < 30 for place in (40, 60, 80)]
    pixels = [np.where(disk[..., None], [250.0, 240, 230, 255], [0, 0, 0, 0]) for disk in disks]
    data = gif([Patch(each, disposal=CLEARED) for each in pixels], (120, 120))
    result = scaled(data, target, width=50, height=50)
    frames = (
        read_gif(Image.open(BytesIO(result.data)), result.data, None)
        if target is Format.GIF
        else frames_of(result.data)
    )
    for frame in frames:
        colors = pixels_of(frame)
        edges = colors[(colors[..., 3] > 40) & (colors[..., 3] < 255 if target is not Format.GIF else True)]
        assert len(edges) > 50
        assert edges[:, :3].min() > (220 if target in {Format.PNG, Format.GIF} else 190)


@pytest.mark.parametrize("form", ANIMATED)
def test_without_animation_the_first_frame_is_taken(form: Format) -> None:
    data = saved(form)
    first = resampled(pixels_of(next(frames_of(data)), "RGB"), SIZE)
    cases: list[tuple[Format, dict[str, Any]]] = [(target, {"animated": False}) for target in ANIMATED]
    for target, options in [*cases, *((target, {}) for target in STILL)]:
        result = scaled(data, target, **options)
        assert (result.source.frames, result.result.frames) == (4, 1)
        (frame,) = frames_of(result.data)
        assert mean_difference(pixels_of(frame, "RGB"), first) < 12


def test_a_png_may_begin_with_a_picture_that_is_no_part_of_its_animation() -> None:
    drawn = [Patch(pixels_of(each.convert("RGBA").resize(SIZE))) for each in PICTURES]
    data = apng(drawn, SIZE, default=Image.new("RGBA", SIZE, "teal"))
    frames = list(frames_of(scaled(data, Format.PNG).data))
    assert [difference(ours, patch.pixels) for ours, patch in zip(frames, drawn, strict=True)] == [0] * 4
    (picture,) = frames_of(scaled(data, Format.PNG, animated=False).data)
    assert picture.getpixel((5, 5)) == (0, 128, 128, 255)


@pytest.mark.parametrize("form", ANIMATED)
def test_a_corrupt_frame_is_named_and_nothing_is_cut(form: Format) -> None:
    data = saved(form, quality=90)
    marks = {Format.GIF: b"!\xf9", Format.WEBP: b"ANMF", Format.PNG: b"fdAT"}
    start = len(data) - 1_500
    if form in marks:
        *_, third, _ = (at for at in range(len(data)) if data.startswith(marks[form], at))
        start = third + (900 if form is Format.GIF else 60)
    damaged = data[:start] + b"\xff" * 300 + data[start + 300 :]
    with pytest.raises(CorruptImage, match=rf"Frame 3 of 4 in the {form.name} cannot be decoded"):
        scaled(damaged, Format.WEBP)


@pytest.mark.parametrize("form", ANIMATED)
def test_an_animation_that_is_cut_off_is_refused(form: Format) -> None:
    data = saved(form)
    for end in range(len(data) // 2 + 200, len(data) - 20, len(data) // 20):
        with pytest.raises(CorruptImage):
            scaled(data[:end], Format.WEBP)


@pytest.mark.parametrize("form", ANIMATED)
def test_limits_refuse_and_do_not_cut(form: Format) -> None:
    data = saved(form)
    assert scaled(data, form, Limits(max_frames=4, max_animation_pixels=4 * 60 * 40)).result.frames == 4
    with pytest.raises(TooManyFrames, match=r"has 4 frames of 60 x 40; the limits are 3 frames and 250,000,000 pix"):
        scaled(data, form, Limits(max_frames=3))
    with pytest.raises(TooManyFrames, match=r"^The animation has .* 9,599 pixels in all"):
        scaled(data, form, Limits(max_animation_pixels=4 * 60 * 40 - 1))
    with pytest.raises(TooManyFrames, match=r"^The scaled animation has 4 frames of 90 x 50"):
        scaled(data, form, Limits(max_animation_pixels=4 * 60 * 40), width=90, height=50)
    assert scaled(data, form, Limits(max_frames=3), animated=False).result.frames == 1


def test_frames_far_larger_than_the_screen_of_a_gif_are_refused() -> None:
    large = Patch(np.full((5000, 5000, 4), 255.0))
    with pytest.raises(CorruptImage, match="Frame 2 of 2 in the GIF"):
        scaled(gif([Patch(np.full((*SIZE[::-1], 4), 255.0)), large], SIZE), Format.WEBP)


def test_what_reaches_beyond_the_screen_of_a_gif_is_cut() -> None:
    pixels = np.full((10, 10, 4), [9.0, 90, 200, 255])
    data = gif([Patch(pixels), Patch(pixels, left=18, top=12)], SIZE)
    second = list(frames_of(scaled(data, Format.PNG).data))[1]
    assert (second.getpixel((23, 15)), second.getpixel((17, 12))) == ((9, 90, 200, 255), (0, 0, 0, 0))


def test_frames_that_are_all_alike_become_one_in_webp() -> None:
    data = saved(Format.PNG, [CHINA, CHINA.point(lambda value: value // 2), *[CHINA] * 2, FLOWER], duration=100)
    patches_ = [Patch(pixels_of(each.convert("RGBA"))) for each in (CHINA, CHINA, FLOWER, CHINA)]
    result = scaled(apng(patches_, CHINA.size), Format.WEBP)
    assert result.result.frames == 3
    assert durations_ms(result.data, Format.WEBP) == (200, 100, 100)
    assert scaled(data, Format.GIF).result.frames == result.result.frames + 1


def test_frames_that_are_all_alike_stay_in_gif_and_png() -> None:
    data = apng([Patch(pixels_of(CHINA.convert("RGBA")))] * 5, CHINA.size)
    for form in (Format.GIF, Format.PNG):
        assert durations_ms(scaled(data, form).data, form) == (100,) * 5


def test_what_is_rounded_off_a_duration_does_not_add_up() -> None:
    data = saved(Format.PNG, duration=[25, 25, 25, 33])
    assert durations_ms(scaled(data, Format.GIF).data, Format.GIF) == (20, 30, 30, 30)
    assert durations_ms(scaled(data, Format.PNG).data, Format.PNG) == (25, 25, 25, 33)


@pytest.mark.parametrize(("target", "longest_ms"), [(Format.GIF, 655_350), (Format.WEBP, 16_777_215)])
def test_a_duration_beyond_what_a_format_can_say_is_the_longest_it_can(target: Format, longest_ms: int) -> None:
    data = saved(Format.PNG, duration=[100, 60_000_000, 100, 100])
    assert durations_ms(scaled(data, target).data, target) == (100, longest_ms, 100, 100)


@pytest.mark.parametrize("target", ANIMATED)
def test_an_animation_does_not_tell_when_it_was_made(target: Format) -> None:
    source, start_s = saved(Format.PNG), int(time.time())
    data = scaled(source, target).data
    since_1904 = range(start_s - EPOCH_OF_1904_S, int(time.time()) - EPOCH_OF_1904_S + 1)
    assert not any(second.to_bytes(4) in data for second in since_1904)


@pytest.mark.parametrize("target", ANIMATED)
def test_no_duration_stays_none_where_the_format_can(target: Format) -> None:
    data = saved(Format.PNG, duration=[0, 100, 0, 0])
    least = 1 if target is Format.AVIF else 0
    assert durations_ms(scaled(data, target).data, target) == (least, 100, least, least)
