"""A task and its transitions: pure functions, shared by all repositories."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from imagescaler.domain.errors import (
    AttemptsExhausted,
    LeaseLost,
    NoRenditionMade,
    RenditionNotFound,
    RenditionNotNamed,
    TaskFinished,
    TaskInProgress,
    TaskNotFound,
)
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.domain.quota import Charge
from imagescaler.domain.rate_limit import RateLimit
from imagescaler.domain.task.outcome import Failure, Outcome, Result
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.status import TRANSITIONS, Status
from imagescaler.domain.unused_options import unused_options
from imagescaler.domain.watermark import watermark_keys

MAX_UNCOUNTED_ATTEMPTS = 8  # 8 + MAX_ATTEMPTS (3) is below the queue's maxReceiveCount (12)
SOURCE_LOST = "The image was no longer in the store when its turn came. Send it again."


@dataclass(frozen=True, slots=True)
class Idempotency:
    """An idempotency key, and the hash of the request that it was first used for."""

    key: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task before it is accepted; it has no `charge` if its key has no quota."""

    id: UUID
    options: Options
    source: Source | None
    owner: str = ""
    idempotency: Idempotency | None = None
    renditions: tuple[Rendition, ...] = ()
    source_url: str | None = None
    charge: Charge | None = None
    webhook_url: str | None = None

    @property
    def source_key(self) -> str:
        """Store key of the source image."""
        return source_key(self.id)

    @property
    def watermark_keys(self) -> dict[str, str]:
        """Store keys of the uploaded watermarks, by the option."""
        return watermark_keys(self.source_key, [self.options, *(each.options for each in self.renditions)])


