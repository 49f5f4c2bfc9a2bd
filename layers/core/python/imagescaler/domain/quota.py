"""Quotas of API keys: the tasks and megapixels that a key may have made per day, and unfinished at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from math import ceil
from typing import Self

from imagescaler.domain.errors import QuotaUsedUp, TaskExceedsQuota
from imagescaler.domain.rate_limit import RateLimit

MEGA = 1_000_000
NEXT_DAY = "The next day (UTC) begins in {} s."
NEXT_END = "Try again when one of its tasks has ended."


@dataclass(frozen=True, slots=True)
class Quota:
    """The most tasks and megapixels of a key in one day (UTC), and unfinished at once; 0 is no limit.

    >>> Quota(tasks_per_day=-1)
    Traceback (most recent call last):
    ValueError: tasks_per_day must be 0 or more
    """

    tasks_per_day: int = 0
    megapixels_per_day: int = 0
    tasks_at_once: int = 0
    megapixels_at_once: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise ValueError(f"{field.name} must be 0 or more")

    @property
    def of_pixels(self) -> Self:
        """The limits of megapixels only."""
        return replace(self, tasks_per_day=0, tasks_at_once=0)

    @property
    def limits(self) -> Mapping[str, int]:
        """The limits that are set, by name."""
        return {field.name: limit for field in fields(self) if (limit := getattr(self, field.name))}

    def with_own(self, own: Mapping[str, int]) -> Self:
        """Return this quota with a key's own limits in place of these; unknown names are ignored.

        >>> Quota(100, 500).with_own({"tasks_per_day": 0, "of_a_newer_release": 1})
        Quota(tasks_per_day=0, megapixels_per_day=500, tasks_at_once=0, megapixels_at_once=0)
        """
        return replace(self, **{field.name: own[field.name] for field in fields(self) if field.name in own})


@dataclass(frozen=True, slots=True)
class QuotaSettings:
    """The quota of keys that have none of their own, and of all clients together where no keys are required."""

    quota_tasks_per_day: int = 0
    quota_megapixels_per_day: int = 0
    quota_tasks_at_once: int = 0
    quota_megapixels_at_once: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a negative limit."""
        self.quota  # noqa: B018

    @property
    def quota(self) -> Quota:
        """The limits as a quota."""
        return Quota(*(getattr(self, f"quota_{field.name}") for field in fields(Quota)))


@dataclass(frozen=True, slots=True)
class Use:
    """Tasks and pixels of a key: those of one day, or those that are unfinished."""

    tasks: int = 0
    pixels: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """What a new task takes of a key's quota: one task, and its pixels."""

    key_id: str
    quota: Quota
    pixels: int

    @property
    def limits_at_once(self) -> bool:
        """True if the unfinished tasks of the key have to be counted."""
        return any(name.endswith("at_once") for name in self.quota.limits)

    def check_alone(self) -> None:
        """Raise TaskExceedsQuota if the task takes more than a whole limit."""
        for name, limit in self.quota.limits.items():
            if self._takes(name) > limit * _unit(name):
                raise TaskExceedsQuota(
                    f"The task takes {self.pixels / MEGA:,.1f} megapixels; {self._states(name, limit)}. "
                    "Send a smaller image, or ask for smaller results."
                )

    def admit(self, today: Use, unfinished: Use, *, day_ends_after_s: float) -> tuple[RateLimit, ...]:
        """Return the limits after this task, with the use before it; raises QuotaUsedUp with those before it."""
        resets_after_s = ceil(day_ends_after_s)
        for name, limit in self.quota.limits.items():
            left = limit * _unit(name) - _used(name, today, unfinished)
            if self._takes(name) > left:
                per_day = name.endswith("per_day")
                until = NEXT_DAY.format(f"{resets_after_s:,}") if per_day else NEXT_END
                states = self._states(name, limit).capitalize()
                problem = QuotaUsedUp(f"{states}, of which {_amount(name, left)} left. {until}")
                problem.rate_limits = tuple(self._rate_limits(today, unfinished, resets_after_s, taken=False))
                if per_day:
                    problem.room_after_s = problem.retry_after_s = resets_after_s
                raise problem
        return tuple(self._rate_limits(today, unfinished, resets_after_s, taken=True))

    def _states(self, name: str, limit: int) -> str:
        whose = "this key" if self.key_id else "all clients together"
        return f"the quota of {whose} is {limit:,} {_words(name)}"

    def _takes(self, name: str) -> int:
        return self.pixels if _unit(name) == MEGA else 1

    def _rate_limits(self, today: Use, unfinished: Use, resets_after_s: int, *, taken: bool) -> Iterator[RateLimit]:
        for name, limit in self.quota.limits.items():
            left = limit * _unit(name) - _used(name, today, unfinished) - taken * self._takes(name)
            resets = resets_after_s if name.endswith("per_day") else None
            yield RateLimit(name.replace("_", "-"), limit, max(left, 0) // _unit(name), resets)


@dataclass(frozen=True, slots=True)
class KeyQuota:
    """The quota that holds for a key; the id is empty where no keys are required."""

    key_id: str
    quota: Quota

    def charge(self, pixels: int) -> Charge | None:
        """Return what a task of so many pixels takes; None if there is no limit. Raises TaskExceedsQuota."""
        if not self.quota.limits:
            return None
        charge = Charge(self.key_id, self.quota, pixels)
        charge.check_alone()
        return charge


def _unit(name: str) -> int:
    return MEGA if name.startswith("megapixels") else 1


def _words(name: str) -> str:
    words = name.replace("_", " ").replace("megapixels at", "megapixels of tasks at")
    return words.replace("tasks at", "unfinished tasks at")


def _used(name: str, today: Use, unfinished: Use) -> int:
    use = today if name.endswith("per_day") else unfinished
    return use.pixels if _unit(name) == MEGA else use.tasks


def _amount(name: str, left: int) -> str:
    amount = max(left, 0) / _unit(name)
    text = f"{amount:,.1f}" if _unit(name) == MEGA else f"{amount:,.0f}"
    return f"{text} {'is' if text == '1' else 'are'}"
