"""What the use cases need from the world outside, as protocols; every adapter passes the same contract suite."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from imagescaler.domain.api_key import ApiKey
from imagescaler.domain.backlog import Backlog
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.task import NewTask, Task
from imagescaler.domain.upload import SignedRequest


class TaskUpkeep(Protocol):
    """What the sweeper does to many tasks at once; each takes `limit` of them at most, and may run twice at once."""

    async def take_stale(self, *, older_than_s: float, limit: int) -> Sequence[Task]:
        """Take free tasks that have been so for `older_than_s` seconds, longest not looked at first, and note that.

        Nobody else gets the same ones before as much time has passed again.
        """
        ...

    async def expire_due(self, *, limit: int) -> int:
        """Note that results are gone whose time is over, and say how many."""
        ...

    async def delete_ended(self, *, older_than_s: float, limit: int) -> int:
        """Forget tasks that failed or expired and ended `older_than_s` seconds ago, and say how many."""
        ...


class TaskRepository(TaskUpkeep, Protocol):
    """Where tasks live; the row is the truth. Every method raises RepositoryUnavailable when the database is away."""

    async def add(self, new: NewTask) -> tuple[Task, bool]:
        """Add a task and return it with True, or the one that its idempotency key already stands for with False.

        Raises IdempotencyKeyReused when the key stands for another request.
        """
        ...

    async def get(self, task_id: UUID) -> Task:
        """Return a task as it stands now; raises TaskNotFound."""
        ...

    async def note_message(self, task_id: UUID, message_id: str) -> bool:
        """Note which message now stands for the task in the queue, and count it; False when the task is gone."""
        ...

    async def discard(self, task_id: UUID) -> bool:
        """Remove a task that was not accepted after all; False when it stays, as it has a message or had an attempt."""
        ...

    async def claim(self, task_id: UUID, *, lease_s: float, max_attempts: int) -> Task:
        """Begin an attempt that has `lease_s` seconds; the task comes back `failed` when no attempt is left.

        Raises TaskNotFound, TaskFinished, or TaskInProgress while another attempt's lease is live.
        """
        ...

    async def complete(self, task: Task, result: Result | None, source: Source, *, ttl_s: int) -> Task:
        """End a claimed task with its result, or with its renditions as they are in `task`; raises LeaseLost."""
        ...

    async def fail(self, task: Task, failure: Failure) -> Task:
        """End a claimed task without a result, its renditions as they are in `task`; raises LeaseLost."""
        ...

    async def abandon(self, task_id: UUID, failure: Failure) -> Task:
        """End a task that nobody works on.

        Raises TaskNotFound, TaskFinished, or TaskInProgress while an attempt's lease is live.
        """
        ...

    async def release(self, task: Task, *, uncounted: bool = False) -> Task:
        """Give a claimed task back for another attempt, which this one does not count against if `spared`.

        Raises LeaseLost.
        """
        ...

    async def expire(self, task_id: UUID) -> None:
        """Note that the result of a completed task is gone."""
        ...

    async def backlog(self, task: Task | None = None) -> Backlog:
        """Measure the work that stands before a task, or all that there is."""
        ...

    async def ping(self) -> None:
        """Return when the repository answers."""
        ...


class ApiKeyRepository(Protocol):
    """Where API keys are kept. Every method raises RepositoryUnavailable when the database is away."""

    async def add(self, key_id: str, owner: str, secret_hash: str) -> ApiKey:
        """Keep a new key."""
        ...

    async def find(self, key_id: str) -> ApiKey | None:
        """Look a key up, revoked or not."""
        ...

    async def all(self) -> Sequence[ApiKey]:
        """Give every key, the oldest first."""
        ...

    async def revoke(self, key_id: str) -> ApiKey | None:
        """End a key, and say when it ended; None when there is none."""
        ...


class TaskQueue(Protocol):
    """The doorbell of the processor. Every method raises QueueUnavailable when the queue is away."""

    async def push(self, message: TaskMessage) -> str:
        """Ring for a task and return the message's id; raises QueueFull."""
        ...

    async def holds(self, message_id: str) -> bool | None:
        """Say whether a message waits or is in hand; None where the queue cannot be asked."""
        ...

    async def ping(self) -> None:
        """Return when the queue answers."""
        ...


class ImageStore(Protocol):
    """Where the bytes are, for a limited time. Every method raises StoreUnavailable when the store is away."""

    async def put(self, key: str, data: bytes, *, ttl_s: int) -> None:
        """Keep `data` for `ttl_s` seconds; raises StoreFull where there is a budget, and it is used up."""
        ...

    async def get(self, key: str, *, first_bytes: int | None = None) -> bytes:
        """Return what was put, or its beginning only; raises BlobNotFound when it is not there, or no longer."""
        ...

    async def size(self, key: str) -> int:
        """Return the number of bytes that were put; raises BlobNotFound."""
        ...

    async def copy(self, key: str, target: str, *, ttl_s: int) -> None:
        """Keep a second one under `target` for `ttl_s` seconds; raises BlobNotFound, StoreFull."""
        ...

    async def exists(self, key: str) -> bool:
        """Say whether `get` would find something."""
        ...

    async def delete(self, key: str) -> None:
        """Forget a key, known or not."""
        ...

    async def ping(self) -> None:
        """Return when the store answers."""
        ...


class SignedUrls(Protocol):
    """What lets clients reach the store themselves, each URL for one request on one key and a limited time."""

    async def for_put(self, key: str, *, size: int, media_type: str, ttl_s: int) -> SignedRequest:
        """Permit one PUT of exactly `size` bytes, which are then kept until the same moment, `ttl_s` seconds from now.

        Raises StoreUnavailable.
        """
        ...

    async def for_get(self, key: str, *, method: str, headers: Mapping[str, str], ttl_s: int) -> str:
        """Permit GET, or HEAD, and say which headers the answer is to have; raises StoreUnavailable."""
        ...
