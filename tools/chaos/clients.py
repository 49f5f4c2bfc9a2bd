"""Well-behaved clients: they repeat unanswered requests with the same key, and record every answer."""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp

from tools.chaos.history import History, Outcome
from tools.chaos.work import Kind, Work

MIX = {Kind.GOOD: 0.9, Kind.SLOW: 0.05, Kind.CORRUPT: 0.04, Kind.POISON: 0.01}
WITH_KEY, REPEATED = 0.8, 0.1
PAUSE_S, TIMEOUT_S, TRIES, LONGEST_RETRY_S = 0.25, 12, 10, 1.5
# "Nothing was accepted" is certain of these; of a server that does not answer it is not known what it did.
REFUSALS = frozenset({"/problems/queue-full", "/problems/store-full", "/problems/store-unavailable"})


@dataclass(frozen=True, slots=True)
class Clients:
    """Several clients that share a history; `url` says where the gateway is."""

    url: str
    history: History
    dice: random.Random
    numbers: Iterator[int]

    async def run(self, count: int, goes_on: Callable[[], bool]) -> None:
        """Send work until `goes_on` says no."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(self.url, timeout=timeout) as session:
            await asyncio.gather(*(self._client(session, goes_on) for _ in range(count)))

    async def _client(self, session: aiohttp.ClientSession, goes_on: Callable[[], bool]) -> None:
        while goes_on():
            [kind] = self.dice.choices(list(MIX), list(MIX.values()))
            work = Work(next(self.numbers), kind)
            key = f"key-{work.number}" if self.dice.random() < WITH_KEY else None
            accepted = await self._send(session, work, key)
            if key and accepted and self.dice.random() < REPEATED:
                await self._send(session, work, key)
            await asyncio.sleep(self.dice.expovariate(1 / PAUSE_S))

    async def _send(self, session: aiohttp.ClientSession, work: Work, key: str | None) -> bool:
        """Send one image until it is accepted; without a key never again where it is not known what was done."""
        for _ in range(TRIES):
            self.history.write(Outcome.INVOKE, work.number, work.kind, key=key)
            outcome, answer = await self._post(session, work, key)
            self.history.write(outcome, work.number, work.kind, key=key, **answer)
            if outcome is Outcome.OK:
                return True
            if outcome is Outcome.UNKNOWN and key is None:
                return False
            await asyncio.sleep(self.dice.uniform(0.2, LONGEST_RETRY_S))
        return False

    async def _post(
        self, session: aiohttp.ClientSession, work: Work, key: str | None
    ) -> tuple[Outcome, dict[str, Any]]:
        form = aiohttp.FormData({"width": "16"})
        form.add_field("file", work.image, filename="work.png", content_type="image/png")
        try:
            async with session.post(
                "/api/v1/tasks", data=form, headers={"Idempotency-Key": key} if key else {}
            ) as response:
                body = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return Outcome.UNKNOWN, {}
        if response.status in {200, 202}:  # 200: it was over when it was repeated
            return Outcome.OK, {"status": response.status, "task_id": body["id"]}
        refused = response.status == 429 or body.get("type") in REFUSALS
        return (Outcome.REFUSED if refused else Outcome.UNKNOWN), {"status": response.status}
