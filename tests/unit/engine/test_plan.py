"""The size of the result: exact, for every source and every wish."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescaler.domain.errors import CropOutside, TargetTooLarge
from imagescaler.domain.geometry.plan import plan
from imagescaler.domain.geometry.turn import Turn
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Box, Edges, Fit, Gravity, Options

SIDES = st.integers(1, 30_000)
TARGETS = st.integers(1, 16_383)
BOUNDLESS = Limits(max_target_pixels=10**18, max_target_side=10**9)
HALF = Fraction(1, 2)


@given(SIDES, SIDES, TARGETS, TARGETS)
def test_the_result_fits_inside_and_touches_a_side(
    width: int, height: int, wanted_width: int, wanted_height: int
) -> None:
    size = plan((width, height), Options(wanted_width, wanted_height), BOUNDLESS).size
    assert 1 <= size[0] <= wanted_width
    assert 1 <= size[1] <= wanted_height
    assert size[0] == wanted_width or size[1] == wanted_height


@given(SIDES, SIDES, TARGETS, TARGETS)
def test_the_ratio_is_kept_within_half_a_pixel(width: int, height: int, wanted_width: int, wanted_height: int) -> None:
    size = plan((width, height), Options(wanted_width, wanted_height), BOUNDLESS).size
    scale = min(Fraction(wanted_width, width), Fraction(wanted_height, height))
    for side, exact in zip(size, (width * scale, height * scale), strict=True):
        assert abs(side - exact) <= HALF or (side == 1 and exact < 1)


@given(SIDES, SIDES, TARGETS)
def test_a_side_that_is_not_given_follows_from_the_ratio(width: int, height: int, wanted: int) -> None:
    for preserve_ratio in (True, False):
        wide, follows = plan((width, height), Options(width=wanted, preserve_ratio=preserve_ratio), BOUNDLESS).size
        assert wide == wanted
        assert follows == max(1, int(Fraction(height * wanted, width) + HALF))


@given(SIDES, SIDES, st.builds(Options, st.none() | TARGETS, st.none() | TARGETS, st.booleans()))
def test_exchanged_sides_give_the_exchanged_size(width: int, height: int, options: Options) -> None:
    exchanged = replace(options, width=options.height, height=options.width)
    assert plan((height, width), exchanged, BOUNDLESS).size == plan((width, height), options, BOUNDLESS).size[::-1]


@given(SIDES, SIDES, TARGETS, TARGETS)
def test_without_the_ratio_the_size_is_exactly_the_wanted_one(
    width: int, height: int, wanted_width: int, wanted_height: int
) -> None:
    options = Options(wanted_width, wanted_height, preserve_ratio=False)
    assert plan((width, height), options, BOUNDLESS).size == (wanted_width, wanted_height)


@pytest.mark.parametrize(
    ("source", "width", "expected"), [((4, 2), 1, 1), ((4, 2), 3, 2), ((8, 2), 2, 1), ((8, 3), 4, 2)]
)
def test_halves_are_rounded_up(source: tuple[int, int], width: int, expected: int) -> None:
    assert plan(source, Options(width), BOUNDLESS).size == (width, expected)


def test_without_a_wish_the_size_stays() -> None:
    assert plan((40, 30), Options(), BOUNDLESS).size == (40, 30)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (Options(101), "101 x 101"),
        (Options(height=101), "101 x 101"),
        (Options(100, 51, preserve_ratio=False), "100 x 51"),
        (Options(101, 1, preserve_ratio=False), "101 x 1;"),
    ],
)
def test_what_is_over_a_limit_is_refused_with_the_numbers(options: Options, says: str) -> None:
    limits = Limits(max_target_pixels=5_000, max_target_side=100)
    with pytest.raises(TargetTooLarge) as refusal:
        plan((10, 10), options, limits)
    assert says in refusal.value.detail
    assert "5,000 pixels and 100 for a side" in refusal.value.detail


def test_what_is_at_the_limits_is_accepted() -> None:
    limits = Limits(max_target_pixels=5_000, max_target_side=100)
    assert plan((10, 10), Options(100, 50, preserve_ratio=False), limits).size == (100, 50)


SMALL = st.integers(1, 60)
PARTS = st.floats(0, 1)


@st.composite
def wishes(draw: st.DrawFn) -> tuple[tuple[int, int], int, Options]:
    """Return the stored size of a source, how it lies, and options that agree with one another."""
    stored, orientation, auto_orient = draw(st.tuples(SMALL, SMALL)), draw(st.integers(1, 8)), draw(st.booleans())
    upright = Turn(orientation if auto_orient else 1).size(stored)
    left, top = draw(st.integers(0, upright[0] - 1)), draw(st.integers(0, upright[1] - 1))
    box = Box(left, top, draw(st.integers(1, upright[0] - left)), draw(st.integers(1, upright[1] - top)))
    bounds = st.none() | SMALL
    options = Options(
        draw(st.none() | SMALL),
        draw(st.none() | SMALL),
        scale=draw(st.none() | st.floats(1, 300)),
        dpr=draw(st.sampled_from([1.0, 1.5, 2.0, 0.3])),
        fit=draw(st.none() | st.sampled_from(Fit)),
        enlarge=draw(st.booleans()),
        min_width=draw(bounds),
        min_height=draw(bounds),
        max_width=draw(bounds),
        max_height=draw(bounds),
        gravity=draw(st.sampled_from(Gravity)),
        focus_x=draw(st.none() | PARTS),
        focus_y=draw(st.none() | PARTS),
        crop=draw(st.none() | st.just(box)),
        pad=draw(st.none() | st.builds(Edges, *[st.integers(0, 9)] * 4)),
        rotate=draw(st.sampled_from([0, 90, 180, 270])),
        flip=draw(st.booleans()),
        flop=draw(st.booleans()),
        auto_orient=auto_orient,
    )
    return stored, orientation, options


@given(wishes())
def test_every_plan_holds_together(wish: tuple[tuple[int, int], int, Options]) -> None:
    stored, orientation, options = wish
    made = plan(stored, options, BOUNDLESS, orientation=orientation)
    assert inside(made.area, made.upright)
    assert inside(made.stored_area, stored)
    assert inside(made.window, made.scaled)
    assert inside(made.stored_window, made.stored_scaled)
    assert inside(Box(made.left, made.top, made.window.width, made.window.height), made.size)
    assert made.whole_turn.size(made.stored_scaled) == made.scaled
    if not options.enlarge:
        turned = made.turn.size((made.area.width, made.area.height))
        assert made.scaled[0] <= turned[0]
        assert made.scaled[1] <= turned[1]


@given(wishes())
def test_the_ratio_is_kept_within_half_a_pixel_by_every_fit_but_fill(
    wish: tuple[tuple[int, int], int, Options],
) -> None:
    stored, orientation, options = wish
    made = plan(stored, options, BOUNDLESS, orientation=orientation)
    source = made.turn.size((made.area.width, made.area.height))
    if options.fitting is Fit.FILL and options.width and options.height:
        return
    factors = [(Fraction(side) - HALF, Fraction(side) + HALF) for side in made.scaled]
    (low, high), (other_low, other_high) = (
        (low / side, high / side) for (low, high), side in zip(factors, source, strict=True)
    )
    assert max(low, other_low) <= min(high, other_high) or 1 in made.scaled


@given(wishes(), SMALL, SMALL, st.sampled_from([Fit.COVER, Fit.CONTAIN, Fit.FILL]))
def test_cover_contain_and_fill_give_exactly_the_box(
    wish: tuple[tuple[int, int], int, Options], width: int, height: int, fit: Fit
) -> None:
    stored, orientation, options = wish
    free: dict[str, Any] = dict.fromkeys(["min_width", "min_height", "max_width", "max_height", "pad"])
    boxed = replace(options, width=width, height=height, fit=fit, dpr=1.0, enlarge=True, **free)
    assert plan(stored, boxed, BOUNDLESS, orientation=orientation).size == (width, height)


@given(wishes(), SMALL, SMALL)
def test_no_side_is_over_its_maximum(wish: tuple[tuple[int, int], int, Options], width: int, height: int) -> None:
    stored, orientation, options = wish
    room: dict[str, Any] = {"fit": None, "pad": None, "dpr": 1.0}
    bounded = replace(options, max_width=width, max_height=height, **room)
    size = plan(stored, bounded, BOUNDLESS, orientation=orientation).size
    assert size[0] <= width
    assert size[1] <= height


@given(st.integers(1, 400), st.integers(1, 400), PARTS)
def test_a_focus_is_brought_to_the_middle_as_near_as_the_picture_allows(width: int, side: int, focus: float) -> None:
    made = plan((width, 100), Options(side, 100, fit=Fit.COVER, focus_x=focus), BOUNDLESS)
    wanted = focus * made.scaled[0] - made.window.width / 2
    nearest = min(max(wanted, 0), made.scaled[0] - made.window.width)
    assert abs(made.window.left - nearest) <= 0.5


@pytest.mark.parametrize(
    ("crop", "says"),
    [
        (Box(0, 0, 41, 30), "crop is 41 x 30 at 0,0, but the upright image is 40 x 30"),
        (Box(1, 0, 40, 30), "at 1,0"),
        (Box(0, 30, 1, 1), "at 0,30"),
    ],
)
def test_a_crop_beyond_the_image_is_refused_with_the_numbers(crop: Box, says: str) -> None:
    with pytest.raises(CropOutside, match=says):
        plan((40, 30), Options(10, crop=crop), BOUNDLESS)


def inside(box: Box, size: tuple[int, int]) -> bool:
    return (
        min(box.left, box.top) >= 0
        and min(box.width, box.height) >= 1
        and box.left + box.width <= size[0]
        and box.top + box.height <= size[1]
    )
