"""A host of the images of works that are sent by URL; some first requests for an image fail."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

from aiohttp import web

from tools.chaos.work import Work

HOST, SLOW_S = "127.0.0.1", 1.5


class Answer(StrEnum):
    """What becomes of the first request for an image."""

    WHOLE = "whole"
    SLOW = "slow"
    UNAVAILABLE = "unavailable"
    CUT = "cut"  # in the middle


ANSWERS = {Answer.WHOLE: 0.8, Answer.SLOW: 0.1, Answer.UNAVAILABLE: 0.05, Answer.CUT: 0.05}


class ImageHost:
    """Answers GET for the path of each work."""

    def __init__(self, dice: random.Random) -> None:
        self._dice, self._asked = dice, set[str]()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Send the image; at the first request, perhaps not all of it."""
        image = Work.at(request.path).image
        match self._choose(request.path):
            case Answer.UNAVAILABLE:
                return web.Response(status=503)
            case Answer.CUT:
                response = web.StreamResponse(headers={"Content-Length": str(len(image))})
                await response.prepare(request)
                await response.write(image[: len(image) // 2])
                if request.transport:
                    request.transport.abort()
                return response
            case Answer.SLOW:
                await asyncio.sleep(SLOW_S)
        return web.Response(body=image, content_type="image/png")

    def _choose(self, path: str) -> Answer:
        if path in self._asked:
            return Answer.WHOLE
        self._asked.add(path)
        return self._dice.choices(list(ANSWERS), list(ANSWERS.values()))[0]


@asynccontextmanager
async def image_host(dice: random.Random) -> AsyncIterator[str]:
    """Run a host on the loopback interface, and yield its URL."""
    app = web.Application()
    app.router.add_get("/{kind}/{name}", ImageHost(dice).answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
