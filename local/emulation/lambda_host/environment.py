"""An execution environment: one process of a function, which takes one invocation at a time."""

import asyncio
from typing import Self

from local.emulation.lambda_host import answer
from local.emulation.lambda_host.answer import Answer
from local.emulation.lambda_host.channel import Channel
from local.emulation.lambda_host.fork_server import ForkServer
from local.emulation.lambda_host.function import Function
from local.emulation.lambda_host.invocation import Invocation
from local.emulation.lambda_host.process import Process

REFUSAL_S = 1
WATCH_S = 0.1
MIB = 1024 * 1024


class Environment:
    """A process and the socket to it, under the function's limits of time and memory."""

    def __init__(self, function: Function, channel: Channel, process: Process, *, init_s: float) -> None:
        self.idle_since = float("inf")
        self._function = function
        self._channel = channel
        self._process = process
        self._end: asyncio.Task[None] | None = None
        # Lambda repeats an init of more than 10 s inside the first invocation; here it continues for that long.
        self._init_s = max(init_s, function.timeout_s)

    @classmethod
    async def start(cls, server: ForkServer, *, init_s: float) -> Self:
        """Fork a process; raises OSError."""
        function = server.deployment.function
        channel = Channel(function_arn=server.deployment.arn, timeout_s=function.timeout_s)
        with await channel.open() as theirs:
            try:
                process = await server.fork(theirs)
            except BaseException:
                channel.close()
                raise
        return cls(function, channel, process, init_s=init_s)

    @property
    def usable(self) -> bool:
        """True if the process can take an invocation."""
        return not (self._channel.init_failed or self._process.killed or self._process.exited.done())

    async def invoke(self, invocation: Invocation) -> Answer:
        """Pass an invocation to the process, and wait until it answers, ends, or exceeds a limit and is killed."""
        invocation.allow(self._init_s)
        self._channel.offer(invocation)
        while not invocation.answer.done():
            left_s = invocation.deadline - asyncio.get_running_loop().time()
            ends = (invocation.answer, self._process.exited)
            await asyncio.wait(ends, timeout=min(left_s, WATCH_S), return_when=asyncio.FIRST_COMPLETED)
            if not invocation.answer.done():
                self._judge(invocation)
        return invocation.answer.result()

    async def stop(self, grace_s: float = 0) -> None:
        """Stop the process, by force after `grace_s`; continues when the caller is cancelled."""
        self._end = self._end or asyncio.create_task(self._stop(grace_s))
        await asyncio.shield(self._end)

    async def _stop(self, grace_s: float) -> None:
        if self._channel.init_failed:  # the fork server ends by itself, once all that wait have the error
            await asyncio.wait((self._process.exited,), timeout=REFUSAL_S)
        await self._process.stop(grace_s)
        self._channel.close()

    def _judge(self, invocation: Invocation) -> None:
        if self._process.exited.done():
            invocation.complete(answer.exited(invocation.request_id, self._process.exited.result()))
        elif asyncio.get_running_loop().time() >= invocation.deadline:
            self._process.kill()
            invocation.complete(answer.timed_out(invocation.request_id, self._function.timeout_s))
        elif (used_mib := self._process.rss_bytes() / MIB) > self._function.memory_mib:
            self._process.kill()
            self._process.on_line(f"killed: {used_mib:.0f} MiB of memory used, {self._function.memory_mib} MiB allowed")
