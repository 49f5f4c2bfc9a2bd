"""The Lambda Invoke API of all functions. Source: AWS Lambda API reference, "Invoke"."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from local.emulation.lambda_host import payload
from local.emulation.lambda_host.answer import Answer
from local.emulation.lambda_host.event import EVENT_LIMIT_BYTES
from local.emulation.lambda_host.invocation import Invocation, new_trace_id
from local.emulation.lambda_host.pool import Pool, Throttled

PATH = "/2015-03-31/functions/{function}/invocations"
CHECKED_BYTES = 16 * 1024
"""A longer event is not validated as JSON here: the runtime fails with Runtime.UnmarshalError."""


class Refused(web.HTTPException):
    """The Invoke API answers with one of Lambda's errors, and no function ran."""

    def __init__(self, status: HTTPStatus, kind: str, message: str, **more: str) -> None:
        self.status_code = status
        body = {"Type": "User" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "Service", "Message": message, **more}
        super().__init__(text=json.dumps(body), content_type="application/json", headers={"X-Amzn-ErrorType": kind})


class InvokeApi:
    """Translates HTTP requests into invocations, and answers into HTTP responses."""

    def __init__(self, pools: Mapping[str, Pool]) -> None:
        self._pools = pools

    def application(self) -> web.Application:
        """Make the web application."""
        application = web.Application()
        application.router.add_post(PATH, self._handle)
        return application

    async def _handle(self, request: web.Request) -> web.Response:
        # aiohttp lets a handler run on when its client goes away, and so does Lambda.
        pool = self._pool(request.match_info["function"])
        event = await _event(request)
        invocation = Invocation(event, request.headers.get("X-Amzn-Trace-Id") or new_trace_id())
        match request.headers.get("X-Amz-Invocation-Type", "RequestResponse"):
            case "RequestResponse":
                response = _response(await _answer(pool, invocation))
            case "Event":
                pool.start(invocation)  # once; Lambda would retry twice
                response = web.Response(status=HTTPStatus.ACCEPTED)
            case "DryRun":
                response = web.Response(status=HTTPStatus.NO_CONTENT)
            case other:
                raise Refused(HTTPStatus.BAD_REQUEST, "InvalidParameterValueException", f"No such type: {other}")
        response.headers["x-amzn-RequestId"] = invocation.request_id
        response.headers["X-Amz-Executed-Version"] = "$LATEST"
        return response

    def _pool(self, function: str) -> Pool:
        try:
            return self._pools[function]
        except KeyError:
            message = f"Function not found: {function}"
            raise Refused(HTTPStatus.NOT_FOUND, "ResourceNotFoundException", message) from None


async def _event(request: web.Request) -> bytes:
    event = await payload.read(request, EVENT_LIMIT_BYTES)
    if event is None:
        message = f"Request must be smaller than {EVENT_LIMIT_BYTES} bytes for the InvokeFunction operation"
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestTooLargeException", message)
    if not event:  # as on Lambda
        return b"{}"
    if len(event) <= CHECKED_BYTES:
        try:
            json.loads(event)
        except ValueError as error:
            message = f"Could not parse request body into json: {error}"
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidRequestContentException", message) from None
    return event


async def _answer(pool: Pool, invocation: Invocation) -> Answer:
    try:
        return await pool.invoke(invocation)
    except Throttled:
        kind, reason = "TooManyRequestsException", "ReservedFunctionConcurrentInvocationLimitExceeded"
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, kind, "Rate Exceeded.", Reason=reason) from None
    except OSError as error:
        raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "ServiceException", str(error)) from None


def _response(answer: Answer) -> web.Response:
    response = web.Response(body=answer.payload, content_type="application/json")
    if answer.failed:
        response.headers["X-Amz-Function-Error"] = "Unhandled"
    return response
