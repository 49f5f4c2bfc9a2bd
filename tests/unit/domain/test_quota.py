"""Quotas: which limit refuses a task, and what is left."""

import pytest

from imagescaler.domain.errors import QuotaUsedUp, TaskExceedsQuota
from imagescaler.domain.quota import Charge, KeyQuota, Quota, QuotaSettings, Use
from imagescaler.runtime import settings

NONE, HOUR_S = Use(), 3600.0


def test_a_key_without_limits_is_charged_nothing() -> None:
    assert KeyQuota("k1", Quota()).charge(10**12) is None


@pytest.mark.parametrize("pixels", [5_000_000, 0])
def test_a_limit_can_be_used_up_to_its_end(pixels: int) -> None:
    charge = KeyQuota("k1", Quota(megapixels_per_day=5)).charge(pixels)
    assert charge is not None
    [limit] = charge.admit(Use(1, 5_000_000 - pixels), NONE, day_ends_after_s=HOUR_S)
    assert limit.left == 0


def test_more_than_a_whole_limit_is_refused_for_ever() -> None:
    with pytest.raises(TaskExceedsQuota, match=r"takes 5\.0 megapixels; .* is 5 megapixels of unfinished tasks"):
        KeyQuota("k1", Quota(megapixels_at_once=5)).charge(5_000_001)


@pytest.mark.parametrize(
    ("today", "unfinished", "says", "retry_after_s"),
    [
        (Use(9, 0), Use(), "9 tasks per day, of which 0 are left. The next day (UTC) begins in 3,600 s.", 3600),
        (Use(0, 4_100_000), Use(), "5 megapixels per day, of which 0.9 are left. The next day", 3600),
        (Use(), Use(3, 0), "3 unfinished tasks at once, of which 0 are left. Try again when", 2),
        (Use(), Use(0, 1_500_000), "2 megapixels of unfinished tasks at once, of which 0.5 are left. Try again", 2),
        (Use(9, 9_000_000), Use(3, 3_000_000), "9 tasks per day", 3600),
    ],
)
def test_a_refusal_names_the_first_limit_that_is_exceeded(
    today: Use, unfinished: Use, says: str, retry_after_s: int
) -> None:
    charge = Charge("k1", Quota(9, 5, 3, 2), 1_000_000)
    with pytest.raises(QuotaUsedUp) as refused:
        charge.admit(today, unfinished, day_ends_after_s=HOUR_S)
    assert refused.value.detail.startswith(f"The quota of this key is {says}")
    assert refused.value.retry_after_s == retry_after_s
    assert all(limit.left >= 0 for limit in refused.value.rate_limits)
    assert len(refused.value.rate_limits) == 4


def test_a_limit_that_was_lowered_below_its_use_has_nothing_left() -> None:
    with pytest.raises(QuotaUsedUp, match="of which 0 are left") as refused:
        Charge("k1", Quota(2), 1).admit(Use(7, 7), NONE, day_ends_after_s=HOUR_S)
    assert refused.value.rate_limits[0].left == 0


def test_a_negative_setting_is_refused() -> None:
    with pytest.raises(settings.SettingsError, match="tasks_at_once must be 0 or more"):
        settings.read(QuotaSettings, {"QUOTA_TASKS_AT_ONCE": "-1"})
