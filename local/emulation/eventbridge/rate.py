"""The rate expressions of schedules."""

import re

SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}


def period_s(expression: str) -> int:
    """Return the seconds between two invocations; raises ValueError.

    Source: Amazon EventBridge, "Rate expressions": a number above zero; its unit is singular for 1, else plural.

    >>> period_s("rate(1 minute)"), period_s("rate(2 hours)")
    (60, 7200)
    >>> period_s("rate(1 minutes)")
    Traceback (most recent call last):
    ValueError: 'rate(1 minutes)' is not a rate expression.
    """
    match = re.fullmatch(r"rate\(([1-9][0-9]*) (minute|hour|day)(s?)\)", expression)
    if match is None or (match[1] == "1") == bool(match[3]):
        raise ValueError(f"{expression!r} is not a rate expression.")
    return int(match[1]) * SECONDS[match[2]]
