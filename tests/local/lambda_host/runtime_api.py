"""Amazon's own client, with the Lambda Runtime API that it speaks: what the host's answers are compared with.

Source: AWS Lambda, "Using the Lambda runtime API".
"""

import asyncio
import sys
import time
from http import HTTPStatus

from aiohttp import web

from local.emulation.lambda_host import answer, payload, runtime
from local.emulation.lambda_host.answer import Answer
from local.emulation.lambda_host.invocation import Invocation

PREFIX = "/2018-06-01/runtime/"
LOOPBACK = "127.0.0.1"


COMMAND = (sys.executable, "-m", "awslambdaric", runtime.HANDLER)


class RuntimeApi:
    """Has the methods of a Channel."""

    def __init__(self, *, function_arn: str, timeout_s: float) -> None:
        self.init_failed = False
        self._function_arn = function_arn
        self._timeout_s = timeout_s
        self._offered: asyncio.Queue[Invocation] = asyncio.Queue()
        self._current: Invocation | None = None
        server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.1)

    async def start(self) -> str:
        """Start serving; return the address for AWS_LAMBDA_RUNTIME_API."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, 0)
        await site.start()
        return f"{LOOPBACK}:{site.port}"

    def close(self) -> None:
        """Do nothing: `stop` stops serving."""

    async def stop(self) -> None:
        """Stop serving."""
        await self._runner.cleanup()

    def offer(self, invocation: Invocation) -> None:
        """Pass an invocation to the process when it asks for the next one; the previous one must be answered."""
        self._current = invocation
        self._offered.put_nowait(invocation)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        match request.method, *request.path.removeprefix(PREFIX).split("/"):
            case "GET", "invocation", "next":
                return await self._next()
            case "POST", "invocation", request_id, "response":
                return await self._take(request, request_id, failed=False)
            case "POST", "invocation", request_id, "error":
                return await self._take(request, request_id, failed=True)
            case "POST", "init", "error" if self._current:
                self.init_failed = True
                return await self._take(request, self._current.request_id, failed=True)
        return web.json_response(
            {"errorType": "InvalidRequest", "errorMessage": "no such call"}, status=HTTPStatus.NOT_FOUND
        )

    async def _next(self) -> web.Response:
        invocation = await self._offered.get()
        invocation.allow(self._timeout_s)
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self._timeout_s) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self._function_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
        }
        return web.Response(body=bytes(invocation.event), headers=headers)

    async def _take(self, request: web.BaseRequest, request_id: str, *, failed: bool) -> web.Response:
        invocation = self._current
        if invocation is None or invocation.request_id != request_id:
            fault = {"errorType": "InvalidRequestID", "errorMessage": "Invalid request ID"}
            return web.json_response(fault, status=HTTPStatus.BAD_REQUEST)
        body = await payload.read(request, payload.RESPONSE_LIMIT_BYTES)
        self._current = None
        invocation.complete(answer.too_large() if body is None else Answer(body, failed))
        # Lambda answers 413 where a response was too large, and restarts the runtime, which exits because of it.
        return web.json_response({"status": "OK"}, status=HTTPStatus.ACCEPTED)
