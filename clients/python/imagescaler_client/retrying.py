"""Which requests are repeated, and when."""

from typing import Any

from tenacity import RetryCallState, retry_if_exception, stop_before_delay, wait_random_exponential

from imagescaler_client.errors import ProblemError, ServiceUnreachable

TRANSIENT = frozenset({429, 502, 503, 504})
BACKOFF = wait_random_exponential(multiplier=0.1, max=20)


def retry_policy(retry_for_s: float) -> dict[str, Any]:
    """Return the arguments of tenacity for requests that are repeated for so many seconds.

    Every request of the client may be repeated: those that create tasks have an Idempotency-Key.
    """
    return {
        "retry": retry_if_exception(_is_transient),
        "wait": _wait_s,
        "stop": stop_before_delay(retry_for_s),
        "reraise": True,
    }


def _is_transient(error: BaseException) -> bool:
    return isinstance(error, ServiceUnreachable) or (isinstance(error, ProblemError) and error.status in TRANSIENT)


def _wait_s(state: RetryCallState) -> float:
    """Return the seconds of `Retry-After`, or more if the request has failed often."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, ProblemError) else None
    return max(asked or 0, BACKOFF(state))
