"""The result of an invocation, with Lambda's error messages."""

import json
import signal
from dataclasses import dataclass

from local.emulation.lambda_host.payload import RESPONSE_LIMIT_BYTES


@dataclass(frozen=True, slots=True)
class Answer:
    """JSON for the caller; `failed` when it describes an error."""

    payload: bytes
    failed: bool = False


def timed_out(request_id: str, timeout_s: float) -> Answer:
    """Error of a function that timed out."""
    return _error("Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout_s:.2f} seconds")


def exited(request_id: str, return_code: int) -> Answer:
    """Error of a process that exited; a negative `return_code` is a signal, as in subprocess."""
    return _error("Runtime.ExitError", f"RequestId: {request_id} Error: {_exit_reason(return_code)}")


def too_large() -> Answer:
    """Error of a response over the size limit."""
    limit = f"({RESPONSE_LIMIT_BYTES} bytes)"
    return _error(
        "Function.ResponseSizeTooLarge", f"Response payload size exceeded maximum allowed payload size {limit}."
    )


def _exit_reason(return_code: int) -> str:
    """Describe a return code in the words of Go, as Lambda does.

    >>> _exit_reason(-9)
    'Runtime exited with error: signal: killed'
    """
    if return_code == 0:
        return "Runtime exited without providing a reason"
    if return_code > 0:
        return f"Runtime exited with error: exit status {return_code}"
    return f"Runtime exited with error: signal: {(signal.strsignal(-return_code) or str(-return_code)).lower()}"


def _error(kind: str, message: str) -> Answer:
    return Answer(json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True)
