"""Tasks in memory, for tests. Its rules are the transitions of `Task`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from imagescaler.domain.backlog import Backlog
from imagescaler.domain.errors import IdempotencyKeyReused, TaskNotFound
from imagescaler.domain.quota import Charge, Quota, Use
from imagescaler.domain.rate_limit import RateLimit
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Idempotency, NewTask, Task
from imagescaler.domain.task.task_filter import TaskFilter
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.domain.webhook import EventType, Webhook


class MemoryTaskRepository:
    """Tasks in a dictionary."""

    def __init__(self, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.tasks: dict[UUID, Task] = {}
        self.webhooks: dict[UUID, Webhook] = {}
        self._keys: dict[tuple[str, str], tuple[UUID, Idempotency]] = {}
        self._charges: dict[UUID, Charge] = {}
        self._waits: dict[UUID, tuple[str, str, datetime]] = {}
        self._clock = clock

    def now(self) -> datetime:
        """Return the time of the clock."""
        return self._clock()

    async def add(self, new: NewTask) -> tuple[Task, bool]:
        if new.idempotency is not None and (known := self._find(new.owner, new.idempotency)):
            return known, known.id == new.id
        now = self._clock()
        task = Task(
            new.id,
            Status.PENDING,
            new.options,
            new.source,
            now,
            new.owner,
            renditions=new.renditions,
            source_url=new.source_url,
            webhook_url=new.webhook_url,
        )
        limits: tuple[RateLimit, ...] = ()
        if new.charge and new.id not in self.tasks:
            limits = self._count(new.charge, now)
            self._charges[new.id] = new.charge
        if new.idempotency is not None:
            self._keys[new.owner, new.idempotency.key] = (new.id, new.idempotency)
        return replace(self.tasks.setdefault(new.id, task), rate_limits=limits), True

    async def find(self, owner: str, idempotency: Idempotency) -> Task | None:
        return self._find(owner, idempotency)

    async def get(self, task_id: UUID) -> Task:
        return self._stored(task_id).as_of(self._clock())

    async def note_message(self, task_id: UUID, message_id: str) -> bool:
        if task_id not in self.tasks:
            return False
        task = self.tasks[task_id]
        self._save(
            replace(task, message_id=message_id, enqueue_count=task.enqueue_count + 1, enqueued_at=self._clock())
        )
        return True

    async def discard(self, task_id: UUID) -> bool:
        task = self.tasks.get(task_id)
        if task is not None and (task.status, task.attempt, task.message_id) != (Status.PENDING, 0, None):
            return False
        self.tasks.pop(task_id, None)
        self._charges.pop(task_id, None)
        return True

    async def claim(self, task_id: UUID, *, lease_s: float, max_attempts: int) -> Task:
        return self._save(self._stored(task_id).claimed(self._clock(), lease_s=lease_s, max_attempts=max_attempts))

    async def set_source(self, task: Task, source: Source, *, pixels: int, default: Quota) -> Task:
        """Count; the limits that the task was added with are those of its key."""
        stored, charge = self._stored(task.id), self._charges.get(task.id)
        fetched = stored.fetched(task.attempt, source)
        if charge and stored.source is None:
            added = Charge(charge.key_id, default.with_own(asdict(charge.quota)).of_pixels, pixels)
            added.check_alone()
            self._count(added, self._clock())
            self._charges[task.id] = replace(charge, pixels=charge.pixels + pixels)
        return self._save(fetched)

    async def complete(self, task: Task, result: Result | None, source: Source, *, ttl_s: int) -> Task:
        ended = self._stored(task.id).completed(
            task.attempt, self._clock(), result, source, ttl_s=ttl_s, renditions=task.renditions
        )
        return self._save(ended)

    async def fail(self, task: Task, failure: Failure) -> Task:
        stored = self._stored(task.id)
        return self._save(stored.failed(task.attempt, self._clock(), failure, renditions=task.renditions))

    async def abandon(self, task_id: UUID, failure: Failure) -> Task:
        return self._save(self._stored(task_id).abandoned(self._clock(), failure))

    async def release(self, task: Task, *, uncounted: bool = False) -> Task:
        return self._save(self._stored(task.id).released(task.attempt, uncounted=uncounted))

    async def expire(self, task_id: UUID) -> None:
        if task_id in self.tasks:
            self._save(self.tasks[task_id].expired())

    async def take_stale(self, *, older_than_s: float, limit: int) -> Sequence[Task]:
        now = self._clock()
        before = now - timedelta(seconds=older_than_s)
        never = datetime.min.replace(tzinfo=UTC)
        stale = [
            task
            for task in self.tasks.values()
            if task.is_free(before) and max(task.created_at, task.swept_at or never) <= before
        ]
        stale.sort(key=lambda task: (task.swept_at or never, task.created_at))
        return [self._save(replace(task, swept_at=now)) for task in stale[:limit]]

    async def expire_due(self, *, limit: int) -> int:
        due = [task for task in self.tasks.values() if task.as_of(self._clock()) != task][:limit]
        return len([self._save(task.expired()) for task in due])

    async def delete_ended(self, *, older_than_s: float, limit: int) -> int:
        before = self._clock() - timedelta(seconds=older_than_s)
        over = [task for task in self.tasks.values() if task.status in {Status.FAILED, Status.EXPIRED, Status.DELETED}]
        ended = [task for task in over if task.completed_at is not None and task.completed_at <= before]
        ended = [task for task in ended if task.status is not Status.DELETED or task.expires_at is None]
        return len([self.tasks.pop(task.id) for task in ended[:limit]])

    async def take_unpurged(self, *, older_than_s: float, limit: int) -> Sequence[Task]:
        now = self._clock()
        before = now - timedelta(seconds=older_than_s)
        deleted = [task for task in self.tasks.values() if task.status is Status.DELETED]
        due = [task for task in deleted if task.expires_at is not None and task.expires_at <= before]
        return [self._save(replace(task, expires_at=now)) for task in due[:limit]]

    async def note_purged(self, task_id: UUID) -> None:
        self._save(replace(self._stored(task_id), expires_at=None))

    async def delete(self, task_id: UUID) -> Task:
        return self._save(self._stored(task_id).deleted(self._clock()))

    async def list_tasks(self, owner: str, chosen: TaskFilter, *, limit: int) -> Sequence[Task]:
        own = [task.as_of(self._clock()) for task in self.tasks.values() if task.owner == owner]
        own.sort(key=lambda task: (task.created_at, task.id), reverse=True)
        return [task for task in own if chosen.includes(task)][:limit]

    async def backlog(self, task: Task | None = None) -> Backlog:
        unfinished = sum(
            not each.status.is_final and (task is None or each.created_at <= task.created_at)
            for each in self.tasks.values()
        )
        spans = [
            (each.started_at, each.completed_at)
            for each in self.tasks.values()
            if each.status is Status.COMPLETED and each.started_at and each.completed_at
        ]
        return Backlog.of(unfinished, _seconds_each(spans[-20:]))

    async def begin_wait(self, wait_id: UUID, owner: str, *, limits: WaitLimits, lease_s: float) -> bool:
        now, function = self._clock(), limits.aws_lambda_function_name
        self._waits = {key: wait for key, wait in self._waits.items() if wait[2] > now}
        owners = [each for name, each, _ in self._waits.values() if name == function]
        if len(owners) >= limits.most or owners.count(owner) >= limits.most_of(owner):
            return False
        self._waits[wait_id] = (function, owner, now + timedelta(seconds=lease_s))
        return True

    async def end_wait(self, wait_id: UUID) -> None:
        self._waits.pop(wait_id, None)

    async def ping(self) -> None:
        pass

    def _count(self, charge: Charge, now: datetime) -> tuple[RateLimit, ...]:
        own = {task_id: each for task_id, each in self._charges.items() if each.key_id == charge.key_id}
        charged = [(self.tasks[task_id], each) for task_id, each in own.items() if task_id in self.tasks]
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        today = [each for task, each in charged if task.created_at >= midnight]
        unfinished = [each for task, each in charged if not task.status.is_final]
        uses = (Use(len(each), sum(one.pixels for one in each)) for each in (today, unfinished))
        return charge.admit(*uses, day_ends_after_s=(midnight + timedelta(days=1) - now).total_seconds())

    def _find(self, owner: str, idempotency: Idempotency) -> Task | None:
        task_id, known = self._keys.get((owner, idempotency.key), (None, None))
        if task_id not in self.tasks:
            return None
        if known != idempotency:
            raise IdempotencyKeyReused.of(idempotency.key)
        return self.tasks[task_id].as_of(self._clock())

    def _stored(self, task_id: UUID) -> Task:
        try:
            return self.tasks[task_id]
        except KeyError:
            raise TaskNotFound.of(task_id) from None

    def _save(self, task: Task) -> Task:
        event = EventType.of(self.tasks[task.id].status, task.status)
        if event and task.webhook_url:
            now = self._clock()
            webhook = Webhook(uuid4(), task.id, task.owner, event, task.webhook_url, now, next_attempt_at=now)
            self.webhooks[webhook.id] = webhook
        self.tasks[task.id] = task
        return task


def _seconds_each(spans: list[tuple[datetime, datetime]]) -> float | None:
    if not spans:
        return None
    own_s = sum((end - start).total_seconds() for start, end in spans)
    together_s = (max(end for _, end in spans) - min(start for start, _ in spans)).total_seconds()
    return min(own_s, together_s) / len(spans)
