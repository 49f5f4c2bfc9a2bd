"""Errors of gateways and proxies that are no problems, and their Retry-After."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from imagescaler_client.errors import ProblemError, raise_for_problem, retry_after


def test_retry_after_is_seconds_or_a_date() -> None:
    def seconds(value: str) -> float | None:
        return retry_after(httpx.Response(503, headers={"Retry-After": value}))

    assert (seconds("7"), seconds("soon"), seconds("-1"), seconds("")) == (7, None, None, None)
    in_a_minute = seconds(format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True))
    assert in_a_minute == pytest.approx(60, abs=2)
    assert seconds("Thu, 01 Jan 2026 12:00:00 GMT") == 0
    assert seconds("Thu, 01 Jan 2026 12:00:00 -0000") == 0  # without a time zone
    assert retry_after(httpx.Response(503)) is None


@pytest.mark.parametrize("body", [b"", b"<h1>502</h1>", b'{"message": "Bad Gateway"}', b"\xff"])
@pytest.mark.parametrize(("status", "title"), [(502, "Bad Gateway"), (599, "Error")])
def test_an_error_without_a_problem_has_the_words_of_its_status(body: bytes, status: int, title: str) -> None:
    with pytest.raises(ProblemError, match=f"^The answer was {status} {title}.$") as raised:
        raise_for_problem(httpx.Response(status, content=body))
    assert (raised.value.type, raised.value.title, raised.value.status) == ("about:blank", title, status)
