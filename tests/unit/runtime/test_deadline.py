"""The time that an invocation has."""

from types import SimpleNamespace

import pytest

from imagescaler.runtime.deadline import TimeoutSettings


@pytest.mark.parametrize(
    ("left_s", "remaining_s"),
    [(0.001, 0.001), (12, 12), (30, 30), (0, 30), (-570, 30), (30.001, 30), (630, 30)],
)
def test_a_deadline_that_cannot_be_is_that_of_a_clock_that_was_set(left_s: float, remaining_s: float) -> None:
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: left_s * 1000)
    assert TimeoutSettings(30).remaining_s(context) == pytest.approx(remaining_s)


def test_without_a_timeout_the_deadline_is_believed() -> None:
    assert TimeoutSettings().remaining_s(SimpleNamespace(get_remaining_time_in_millis=lambda: 0)) == 0
