"""Whose message is next."""

import pytest

from local.emulation.event_source_mapping.turns import SEEN_S, Turns


@pytest.fixture
def now_s() -> list[float]:
    return [1000.0]


@pytest.fixture
def turns(now_s: list[float]) -> Turns:
    return Turns(lambda: now_s[0])


def hold(turns: Turns, *groups: str) -> None:
    """Let each group have a message in flight, and those that are empty be free consumers."""
    for number, group in enumerate(groups):
        turns.hold(f"consumer {number}", [group] if group else [])


def test_the_group_with_the_fewest_messages_in_flight_is_first(turns: Turns) -> None:
    hold(turns, "a", "b", "b", "b", "c", "c", "", "", "")
    assert turns.busy == ["a", "c", "b"]
    assert turns.full == []


def test_alone_a_group_may_have_all_consumers(turns: Turns) -> None:
    hold(turns, "a", "a", "")
    assert (turns.busy, turns.full, turns.are_shared) == (["a"], [], False)


def test_with_others_a_group_leaves_one_consumer_free(turns: Turns, now_s: list[float]) -> None:
    hold(turns, "b", "a", "a")
    hold(turns, "", "a", "a")
    assert (turns.busy, turns.full, turns.are_shared) == ([], ["a"], True)
    now_s[0] += SEEN_S + 1
    assert (turns.busy, turns.full, turns.are_shared) == (["a"], [], False)


def test_the_only_consumer_serves_all_groups(turns: Turns) -> None:
    hold(turns, "b")
    hold(turns, "a")
    assert (turns.busy, turns.full) == (["a"], [])


def test_a_consumer_that_leaves_is_not_counted(turns: Turns) -> None:
    hold(turns, "b", "a", "")
    assert turns.full == []
    turns.leave("consumer 2")
    assert sorted(turns.full) == ["a", "b"]


def test_a_message_without_a_group_is_nobodys(turns: Turns) -> None:
    turns.hold("consumer 0", ["", ""])
    assert (turns.busy, turns.are_shared, turns.last) == ([], False, "")
