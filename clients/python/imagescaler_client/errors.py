"""What can go wrong: all errors of the client, each with a sentence for people."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from time import time
from uuid import UUID

import httpx
from pydantic import ValidationError

from imagescaler_client.models import FieldError, Problem, TaskError, TaskView


class ImageScalerError(Exception):
    """The base of all errors of this package."""


class ServiceUnreachable(ImageScalerError):
    """Nothing answers at the URL of the service, or the connection broke."""


class ProblemError(ImageScalerError):
    """The service refused a request, with a problem (RFC 9457).

    `type` is a path of the service that explains the problem, or `about:blank`. `retry_after` is in seconds.
    """

    def __init__(self, problem: Problem, retry_after: float | None) -> None:
        super().__init__(problem.detail)
        self.type, self.title, self.status, self.detail = problem.type, problem.title, problem.status, problem.detail
        self.errors: Sequence[FieldError] = problem.errors or ()
        self.retry_after = retry_after


class TaskFailed(ImageScalerError):
    """A task ended without a result: it failed, its results have expired, or it was deleted.

    `type`, `title` and `detail` are those of the problem if it failed. `rendition` is the name of the result that is
    missing, if the task has several.
    """

    def __init__(self, task: TaskView, error: TaskError | None, otherwise: str, rendition: str | None = None) -> None:
        self.task, self.rendition = task, rendition
        self.type = error.type if error else "about:blank"
        self.title = error.title if error else ""
        self.detail = error.detail if error else otherwise
        super().__init__(f"{rendition}: {self.detail}" if rendition else self.detail)


class TaskNotFinished(ImageScalerError, TimeoutError):
    """A task has not ended yet."""

    def __init__(self, task_id: UUID | str) -> None:
        super().__init__(f"The task {task_id} has not ended yet.")
        self.task_id = task_id


class InvalidSignature(ImageScalerError):
    """A webhook was not signed with this secret, or is too old."""


@contextmanager
def unreachable(url: str) -> Iterator[None]:
    """Turn an error of the connection to a URL into ServiceUnreachable."""
    try:
        yield
    except httpx.TransportError as error:
        raise ServiceUnreachable(f"No answer from {url}: {error or type(error).__name__}.") from error


def raise_for_problem(response: httpx.Response) -> None:
    """Raise ProblemError if a response is an error."""
    if response.is_error:
        raise problem_error(response)


def problem_error(response: httpx.Response) -> ProblemError:
    """Return the error that stands for a response."""
    return ProblemError(_problem(response), retry_after(response))


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds of `Retry-After`, which may be a date (RFC 9110, 10.2.3); None without a valid one."""
    value = response.headers.get("Retry-After", "")
    if value.isdecimal():
        return float(value)
    try:
        seconds = parsedate_to_datetime(value).timestamp() - time()
    except (TypeError, ValueError):
        return None
    return max(seconds, 0)


def _problem(response: httpx.Response) -> Problem:
    """Return the problem of an error; a gateway or a proxy in front of the service may send none."""
    try:
        return Problem.model_validate_json(response.content)
    except ValidationError:
        title = response.reason_phrase or "Error"
        detail = f"The answer was {response.status_code} {title}."
        return Problem(type="about:blank", title=title, status=response.status_code, detail=detail)
