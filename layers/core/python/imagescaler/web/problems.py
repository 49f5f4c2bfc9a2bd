"""Errors as HTTP responses: a table of statuses, and problem details (RFC 9457) for every error."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from imagescaler.domain import errors
from imagescaler.web.validation_messages import message_of
from imagescaler.web.views.problem import FieldError, Problem, type_of
from imagescaler.web.views.rate_limit import rate_limit_headers

STATUS: dict[type[errors.Problem], HTTPStatus] = {
    errors.MalformedRequest: HTTPStatus.BAD_REQUEST,
    errors.InvalidRequest: HTTPStatus(422),
    errors.TooManyUnknownKeys: HTTPStatus.TOO_MANY_REQUESTS,
    errors.QuotaUsedUp: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TaskExceedsQuota: HTTPStatus(422),
    errors.IdempotencyKeyReused: HTTPStatus(422),
    errors.SourceTooLarge: HTTPStatus(413),
    errors.TaskNotFound: HTTPStatus.NOT_FOUND,
    errors.RenditionNotNamed: HTTPStatus(422),
    errors.RenditionNotFound: HTTPStatus.NOT_FOUND,
    errors.NotOnePicture: HTTPStatus.NOT_ACCEPTABLE,
    errors.TooManyRenditions: HTTPStatus(422),
    errors.UploadNotFound: HTTPStatus.NOT_FOUND,
    errors.WebhookNotFound: HTTPStatus.NOT_FOUND,
    errors.TaskFailed: HTTPStatus.CONFLICT,
    errors.ResultExpired: HTTPStatus.GONE,
    errors.TaskDeleted: HTTPStatus.GONE,
    errors.ResultDamaged: HTTPStatus.GONE,
    errors.UnsupportedImageFormat: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.CorruptImage: HTTPStatus(422),
    errors.ImageTooLarge: HTTPStatus(422),
    errors.TooManyScans: HTTPStatus(422),
    errors.TooManyChunks: HTTPStatus(422),
    errors.TooManyFrames: HTTPStatus(422),
    errors.UnsupportedDepth: HTTPStatus(422),
    errors.FormatDisabled: HTTPStatus(422),
    errors.NeverLossless: HTTPStatus(422),
    errors.CropOutside: HTTPStatus(422),
    errors.TargetTooLarge: HTTPStatus(422),
    errors.UnusableWatermark: HTTPStatus(422),
    errors.WatermarkNotFound: HTTPStatus(422),
    errors.ResultTtlTooLong: HTTPStatus(422),
    errors.TargetForbidden: HTTPStatus(422),
    errors.ResultTooLarge: HTTPStatus(422),
    errors.TooExpensive: HTTPStatus(422),
    errors.TimeLimitExceeded: HTTPStatus(422),
    errors.MaxBytesTooSmall: HTTPStatus(422),
    errors.RenderingFailed: HTTPStatus(422),
    errors.NoRenditionMade: HTTPStatus(422),
    errors.SourceLost: HTTPStatus.CONFLICT,
    errors.SourceForbidden: HTTPStatus(422),
    errors.SourceUnreachable: HTTPStatus(422),
    errors.AttemptsExhausted: HTTPStatus.CONFLICT,
    errors.QueueFull: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreFull: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.RepositoryUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.QueueUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.TargetUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
MEDIA_TYPE = "application/problem+json"
# The response must not grow with the request: at most so many field errors, each with a name of so many characters.
MAX_FIELDS, MAX_FIELD_LENGTH = 20, 100
NOTHING_HERE = "There is nothing at this path."
SEE_DOCS = "See /docs for the API."


def add_handlers(app: FastAPI) -> None:
    """Make `app` answer every error with problem details."""
    app.add_exception_handler(errors.Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)


def failed_response(request: Request, failure: errors.TaskFailed) -> JSONResponse:
    """Respond with the problem of a failed task and the status of that problem, not of its result."""
    statuses = (status for kind, status in STATUS.items() if kind.slug() == failure.type)
    status = next(statuses, STATUS[errors.TaskFailed])
    return _answer(request, status, type_of(failure.type), failure.cause_title, failure.detail)


def leaves(kind: type[errors.Problem] = errors.Problem) -> Iterator[type[errors.Problem]]:
    """Yield the problems that can be raised: the classes without subclasses."""
    for child in kind.__subclasses__():
        yield from leaves(child) if child.__subclasses__() else (child,)


def _answer(request: Request, status: int, type_: str, title: str, detail: str, **more: Any) -> JSONResponse:
    headers = more.pop("headers", None)
    body = Problem(type=type_, title=title, status=status, detail=detail, instance=request.scope["path"], **more)
    content = body.model_dump(mode="json", exclude_none=True)
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


async def _on_problem(request: Request, problem: Any) -> JSONResponse:
    kind = type(problem)
    status = STATUS[kind]
    if isinstance(problem, errors.TaskFailed):
        return _answer(request, status, type_of(problem.type), problem.cause_title, problem.detail)
    headers = {"Retry-After": str(problem.retry_after_s)} if problem.retry_after_s else {}
    if isinstance(problem, errors.QuotaUsedUp):
        headers |= rate_limit_headers(problem.rate_limits)
    return _answer(request, status, type_of(kind.slug()), kind.title(), problem.detail, headers=headers)


async def _on_invalid(request: Request, invalid: Any) -> JSONResponse:
    every = invalid.errors()
    found = [FieldError(field=_field(error), detail=message_of(error)) for error in every[:MAX_FIELDS]]
    detail = "; ".join(f"{each.field}: {each.detail}" for each in found)
    if len(every) > MAX_FIELDS:
        detail += f"; and {len(every) - MAX_FIELDS:,} more"
    kind = errors.InvalidRequest
    return _answer(request, STATUS[kind], type_of(kind.slug()), kind.title(), detail, errors=found)


async def _on_http(request: Request, error: Any) -> JSONResponse:
    if error.status_code == HTTPStatus.BAD_REQUEST:
        kind = errors.MalformedRequest
        return _answer(request, STATUS[kind], type_of(kind.slug()), kind.title(), str(error.detail))
    title = HTTPStatus(error.status_code).phrase
    return _answer(request, error.status_code, "about:blank", title, _detail(request, error), headers=error.headers)


def _detail(request: Request, error: Any) -> str:
    """Return a sentence for a status, in place of Starlette's, which repeats the title."""
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            advice = "" if error.detail == HTTPStatus.NOT_FOUND.phrase else f" {error.detail}"
            return f"{NOTHING_HERE}{advice} {SEE_DOCS}"
        case HTTPStatus.METHOD_NOT_ALLOWED:
            *others, last = error.headers["Allow"].split(", ")
            allowed = f"{', '.join(others)} or {last}" if others else last
            return f"{request.method} is no method of this path. Send {allowed}. {SEE_DOCS}"
    return str(error.detail)


async def _on_bug(request: Request, _: Exception) -> JSONResponse:
    detail = "This is an error of the service, and has been logged. Try again later."
    return _answer(request, 500, "about:blank", HTTPStatus.INTERNAL_SERVER_ERROR.phrase, detail)


def _field(error: Any) -> str:
    name = ".".join(map(str, error["loc"][1:] or error["loc"]))
    return name if len(name) <= MAX_FIELD_LENGTH else f"{name[:MAX_FIELD_LENGTH]}…"
