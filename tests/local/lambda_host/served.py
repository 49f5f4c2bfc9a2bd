"""A function host with one function that runs whatever Python an event brings."""

import asyncio
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import psutil

from local.emulation.lambda_host.host import FunctionHost

HANDLER = """
import os, pathlib, signal, subprocess, sys, threading, time

def wait_for(path):
    while not pathlib.Path(path).exists():
        time.sleep(0.005)

def handler(event, context):
    scope = {"event": event, "context": context, "answer": None}
    exec(event.get("code", ""), globals() | scope, scope)
    return scope["answer"]
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the Invoke API answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Served:
    """A host, a client of it, and the lines that were logged."""

    host: FunctionHost
    session: aiohttp.ClientSession
    lines: list[str] = field(default_factory=list)

    async def post(
        self, event: bytes, headers: Mapping[str, str] | None = None, function: str = "RunFunction"
    ) -> Reply:
        url = f"http://127.0.0.1:{self.host.port}/2015-03-31/functions/{function}/invocations"
        async with self.session.post(url, data=io.BytesIO(event), headers=headers) as response:
            return Reply(response.status, response.headers, await response.read())

    async def reply(self, code: str, headers: Mapping[str, str] | None = None, **event: Any) -> Reply:
        return await self.post(json.dumps({"code": code, **event}).encode(), headers)

    async def run(self, code: str, **event: Any) -> Any:
        """Run code in the function; the answer is its variable `answer`, or what describes the error."""
        reply = await self.reply(code, **event)
        assert reply.status == 200, reply
        return reply.json

    async def pid(self) -> int:
        return int(await self.run("answer = os.getpid()"))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def has_ended(pid: int) -> bool:
    """True if a process has ended; it stays a zombie until its parent waits for it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
