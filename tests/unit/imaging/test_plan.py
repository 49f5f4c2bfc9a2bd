"""The size of the result: exact, for every source and every wish."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescaler.errors import TargetTooLarge
from imagescaler.limits import Limits
from imagescaler.plan import plan
from imagescaler.task import Options

SIDES = st.integers(1, 30_000)
TARGETS = st.integers(1, 16_383)
BOUNDLESS = Limits(max_target_pixels=10**18, max_target_side=10**9)
HALF = Fraction(1, 2)


@given(SIDES, SIDES, TARGETS, TARGETS)
def test_the_result_fits_inside_and_touches_a_side(
    width: int, height: int, wanted_width: int, wanted_height: int
) -> None:
    size = plan((width, height), Options(wanted_width, wanted_height), BOUNDLESS)
    assert 1 <= size[0] <= wanted_width
    assert 1 <= size[1] <= wanted_height
    assert size[0] == wanted_width or size[1] == wanted_height


@given(SIDES, SIDES, TARGETS, TARGETS)
def test_the_ratio_is_kept_within_half_a_pixel(width: int, height: int, wanted_width: int, wanted_height: int) -> None:
    size = plan((width, height), Options(wanted_width, wanted_height), BOUNDLESS)
    scale = min(Fraction(wanted_width, width), Fraction(wanted_height, height))
    for side, exact in zip(size, (width * scale, height * scale), strict=True):
        assert abs(side - exact) <= HALF or (side == 1 and exact < 1)


@given(SIDES, SIDES, TARGETS)
def test_a_side_that_is_not_given_follows_from_the_ratio(width: int, height: int, wanted: int) -> None:
    for preserve_ratio in (True, False):
        wide, follows = plan((width, height), Options(width=wanted, preserve_ratio=preserve_ratio), BOUNDLESS)
        assert wide == wanted
        assert follows == max(1, int(Fraction(height * wanted, width) + HALF))


@given(SIDES, SIDES, st.builds(Options, st.none() | TARGETS, st.none() | TARGETS, st.booleans()))
def test_exchanged_sides_give_the_exchanged_size(width: int, height: int, options: Options) -> None:
    exchanged = replace(options, width=options.height, height=options.width)
    assert plan((height, width), exchanged, BOUNDLESS) == plan((width, height), options, BOUNDLESS)[::-1]


@given(SIDES, SIDES, TARGETS, TARGETS)
def test_without_the_ratio_the_size_is_exactly_the_wanted_one(
    width: int, height: int, wanted_width: int, wanted_height: int
) -> None:
    options = Options(wanted_width, wanted_height, preserve_ratio=False)
    assert plan((width, height), options, BOUNDLESS) == (wanted_width, wanted_height)


@pytest.mark.parametrize(
    ("source", "width", "expected"), [((4, 2), 1, 1), ((4, 2), 3, 2), ((8, 2), 2, 1), ((8, 3), 4, 2)]
)
def test_halves_are_rounded_up(source: tuple[int, int], width: int, expected: int) -> None:
    assert plan(source, Options(width), BOUNDLESS) == (width, expected)


def test_without_a_wish_the_size_stays() -> None:
    assert plan((40, 30), Options(), BOUNDLESS) == (40, 30)


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
    assert plan((10, 10), Options(100, 50, preserve_ratio=False), limits) == (100, 50)
