"""An invocation of a function."""

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from uuid import uuid4

from local.emulation.lambda_host.answer import Answer
from local.emulation.lambda_host.event import Event


def _request_id() -> str:
    return str(uuid4())


def new_trace_id() -> str:
    """Begin a trace that is not sampled. Source: X-Ray, "Tracing header"."""
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"


def _pending() -> asyncio.Future[Answer]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, eq=False)
class Invocation:
    """An event, and the future of its answer.

    `deadline` is a time of the event loop's clock: first when the process must have asked for the event, from then on
    when it must have answered.
    """

    event: Event
    trace_id: str = field(default_factory=new_trace_id)
    request_id: str = field(default_factory=_request_id)
    deadline: float = float("inf")
    answer: asyncio.Future[Answer] = field(default_factory=_pending)

    def allow(self, seconds: float) -> None:
        """Move the deadline to `seconds` from now."""
        self.deadline = asyncio.get_running_loop().time() + seconds

    def complete(self, answer: Answer) -> None:
        """Set the answer, unless it is set already."""
        if not self.answer.done():
            self.answer.set_result(answer)
