"""Tasks in Postgres. All statements are in task_queries.sql."""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import cached_property
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter, ValidationError
from pydantic.config import ExtraValues

from imagescaler.adapters.clients.postgres import Database, Row
from imagescaler.adapters.repositories.statements import load
from imagescaler.domain.backlog import DEFAULT_SECONDS_EACH, MAX_RETRY_AFTER_S, RETRY_SHARE, Backlog
from imagescaler.domain.errors import (
    IdempotencyKeyReused,
    LeaseLost,
    QuotaUsedUp,
    TaskExceedsQuota,
    TaskFinished,
    TaskInProgress,
    TaskNotFound,
    TaskOfNewerRelease,
)
from imagescaler.domain.options import Options
from imagescaler.domain.quota import Charge, Quota, Use
from imagescaler.domain.rate_limit import RateLimit
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Idempotency, NewTask, Task, attempts_exhausted
from imagescaler.domain.task.task_filter import TaskFilter
from imagescaler.domain.wait_limits import WaitLimits

Record = TypeVar("Record")
REFUSALS = (QuotaUsedUp, TaskExceedsQuota)
logger = logging.getLogger(__name__)
ADAPTERS: dict[type, TypeAdapter[Any]] = {}  # filled on first use, for a faster cold start


class PostgresTaskRepository:
    """A table with one row for each task."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @cached_property
    def _sql(self) -> Any:
        return load("task_queries.sql")

    async def add(self, new: NewTask) -> tuple[Task, bool]:
        key = new.idempotency and new.idempotency.key
        while True:  # a request with the same key can discard its task between the two statements
            added, limits, refusal = await self._insert(new)
            row = added or await self._database.row(
                self._sql.find_added, id=new.id, owner=new.owner, idempotency_key=key
            )
            if row:
                return replace(_first_use(row, new.idempotency), rate_limits=limits), row["id"] == new.id
            if refusal:
                raise refusal

    async def _insert(self, new: NewTask) -> tuple[Row, tuple[RateLimit, ...], QuotaUsedUp | None]:
        """Count and add a task, or neither of both; return its row, the limits after it, or why they refuse it."""
        charge = new.charge
        values = {
            "id": new.id,
            "owner": new.owner,
            "idempotency_key": new.idempotency and new.idempotency.key,
            "request_hash": new.idempotency and new.idempotency.request_hash,
            "options": _json(new.options),
            "source": _json(new.source) if new.source else None,
            "source_url": new.source_url,
            "renditions": _json(new.renditions),
            "key_id": charge and charge.key_id,
            "pixels": charge and charge.pixels,
            "webhook_url": new.webhook_url,
        }
        if charge is None:
            return await self._database.row(self._sql.add, **values), (), None

        async def insert(connection: asyncpg.Connection) -> tuple[Row, tuple[RateLimit, ...], QuotaUsedUp | None]:
            transaction = connection.transaction()
            await transaction.start()
            try:
                limits = await self._count(charge, connection)
            except QuotaUsedUp as refusal:  # raised outside: an exception would close the connection
                await transaction.rollback()
                return None, (), refusal
            row = await self._sql.add.row(connection, **values)
            await (transaction.commit() if row else transaction.rollback())
            return row, limits if row else (), None

        return await self._database.run(insert)

    async def _count(self, charge: Charge, connection: asyncpg.Connection) -> tuple[RateLimit, ...]:
        """Count a task in a transaction. The statement after the one that locks sees all tasks that were counted."""
        counted = await self._sql.count_task.row(connection, key_id=charge.key_id, tasks=1, pixels=charge.pixels)
        today, unfinished = Use(counted["tasks"] - 1, counted["pixels"] - charge.pixels), Use()
        if charge.limits_at_once:
            unfinished = Use(*await self._sql.count_unfinished.row(connection, key_id=charge.key_id))
        return charge.admit(today, unfinished, day_ends_after_s=counted["day_ends_after_s"])

    async def _count_source(self, key_id: str, pixels: int, default: Quota, connection: asyncpg.Connection) -> None:
        """Count the source of a task, in the transaction that has written its pixels."""
        counted = await self._sql.count_task.row(connection, key_id=key_id, tasks=0, pixels=pixels)
        charge = Charge(key_id, default.with_own(json.loads(counted["quota"])).of_pixels, pixels)
        charge.check_alone()
        unfinished = await self._sql.count_unfinished.row(connection, key_id=key_id)
        uses = Use(pixels=counted["pixels"] - pixels), Use(pixels=unfinished["pixels"] - pixels)
        charge.admit(*uses, day_ends_after_s=counted["day_ends_after_s"])

    async def find(self, owner: str, idempotency: Idempotency) -> Task | None:
        row = await self._database.row(self._sql.find_by_key, owner=owner, idempotency_key=idempotency.key)
        return _first_use(row, idempotency) if row else None

    async def get(self, task_id: UUID) -> Task:
        row = await self._database.row(self._sql.get, id=task_id)
        if row is None:
            raise TaskNotFound.of(task_id)
        return _task(row).as_of(row["asked_at"])

    async def note_message(self, task_id: UUID, message_id: str) -> bool:
        return await self._database.value(self._sql.note_message, id=task_id, message_id=message_id) is not None

    async def discard(self, task_id: UUID) -> bool:
        return bool(await self._database.value(self._sql.discard, id=task_id))

    async def claim(self, task_id: UUID, *, lease_s: float, max_attempts: int) -> Task:
        row = await self._database.row(
            self._sql.claim,
            id=task_id,
            lease_s=float(lease_s),
            max_attempts=max_attempts,
            attempts_exhausted=_json(attempts_exhausted(max_attempts)),
        )
        if row is None:
            return await self._raise_refusal(task_id)
        try:
            return _task(row, unknown_options="forbid")
        except ValidationError as error:
            await self._database.row(self._sql.release, id=task_id, attempt=row["attempt"], uncounted=1)
            raise TaskOfNewerRelease from error

    async def set_source(self, task: Task, source: Source, *, pixels: int, default: Quota) -> Task:
        values = {"id": task.id, "attempt": task.attempt, "source": _json(source), "pixels": pixels}

        async def write(connection: asyncpg.Connection) -> tuple[Row, QuotaUsedUp | TaskExceedsQuota | None]:
            transaction = connection.transaction()
            await transaction.start()
            row = await self._sql.set_source.row(connection, **values)
            try:
                if row and pixels and row["key_id"] is not None:
                    await self._count_source(row["key_id"], pixels, default, connection)
            except REFUSALS as refusal:  # raised outside: an exception would close the connection
                await transaction.rollback()
                return None, refusal
            await transaction.commit()
            return row, None

        row, refusal = await self._database.run(write)
        if refusal:
            raise refusal
        return _task(row) if row else await self._stored_end(task, Status.PENDING)

    async def complete(self, task: Task, result: Result | None, source: Source, *, ttl_s: int) -> Task:
        row = await self._database.row(
            self._sql.complete,
            id=task.id,
            attempt=task.attempt,
            result=_json(result) if result else None,
            source=_json(source),
            renditions=_json(task.renditions),
            ttl_s=float(ttl_s),
        )
        return _task(row) if row else await self._stored_end(task, Status.COMPLETED)

    async def fail(self, task: Task, failure: Failure) -> Task:
        row = await self._database.row(
            self._sql.fail,
            id=task.id,
            attempt=task.attempt,
            failure=_json(failure),
            renditions=_json(task.renditions),
        )
        return _task(row) if row else await self._stored_end(task, Status.FAILED)

    async def abandon(self, task_id: UUID, failure: Failure) -> Task:
        row = await self._database.row(self._sql.abandon, id=task_id, failure=_json(failure))
        return _task(row) if row else await self._raise_refusal(task_id)

    async def release(self, task: Task, *, uncounted: bool = False) -> Task:
        row = await self._database.row(self._sql.release, id=task.id, attempt=task.attempt, uncounted=int(uncounted))
        return _task(row) if row else await self._stored_end(task, Status.PENDING)

    async def expire(self, task_id: UUID) -> None:
        await self._database.value(self._sql.expire, id=task_id)

    async def take_stale(self, *, older_than_s: float, limit: int) -> Sequence[Task]:
        rows = await self._database.rows(self._sql.take_stale, older_than_s=float(older_than_s), limit=limit)
        return list(_readable(rows))

    async def expire_due(self, *, limit: int) -> int:
        return int(await self._database.value(self._sql.expire_due, limit=limit))

    async def delete_ended(self, *, older_than_s: float, limit: int) -> int:
        return int(await self._database.value(self._sql.delete_ended, older_than_s=float(older_than_s), limit=limit))

    async def take_unpurged(self, *, older_than_s: float, limit: int) -> Sequence[Task]:
        rows = await self._database.rows(self._sql.take_unpurged, older_than_s=float(older_than_s), limit=limit)
        return list(_readable(rows))

    async def note_purged(self, task_id: UUID) -> None:
        await self._database.value(self._sql.note_purged, id=task_id)

    async def delete(self, task_id: UUID) -> Task:
        row = await self._database.row(self._sql.delete, id=task_id)
        return _task(row) if row else await self.get(task_id)

    async def list_tasks(self, owner: str, chosen: TaskFilter, *, limit: int) -> Sequence[Task]:
        query, status = self._sql.list_tasks, {}
        if chosen.status is not None:
            query, status = self._sql.list_tasks_by_status, {"status": chosen.status}
        rows = await self._database.rows(
            query,
            owner=owner,
            created_after=chosen.created_after,
            before=chosen.before and chosen.before.created_at,
            before_id=chosen.before and chosen.before.id,
            limit=limit,
            **status,
        )
        return [task.as_of(row["asked_at"]) for row, task in zip(rows, map(_task, rows), strict=True)]

    async def backlog(self, task: Task | None = None) -> Backlog:
        row = await self._database.row(
            self._sql.backlog,
            created_at=task and task.created_at,
            longest_s=float(MAX_RETRY_AFTER_S) if task else MAX_RETRY_AFTER_S / RETRY_SHARE,
            default_s=DEFAULT_SECONDS_EACH,
        )
        return Backlog(row["unfinished"], row["seconds_each"])

    async def begin_wait(self, wait_id: UUID, owner: str, *, limits: WaitLimits, lease_s: float) -> bool:
        function = limits.aws_lambda_function_name

        lock, add = self._sql.lock_waits, self._sql.add_wait
        arguments = {
            "id": wait_id,
            "function": function,
            "owner": owner,
            "lease_s": float(lease_s),
            "most": limits.most,
            "most_of_owner": limits.most_of(owner),
        }

        async def begin(connection: asyncpg.Connection) -> bool:
            async with connection.transaction():
                await connection.execute(lock.sql, function)
                return await connection.fetchval(add.sql, *(arguments[name] for name in add.parameters)) is not None

        return await self._database.run(begin)

    async def end_wait(self, wait_id: UUID) -> None:
        await self._database.value(self._sql.end_wait, id=wait_id)

    async def ping(self) -> None:
        await self._database.value(self._sql.ping)

    async def _raise_refusal(self, task_id: UUID) -> NoReturn:
        """Raise the reason why a task is not free: TaskNotFound, TaskFinished or TaskInProgress."""
        raise TaskFinished if (await self.get(task_id)).status.is_final else TaskInProgress

    async def _stored_end(self, task: Task, status: Status) -> Task:
        """Return the task if an earlier try of the statement had ended this attempt; raises LeaseLost."""
        stored = await self.get(task.id)
        if (stored.attempt, stored.status) != (task.attempt, status):
            raise LeaseLost
        return stored


def _json(record: Any) -> str:
    plain = [asdict(each) for each in record] if isinstance(record, tuple) else asdict(record)
    return json.dumps(plain, ensure_ascii=False)  # SQL_ASCII databases reject \u escapes in jsonb


def _first_use(row: Row, idempotency: Idempotency | None) -> Task:
    """Return the task as of now; raises IdempotencyKeyReused if its key was used for another request."""
    if idempotency is not None and row["request_hash"] != idempotency.request_hash:
        raise IdempotencyKeyReused.of(idempotency.key)
    return _task(row).as_of(row["asked_at"])


def _task(row: Row, *, unknown_options: ExtraValues = "ignore") -> Task:
    return Task(
        id=row["id"],
        owner=row["owner"],
        status=Status(row["status"]),
        options=_read(Options, row["options"], unknown_options),
        source=_read(Source, row["source"]) if row["source"] else None,
        source_url=row["source_url"],
        attempt=row["attempt"],
        uncounted_attempts=row["uncounted_attempts"],
        message_id=row["message_id"],
        enqueue_count=row["enqueue_count"],
        enqueued_at=row["enqueued_at"],
        swept_at=row["swept_at"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        lease_until=row["lease_until"],
        expires_at=row["expires_at"],
        result=_read(Result, row["result"]) if row["result"] else None,
        failure=_read(Failure, row["failure"]) if row["failure"] else None,
        renditions=_read(tuple[Rendition, ...], row["renditions"], unknown_options),
        webhook_url=row["webhook_url"],
    )


def _readable(rows: Iterable[Row]) -> Iterator[Task]:
    """Skip rows of a newer release that this one cannot read, so that they do not stop the others."""
    for row in rows:
        try:
            yield _task(row)
        except ValidationError:
            logger.exception("a task cannot be read", extra={"task_id": str(row["id"])})


def _read(record: type[Record], text: str, unknown: ExtraValues = "ignore") -> Record:
    """Parse a record. Fields that an older release did not write have their defaults.

    What a newer one wrote is left out; raises ValidationError if it is necessary, or if `unknown` is "forbid".
    """
    if record not in ADAPTERS:
        ADAPTERS[record] = TypeAdapter(record)
    adapter: TypeAdapter[Record] = ADAPTERS[record]
    try:
        return adapter.validate_json(text, extra=unknown)
    except ValidationError as error:
        plain = json.loads(text)
        if unknown == "forbid" or not _remove(plain, error.errors()[0]["loc"]):
            raise
        return _read(record, json.dumps(plain), unknown)


def _remove(plain: Any, location: Sequence[int | str]) -> bool:
    """Remove the innermost part that a location leads to; False if there is none."""
    if not location or not isinstance(plain, dict | list):
        return False
    key: Any = location[0]
    if isinstance(plain, dict) and key not in plain:
        return False
    if not _remove(plain[key], location[1:]):
        del plain[key]
    return True