@dataclass(frozen=True, slots=True)
class Task:
    """A task as stored; all times are in UTC and come from the repository's clock.

    `attempt` counts the claims and is the fence: writes of an attempt are refused once a later one has begun.
    `uncounted_attempts` are those released because Postgres, Redis or the store was unavailable.
    `enqueue_count` is the number of messages pushed for the task, the last one at `enqueued_at`. `swept_at` is when
    the sweeper last checked it. A task with renditions has its options and results there, and none of its own.
    A task with a `source_url` has no source until it has been fetched. Fetching takes attempts as scaling does.
    If there is a `webhook_url`, the end of the task, and of its results, is reported there.
    A deleted task has no outcome. Its `completed_at` is when it was deleted, and after its `expires_at` no attempt can
    store an image; that is None once the sweeper has deleted the images again. `rate_limits` are those of its key
    after it was added, and empty when it is read later.
    """

    id: UUID
    status: Status
    options: Options
    source: Source | None
    created_at: datetime
    owner: str = ""
    attempt: int = 0
    uncounted_attempts: int = 0
    message_id: str | None = None
    enqueue_count: int = 0
    enqueued_at: datetime | None = None
    swept_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    lease_until: datetime | None = None
    expires_at: datetime | None = None
    result: Result | None = None
    failure: Failure | None = None
    renditions: tuple[Rendition, ...] = ()
    source_url: str | None = None
    rate_limits: tuple[RateLimit, ...] = ()
    webhook_url: str | None = None

    @property
    def source_key(self) -> str:
        """Store key of the source image."""
        return source_key(self.id)

    @property
    def watermark_keys(self) -> dict[str, str]:
        """Store keys of the uploaded watermarks, by the option."""
        return watermark_keys(self.source_key, self.output_options)

    @property
    def source_keys(self) -> tuple[str, ...]:
        """Store keys of the source and of its watermarks."""
        return (self.source_key, *self.watermark_keys.values())

    @property
    def image_keys(self) -> tuple[str, ...]:
        """Store keys of the source, its watermarks, and all results that any attempt can have stored."""
        attempts = (replace(self, attempt=number) for number in range(1, self.attempt + 1))
        return (*self.source_keys, *(key for each in attempts for key in each.result_keys))

    def result_key(self, name: str | None = None) -> str:
        """Store key of this attempt's result. Keys are per attempt, so a late worker cannot overwrite a newer one."""
        key = f"results/{self.id}/{self.attempt}"
        return f"{key}/{name}" if name else key

    @property
    def result_keys(self) -> tuple[str, ...]:
        """Store keys of all results of this attempt."""
        return tuple(self.result_key(each.name) for each in self.renditions) or (self.result_key(),)

    @property
    def output_options(self) -> tuple[Options, ...]:
        """Options of each result, in the order of `result_keys`."""
        return tuple(each.options for each in self.renditions) or (self.options,)

    def file_name(self, index: int, fmt: Format) -> str:
        """File name of a result, from the id of the task and the name of the rendition."""
        name = f"-{self.renditions[index].name}" if self.renditions else ""
        return f"{self.id}{name}.{fmt.info.extension}"

    def result_ttl_s(self, default_s: int) -> int:
        """Seconds for which all results are kept: the most that any of them asks for."""
        return max(each.result_ttl_s or default_s for each in self.output_options)

    def ended(self, outcomes: Sequence[Outcome]) -> Self:
        """Return a copy with the outcome of each output; it has a failure if no output has a result."""
        if not self.renditions:
            [outcome] = outcomes
            if isinstance(outcome, Failure):
                return replace(self, failure=outcome)
            return replace(self, result=outcome)
        renditions = tuple(each.ended(outcome) for each, outcome in zip(self.renditions, outcomes, strict=True))
        causes = {each.name: each.failure.detail for each in renditions if each.failure}
        failure = Failure.of(NoRenditionMade.of(causes)) if len(causes) == len(renditions) else None
        return replace(self, renditions=renditions, failure=failure)

    def outcome(self, name: str | None = None) -> Outcome | None:
        """Return the outcome of the task or of a rendition, None if it has not ended.

        Raises RenditionNotNamed if the task has renditions and `name` is None, RenditionNotFound for an unknown name.
        """
        if not self.renditions and name is None:
            return self.failure or self.result
        names = [each.name for each in self.renditions]
        if name is None:
            raise RenditionNotNamed.of(self.id, names)
        if name not in names:
            raise RenditionNotFound.of(self.id, name, names)
        rendition = self.renditions[names.index(name)]
        return rendition.failure or self.failure or rendition.result

    def status_of(self, rendition: Rendition) -> Status:
        """Status of a rendition: `failed` if it failed by itself, else that of the task."""
        return Status.FAILED if rendition.failure else self.status

    def visible_to(self, owner: str) -> Self:
        """Return the task if `owner` owns it; raises TaskNotFound."""
        if self.owner != owner:
            raise TaskNotFound.of(self.id)
        return self

    @property
    def warnings(self) -> tuple[str, ...]:
        """Options that have no effect, and what the receipts of its results warn of, each sentence once."""
        results = (self.result, *(each.result for each in self.renditions))
        receipts = (text for each in results if each and each.receipt for text in each.receipt.warnings)
        return tuple(dict.fromkeys((*self._unused_options(), *receipts)))

    def _unused_options(self) -> Iterator[str]:
        if self.source is None:
            return
        of_names = {f"{each.name}: ": each.options for each in self.renditions} or {"": self.options}
        for name, options in of_names.items():
            for sentence in unused_options(options, self.source.format, self.source.frames).values():
                yield f"{name}{sentence}"

    @property
    def attempts_exhausted(self) -> bool:
        """True if it failed because all attempts were used up, and not because of its image."""
        return self.failure is not None and self.failure.type == AttemptsExhausted.slug()

    @property
    def counted_attempts(self) -> int:
        """Number of attempts that count towards `MAX_ATTEMPTS`."""
        return self.attempt - self.uncounted_attempts

    @property
    def may_go_uncounted(self) -> bool:
        """True if another attempt may be released as uncounted."""
        return self.uncounted_attempts < MAX_UNCOUNTED_ATTEMPTS

    def is_free(self, now: datetime) -> bool:
        """True if an attempt may begin: the task has not ended and no attempt has a live lease."""
        if self.status is Status.PROCESSING:
            return self.lease_until is None or self.lease_until <= now
        return self.status is Status.PENDING

    def claimed(self, now: datetime, *, lease_s: float, max_attempts: int) -> Self:
        """Begin an attempt, or fail the task if its attempts are used up.

        Raises TaskFinished if it has ended, TaskInProgress while another attempt's lease is live.
        """
        if self.status.is_final:
            raise TaskFinished
        if not self.is_free(now):
            raise TaskInProgress
        if self.counted_attempts >= max_attempts:
            return self._become(Status.FAILED, failure=attempts_exhausted(max_attempts), completed_at=now)
        lease_until = now + timedelta(seconds=lease_s)
        return self._become(Status.PROCESSING, attempt=self.attempt + 1, started_at=now, lease_until=lease_until)

    def fetched(self, attempt: int, source: Source) -> Self:
        """End the attempt that has fetched the source: the task waits for the processor. Raises LeaseLost.

        The attempts so far do not count towards those of the processor, and the message was that of the fetch.
        """
        changes = {"source": source, "message_id": None, "uncounted_attempts": attempt}
        return self._end_attempt(attempt, Status.PENDING, **changes)

    def completed(
        self,
        attempt: int,
        now: datetime,
        result: Result | None,
        source: Source,
        *,
        ttl_s: int,
        renditions: tuple[Rendition, ...] = (),
    ) -> Self:
        """Complete the task with results that are kept for `ttl_s` seconds; raises LeaseLost."""
        made = {"result": result, "source": source, "renditions": renditions}
        expires_at = now + timedelta(seconds=ttl_s)
        return self._end_attempt(attempt, Status.COMPLETED, **made, completed_at=now, expires_at=expires_at)

    def failed(self, attempt: int, now: datetime, failure: Failure, *, renditions: tuple[Rendition, ...] = ()) -> Self:
        """Fail the task; raises LeaseLost."""
        return self._end_attempt(attempt, Status.FAILED, failure=failure, renditions=renditions, completed_at=now)

    def abandoned(self, now: datetime, failure: Failure) -> Self:
        """Fail a task that no attempt holds; raises TaskFinished, or TaskInProgress while a lease is live."""
        if self.status.is_final:
            raise TaskFinished
        if not self.is_free(now):
            raise TaskInProgress
        return self._become(Status.FAILED, failure=failure, completed_at=now)

    def released(self, attempt: int, *, uncounted: bool = False) -> Self:
        """End the attempt so that another may begin; `uncounted` exempts it from `MAX_ATTEMPTS`. Raises LeaseLost."""
        return self._end_attempt(attempt, Status.PENDING, uncounted_attempts=self.uncounted_attempts + uncounted)

    def expired(self) -> Self:
        """Expire a completed task; any other is returned unchanged."""
        return self._become(Status.EXPIRED) if self.status is Status.COMPLETED else self

    def deleted(self, now: datetime) -> Self:
        """Delete the task, whatever its status; a deleted one is returned unchanged."""
        if self.status is Status.DELETED:
            return self
        renditions = tuple(Rendition(each.name, each.options) for each in self.renditions)
        return self._become(
            Status.DELETED,
            completed_at=now,
            expires_at=max(now, self.lease_until or now),
            result=None,
            failure=None,
            renditions=renditions,
        )

    def as_of(self, now: datetime) -> Self:
        """Return the task as of `now`: `expired` if its results have expired."""
        return self.expired() if self.expires_at is not None and self.expires_at <= now else self

    def _end_attempt(self, attempt: int, status: Status, **changes: Any) -> Self:
        if (self.attempt, self.status) == (attempt, status):
            return self  # a repeated write: the first one succeeded, but its answer was lost
        if (self.attempt, self.status) != (attempt, Status.PROCESSING):
            raise LeaseLost
        return self._become(status, **changes)

    def _become(self, status: Status, **changes: Any) -> Self:
        if status not in TRANSITIONS[self.status]:
            message = f"a task that is {self.status} cannot become {status}"
            raise ValueError(message)
        return replace(self, status=status, **{"lease_until": None, **changes})


def source_key(task_id: UUID) -> str:
    """Return the store key of a task's source image."""
    return f"sources/{task_id}"


def attempts_exhausted(max_attempts: int) -> Failure:
    """Create the failure of a task whose attempts are used up."""
    return Failure.of(AttemptsExhausted(f"The processor gave up after {max_attempts} attempts."))
