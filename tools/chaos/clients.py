"""Well-behaved clients: they repeat unanswered requests with the same key, and record every answer."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from imagescaler.domain.api_key import Credential
from tools.chaos.history import History, Outcome
from tools.chaos.work import RENDITIONS, Kind, Way, Work, color_of

MIX = {Kind.GOOD: 0.9, Kind.SLOW: 0.05, Kind.CORRUPT: 0.04, Kind.POISON: 0.01}
WAYS = {Way.FORM: 0.25, Way.WAIT: 0.15, Way.ONE: 0.15, Way.UPLOAD: 0.15, Way.RENDITIONS: 0.15, Way.URL: 0.15}
WITH_KEY, REPEATED, WAITING, DELETED, READERS = 0.8, 0.1, 0.3, 0.1, 3
OK, CREATED, NO_CONTENT, TOO_MANY = 200, 201, 204, 429
RECENT = 20  # of the tasks that are deleted: some have not ended
NO_COLOR = (255, 255, 255)  # of a result with several colors: no work has this number
PAUSE_S, TIMEOUT_S, TRIES, LONGEST_RETRY_S, UPLOAD_S, STRANGER_S = 0.25, 12, 10, 1.5, 0.5, 0.5
# "Nothing was accepted" is certain of these; of a server that does not answer it is not known what it did.
REFUSALS = frozenset({"/problems/queue-full", "/problems/store-full", "/problems/store-unavailable"})
NOTHING_ACCEPTED, BUG = "Nothing was accepted", "This is an error of the service"


@dataclass(frozen=True, slots=True)
class Clients:
    """Several clients that share a history; `url` is the gateway's, `images_url` that of the host of the images."""

    url: str
    images_url: str
    receiver_url: str
    history: History
    dice: random.Random
    numbers: Iterator[int]
    headers: Mapping[str, str] = field(default_factory=dict)
    accepted: list[tuple[str, Work, Way]] = field(default_factory=list)
    deletes: bool = True

    async def run(self, count: int, goes_on: Callable[[], bool]) -> None:
        """Send work until `goes_on` says no."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(self.url, timeout=timeout, headers=self.headers) as session:
            readers = (self._read(session, goes_on) for _ in range(READERS))
            clients = (self._client(session, goes_on) for _ in range(count))
            await asyncio.gather(*clients, *readers, self._stranger(session, goes_on))

    async def _client(self, session: aiohttp.ClientSession, goes_on: Callable[[], bool]) -> None:
        while goes_on():
            [kind] = self.dice.choices(list(MIX), list(MIX.values()))
            [way] = self.dice.choices(list(WAYS), list(WAYS.values()))
            work = Work(next(self.numbers), kind)
            key = f"key-{work.number}" if self.dice.random() < WITH_KEY else None
            accepted = await self._send(session, work, way, key)
            if key and accepted and way is not Way.UPLOAD and self.dice.random() < REPEATED:
                await self._send(session, work, way, key)
            if self.deletes and accepted and self.dice.random() < DELETED:
                task_id, work, _ = self.dice.choice(self.accepted[-RECENT:])
                await self._delete(session, task_id, work)
            await asyncio.sleep(self.dice.expovariate(1 / PAUSE_S))

    async def _delete(self, session: aiohttp.ClientSession, task_id: str, work: Work) -> None:
        """Delete a task, which may be over or not; again until there is an answer."""
        self.history.write(Outcome.DELETE, work.number, work.kind, task_id=task_id)
        for _ in range(TRIES):
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.delete(f"/api/v1/tasks/{task_id}") as response:
                    if response.status == NO_CONTENT:
                        self.history.write(Outcome.DELETED, work.number, work.kind, task_id=task_id)
                        return
            await asyncio.sleep(self.dice.uniform(0.2, LONGEST_RETRY_S))

    async def _send(self, session: aiohttp.ClientSession, work: Work, way: Way, key: str | None) -> bool:
        """Send one image until it is accepted; without a key never again where it is not known what was done."""
        upload_id: str | None = None
        for _ in range(TRIES):
            self.history.write(Outcome.INVOKE, work.number, work.kind, key=key, way=way)
            answer: dict[str, Any] = {}
            if way is Way.UPLOAD and upload_id is None:
                upload_id, answer = await self._upload(session, work)
            if way is Way.UPLOAD and upload_id is None:
                outcome = Outcome.REFUSED  # no task was asked for yet
            else:
                outcome, answer = await self._post(session, work, way, key, upload_id)
            self.history.write(outcome, work.number, work.kind, key=key, way=way, **answer)
            if outcome is Outcome.OK:
                self.accepted.append((answer["task_id"], work, way))
                return True
            if outcome is Outcome.UNKNOWN and key is None:
                return False
            await asyncio.sleep(self.dice.uniform(0.2, LONGEST_RETRY_S))
        return False

    async def _upload(self, session: aiohttp.ClientSession, work: Work) -> tuple[str | None, dict[str, Any]]:
        """Send the image in two parts to a signed URL; without an id, say what the answer was."""
        body = {"bytes": len(work.image), "media_type": "image/png"}
        try:
            async with session.post("/api/v1/uploads", json=body) as response:
                if response.status != CREATED:
                    return None, await _described(response)
                made = await response.json()
            headers = made["headers"] | {"Content-Length": str(len(work.image))}
            async with session.put(made["url"], data=_slowly(work.image), headers=headers) as response:
                return (str(made["id"]), {}) if response.status == OK else (None, {"status": response.status})
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None, {}

    async def _post(
        self, session: aiohttp.ClientSession, work: Work, way: Way, key: str | None, upload_id: str | None
    ) -> tuple[Outcome, dict[str, Any]]:
        headers = {"Idempotency-Key": key} if key else {}
        if way in {Way.WAIT, Way.ONE}:
            headers["Prefer"] = "wait=2"
        if way is Way.ONE:
            headers |= {"Accept": "image/*", "Content-Type": "image/png"}
        asked_at_s, body = time.time(), self._body(work, way, upload_id)
        try:
            async with session.post("/api/v1/tasks", headers=headers, **body) as response:
                task_id = response.headers.get("Location", "").rpartition("/")[2]
                if response.content_type.startswith("image/"):
                    self._note_picture(work, task_id, await response.read(), asked_at_s)
                    answer = {}
                else:
                    answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return Outcome.UNKNOWN, {}
        if task_id:  # accepted: unfinished, over in time, or over when it was repeated
            return Outcome.OK, {"status": response.status, "task_id": task_id, "state": answer.get("status")}
        refused = response.status == TOO_MANY or answer.get("type") in REFUSALS
        refused = refused or NOTHING_ACCEPTED in str(answer.get("detail"))
        return (Outcome.REFUSED if refused else Outcome.UNKNOWN), _description(response.status, answer)

    def _body(self, work: Work, way: Way, upload_id: str | None) -> dict[str, Any]:
        fields = {"webhook_url": self.receiver_url} if work.is_reported else {}
        fields |= {"target_url": work.target_url} if work.target_url else {}
        match way:
            case Way.UPLOAD:
                return {"json": fields | {"upload_id": upload_id, "width": 16}}
            case Way.URL:
                return {"json": fields | {"source_url": self.images_url + work.path, "width": 16}}
            case Way.ONE:
                return {"data": work.image, "params": fields | {"width": "16"}}
        return {"data": _form(work, way, fields)}

    async def _read(self, session: aiohttp.ClientSession, goes_on: Callable[[], bool]) -> None:
        """Ask for accepted tasks and their results, again and again."""
        while goes_on():
            await asyncio.sleep(self.dice.expovariate(1 / PAUSE_S))
            if not self.accepted:
                continue
            task_id, work, way = self.dice.choice(self.accepted)
            with suppress(aiohttp.ClientError, TimeoutError, ValueError):
                prefer = {"Prefer": "wait=1"} if self.dice.random() < WAITING else {}
                asked_at_s = time.time()
                async with session.get(f"/api/v1/tasks/{task_id}", headers=prefer) as response:
                    answer = await response.json(content_type=None)
                    state = answer.get("status") if response.status == OK else None
                    self._note(work, task_id, response.status, answer, asked_at_s, state=state)
                asked_at_s = time.time()
                parameters = {"rendition": self.dice.choice(RENDITIONS)} if way is Way.RENDITIONS else {}
                async with session.get(
                    f"/api/v1/results/{task_id}", params=parameters, headers={"Accept": "image/*"}
                ) as response:
                    if response.status == OK:
                        self._note_picture(work, task_id, await response.read(), asked_at_s)
                    else:
                        answer = await response.json(content_type=None)
                        self._note(work, task_id, response.status, answer, asked_at_s)

    async def _stranger(self, session: aiohttp.ClientSession, goes_on: Callable[[], bool]) -> None:
        """Guess API keys, from the address of all the others."""
        while goes_on() and self.headers:
            await asyncio.sleep(self.dice.expovariate(1 / STRANGER_S))
            headers = {"Authorization": f"Bearer {Credential.new().text}"}
            with suppress(aiohttp.ClientError, TimeoutError, ValueError):
                async with session.get(f"/api/v1/tasks/{uuid4()}", headers=headers) as response:
                    self.history.write(Outcome.STRANGER, 0, Kind.GOOD, **await _described(response))

    def _note(self, work: Work, task_id: str, status: int, answer: Any, asked_at_s: float, **more: Any) -> None:
        more |= _description(status, answer)
        self.history.write(Outcome.READ, work.number, work.kind, task_id=task_id, asked_at_s=asked_at_s, **more)

    def _note_picture(self, work: Work, task_id: str, picture: bytes, asked_at_s: float) -> None:
        more = {"status": OK, "color": color_of(picture) or NO_COLOR, "asked_at_s": asked_at_s}
        self.history.write(Outcome.READ, work.number, work.kind, task_id=task_id, **more)


async def _described(response: aiohttp.ClientResponse) -> dict[str, Any]:
    return _description(response.status, await response.json(content_type=None))


def _description(status: int, answer: Any) -> dict[str, Any]:
    """Return what the history has of an answer that may be a problem."""
    problem = answer if isinstance(answer, dict) else {}
    return {"status": status, "problem": problem.get("type"), "bug": BUG in str(problem.get("detail"))}


async def _slowly(image: bytes) -> AsyncIterator[bytes]:
    """Yield an image in two parts: there is time for a fault between them."""
    middle = len(image) // 2
    yield image[:middle]
    await asyncio.sleep(UPLOAD_S)
    yield image[middle:]


def _form(work: Work, way: Way, fields: Mapping[str, str]) -> aiohttp.FormData:
    several = json.dumps([{"name": name, "width": 16 >> index} for index, name in enumerate(RENDITIONS)])
    sizes = {"renditions": several} if way is Way.RENDITIONS else {"width": "16"}
    form = aiohttp.FormData({**fields, **sizes})
    form.add_field("file", work.image, filename="work.png", content_type="image/png")
    return form
