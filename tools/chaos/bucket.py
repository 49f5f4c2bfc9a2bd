"""A bucket for results with a `target_url`; some first requests to write an object fail."""

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tools.chaos.checker import Color
from tools.chaos.work import BUCKET, color_of

HOST, FAILS = "127.0.0.1", 0.2
SLOW_DOWN = "<Error><Code>SlowDown</Code></Error>"


@dataclass
class Bucket:
    """The color of each object by its key, None of one with several."""

    dice: random.Random
    port: int = 0
    objects: dict[str, Color | None] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)

    @property
    def variables(self) -> Mapping[str, str]:
        """What makes functions write to it."""
        return {
            "AWS_ENDPOINT_URL_S3": f"http://{HOST}:{self.port}",
            "AWS_ACCESS_KEY_ID": "chaos",
            "AWS_SECRET_ACCESS_KEY": "chaos",
            "TARGET_BUCKETS": BUCKET,
        }

    async def put(self, request: web.Request) -> web.Response:
        """Keep an object; at the first request, perhaps not."""
        key, picture = request.match_info["key"], await request.read()
        if key not in self._asked and self.dice.random() < FAILS:
            self._asked.add(key)
            return web.Response(status=503, text=SLOW_DOWN, content_type="application/xml")
        self.objects[key] = color_of(picture)
        return web.Response()


@asynccontextmanager
async def bucket(dice: random.Random) -> AsyncIterator[Bucket]:
    """Run a bucket on the loopback interface."""
    made, app = Bucket(dice), web.Application()
    app.router.add_put(f"/{BUCKET}/{{key:.+}}", made.put)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        made.port = runner.addresses[0][1]
        yield made
    finally:
        await runner.cleanup()
