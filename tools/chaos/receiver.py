"""A receiver of webhooks that fails, is slow or breaks off: `python -m tools.chaos.receiver <port> <secret> <file>`.

It is a process of its own, so that it can be killed, and writes what it got to a file outside of the system.
"""

import asyncio
import json
import random
import sys
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path

import click
from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tools.chaos.history import Delivery

HOST, SLOW_S = "127.0.0.1", 6  # longer than the service waits for a receiver


class Answer(StrEnum):
    """What a request is answered with."""

    TAKEN = "taken"
    TOO_LATE = "too late"  # taken, which the service does not learn
    UNAVAILABLE = "unavailable"
    NONE = "none"


ANSWERS = {Answer.TAKEN: 0.7, Answer.TOO_LATE: 0.03, Answer.UNAVAILABLE: 0.2, Answer.NONE: 0.07}


class Receiver:
    """Writes each webhook to a file before it answers."""

    def __init__(self, secret: str, path: Path) -> None:
        self._signer, self._path = Webhook(secret), path

    async def answer(self, request: web.Request) -> web.Response:
        """Verify a webhook and write it down."""
        body = await request.text()
        [answer] = random.choices(list(ANSWERS), list(ANSWERS.values()))
        taken, event = answer in {Answer.TAKEN, Answer.TOO_LATE}, json.loads(body)
        is_genuine = self._is_genuine(body, request.headers)
        self.write(Delivery(request.headers["webhook-id"], event["data"]["id"], event["type"], taken, is_genuine))
        if answer is Answer.TOO_LATE:
            await asyncio.sleep(SLOW_S)
        if answer is Answer.NONE and request.transport:
            request.transport.abort()
        return web.Response(status=204 if taken else 503)

    def _is_genuine(self, body: str, headers: Mapping[str, str]) -> bool:
        try:
            self._signer.verify(body, dict(headers))
        except WebhookVerificationError:
            return False
        return True

    def write(self, delivery: Delivery) -> None:
        """Append a line to the file."""
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(delivery)) + "\n")


async def serve(port: int, receiver: Receiver) -> None:
    """Serve until the process ends."""
    app = web.Application()
    app.router.add_post("/", receiver.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    click.echo(f"receiver on http://{HOST}:{port}/")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Receiver(sys.argv[2], Path(sys.argv[3]))))
