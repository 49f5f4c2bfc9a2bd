"""Keys and credentials, and who may try how often."""

from datetime import UTC, datetime

import pytest

from imagescaler.domain.api_key import ApiKey, Credential
from imagescaler.domain.failure_throttle import MAX_SOURCES, FailureThrottle

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_what_the_holder_is_told_is_what_the_holder_may_send() -> None:
    credential = Credential.new()
    assert Credential.parse(f"Bearer {credential.text}") == credential
    assert Credential.parse(f"  bearer   {credential.text} ") == credential


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "isk_a_b", "Bearer isk_a", "Bearer isk_a_b_c", "Bearer x_a_b", "Basic isk_a_b"]
)
def test_what_cannot_be_a_key_is_none(header: str) -> None:
    assert Credential.parse(header) is None


def test_no_two_credentials_are_alike() -> None:
    made = [Credential.new() for _ in range(1000)]
    assert len({each.id for each in made}) == len({each.secret for each in made}) == 1000
    assert all(len(each.secret) == 64 for each in made)


def test_a_key_admits_its_own_credential_alone() -> None:
    credential = Credential.new()
    key = ApiKey(credential.id, "ada", credential.secret_hash, NOW)
    assert key.admits(credential)
    assert not key.admits(Credential(credential.id, credential.secret[:-1]))
    assert not key.admits(Credential(credential.id, credential.secret_hash))
    assert not key.admits(Credential(credential.id, "ä"))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_source_is_blocked_after_its_failures_until_the_oldest_is_long_ago() -> None:
    clock = Clock()
    throttle = FailureThrottle(3, 60, clock)
    for _ in range(3):
        assert not throttle.blocks("here")
        throttle.note("here")
        clock.now += 10
    assert throttle.blocks("here")
    assert not throttle.blocks("there")
    clock.now = 59.9
    assert throttle.blocks("here")
    clock.now = 60
    assert not throttle.blocks("here")


def test_its_memory_is_bounded_and_forgets_the_oldest() -> None:
    throttle = FailureThrottle(1, 60, Clock())
    for number in range(MAX_SOURCES + 1):
        throttle.note(str(number))
    assert not throttle.blocks("0")
    assert throttle.blocks("1")
    assert throttle.blocks(str(MAX_SOURCES))
