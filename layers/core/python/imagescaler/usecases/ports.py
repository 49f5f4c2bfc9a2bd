"""The ports of the use cases; all adapters of a port pass the same contract suite."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from imagescaler.domain.api_key import ApiKey
from imagescaler.domain.backlog import Backlog
from imagescaler.domain.quota import Quota
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.task import Idempotency, NewTask, Task
from imagescaler.domain.task.task_filter import TaskFilter
from imagescaler.domain.upload import SignedRequest
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.domain.webhook import DeliveryAttempt, DeliveryLimits, Webhook, WebhookStatus
from imagescaler.domain.webhook_secret import WebhookSecret


class TaskUpkeep(Protocol):
    """Bulk operations of the sweeper, on at most `limit` tasks each; safe to run twice at once."""

    async def take_stale(self, *, older_than_s: float, limit: int) -> Sequence[Task]:
        """Return tasks that have been free for `older_than_s` seconds, least recently swept first, and mark them swept.

        Other callers do not get the same tasks until that time has passed again.
        """
        ...

    async def expire_due(self, *, limit: int) -> int:
        """Expire completed tasks whose results are past their time; return how many."""
        ...

    async def delete_ended(self, *, older_than_s: float, limit: int) -> int:
        """Delete the rows of failed, expired and deleted tasks that ended `older_than_s` seconds ago; return how many.

        A deleted task stays until its images have been purged.
        """
        ...

    async def take_unpurged(self, *, older_than_s: float, limit: int) -> Sequence[Task]:
        """Return deleted tasks whose `expires_at` was `older_than_s` seconds ago, and set it to now.

        Other callers do not get the same tasks until that time has passed again.
        """
        ...

    async def note_purged(self, task_id: UUID) -> None:
        """Record that no image of a deleted task is left, by an empty `expires_at`."""
        ...


class WaitCounter(Protocol):
    """Counts the requests that wait for tasks without Redis, in all environments of a function together."""

    async def begin_wait(self, wait_id: UUID, owner: str, *, limits: WaitLimits, lease_s: float) -> bool:
        """Count a wait, for `lease_s` seconds in case its environment is killed; False if it would exceed the limits.

        Safe to call at once from many environments. Raises RepositoryUnavailable.
        """
        ...

    async def end_wait(self, wait_id: UUID) -> None:
        """Stop counting a wait; raises RepositoryUnavailable."""
        ...


class TaskRepository(TaskUpkeep, WaitCounter, Protocol):
    """The tasks. Every method raises RepositoryUnavailable if the database does not answer."""

    async def add(self, new: NewTask) -> tuple[Task, bool]:
        """Add a task and return it with True, or with False the task that its idempotency key already stands for.

        Its charge is counted if it is added, exactly once. Raises IdempotencyKeyReused if the key stands for another
        request, QuotaUsedUp if a limit of the charge would be exceeded.
        """
        ...

    async def find(self, owner: str, idempotency: Idempotency) -> Task | None:
        """Return the task that an owner's idempotency key stands for, if any; raises IdempotencyKeyReused."""
        ...

    async def get(self, task_id: UUID) -> Task:
        """Return a task as of now; raises TaskNotFound."""
        ...

    async def note_message(self, task_id: UUID, message_id: str) -> bool:
        """Record the message that was enqueued for the task, and count it; False if the task does not exist."""
        ...

    async def discard(self, task_id: UUID) -> bool:
        """Delete a task that was not accepted, and what was counted for it.

        False if it stays, because it has a message or an attempt.
        """
        ...

    async def claim(self, task_id: UUID, *, lease_s: float, max_attempts: int) -> Task:
        """Start an attempt with a lease of `lease_s` seconds; the task comes back `failed` if no attempt is left.

        Raises TaskNotFound, TaskFinished, or TaskInProgress while another attempt's lease is live, and
        TaskOfNewerRelease for options that would be ignored; that attempt does not count.
        """
        ...

    async def set_source(self, task: Task, source: Source, *, pixels: int, default: Quota) -> Task:
        """Record the source that a claimed task's attempt has fetched, and release the task for the processor.

        The attempts so far count no more, and the message is forgotten. If the task was added with a charge, its
        `pixels` are counted too, exactly once, for the quota of its key: its own limits in place of those of `default`.
        Raises LeaseLost, and QuotaUsedUp or TaskExceedsQuota if a limit of megapixels would be exceeded.
        """
        ...

    async def complete(self, task: Task, result: Result | None, source: Source, *, ttl_s: int) -> Task:
        """Complete a claimed task with its result, or with the renditions of `task`; raises LeaseLost."""
        ...

    async def fail(self, task: Task, failure: Failure) -> Task:
        """Fail a claimed task, with the renditions of `task`; raises LeaseLost."""
        ...

    async def abandon(self, task_id: UUID, failure: Failure) -> Task:
        """Fail a task that no attempt holds.

        Raises TaskNotFound, TaskFinished, or TaskInProgress while an attempt's lease is live.
        """
        ...

    async def release(self, task: Task, *, uncounted: bool = False) -> Task:
        """Release a claimed task for another attempt; this one does not count if `uncounted`. Raises LeaseLost."""
        ...

    async def expire(self, task_id: UUID) -> None:
        """Expire a completed task: its result is gone."""
        ...

    async def delete(self, task_id: UUID) -> Task:
        """Delete a task, whatever its status, and return it; its row stays for a time. Raises TaskNotFound."""
        ...

    async def list_tasks(self, owner: str, chosen: TaskFilter, *, limit: int) -> Sequence[Task]:
        """Return at most `limit` tasks of an owner as of now, newest first."""
        ...

    async def backlog(self, task: Task | None = None) -> Backlog:
        """Measure the work ahead of a task, or all of it, up to what the longest `Retry-After` takes."""
        ...

    async def ping(self) -> None:
        """Return once the repository answers and can be written to."""
        ...


ReadTask = Callable[[], Awaitable[Task]]


class TaskEnds(Protocol):
    """Announces ends of tasks to the requests that wait for them. An announcement may be lost."""

    async def announce(self, task_id: UUID) -> None:
        """Wake the requests that wait for a task, whose end has been written; raises Unavailable."""
        ...

    async def wait(self, task: Task, read: ReadTask, *, wait_s: float, work_s: float, limits: WaitLimits) -> None:
        """Count a request as waiting, and read the task until it has ended, for the last time after `wait_s` seconds.

        Returns at once if that would exceed the limits. `work_s` is the task's estimated processor time. A wait that is
        cancelled counts no longer, that of a killed environment until its lease is over. Raises Unavailable.
        """
        ...


class ApiKeyRepository(Protocol):
    """The API keys. Every method raises RepositoryUnavailable if the database does not answer."""

    async def add(
        self, key_id: str, owner: str, secret_hash: str, quota: Mapping[str, int], webhook_url: str | None = None
    ) -> ApiKey:
        """Add a key with limits that replace the default, and the URL of webhooks that its tasks have by default."""
        ...

    async def set_quota(self, key_id: str, quota: Mapping[str, int]) -> ApiKey | None:
        """Replace all own limits of a key and return it; None if there is no such key."""
        ...

    async def set_webhook_url(self, key_id: str, webhook_url: str | None) -> ApiKey | None:
        """Replace the URL of webhooks of a key, by None remove it; return the key, None if there is no such key."""
        ...

    async def find(self, key_id: str) -> ApiKey | None:
        """Find a key, revoked or not."""
        ...

    async def all(self) -> Sequence[ApiKey]:
        """Return all keys, oldest first."""
        ...

    async def revoke(self, key_id: str) -> ApiKey | None:
        """Revoke a key and return it; None if there is no such key."""
        ...


class DueWebhooks(Protocol):
    """Bulk operations of the sweeper on webhooks, at most `limit` each; safe to run twice at once."""

    async def take_due(self, *, older_than_s: float, limit: int) -> Sequence[Webhook]:
        """Return webhooks that are due and have no message, or whose message is `older_than_s` seconds overdue.

        Other callers do not get the same ones until that time has passed again.
        """
        ...

    async def note_message(self, webhook_id: UUID, message_id: str) -> None:
        """Record the message that was enqueued for a webhook."""
        ...

    async def delete_ended(self, *, older_than_s: float, limit: int) -> int:
        """Delete webhooks that ended `older_than_s` seconds ago; return how many."""
        ...


class WebhookSecrets(Protocol):
    """The secrets of owners that sign webhooks; those that have expired are not returned."""

    async def secrets(self, owner: str) -> Sequence[WebhookSecret]:
        """Return an owner's secrets, newest first."""
        ...

    async def all_secrets(self) -> Sequence[WebhookSecret]:
        """Return all secrets, by owner."""
        ...

    async def add_secret(self, owner: str, secret: str) -> None:
        """Add the first secret of an owner; does nothing if there is one."""
        ...

    async def replace_secret(self, owner: str, secret: str, *, overlap_s: float) -> None:
        """Add a secret of an owner, and let the one before expire in `overlap_s` seconds."""
        ...


class WebhookRepository(DueWebhooks, WebhookSecrets, Protocol):
    """The webhooks, which the repository of tasks adds in the transaction that ends a task.

    Every method raises RepositoryUnavailable if the database does not answer.
    """

    async def claim(self, task_id: UUID, *, lease_s: float, limits: DeliveryLimits) -> Webhook | None:
        """Begin a delivery of a task's webhook, with a lease of `lease_s` seconds; None if none of them is due.

        The webhook comes back waiting, without a lease, if its host or its owner has as many in flight as `limits`
        permit. `url_disabled` is true if its owner's URL has answered 410.
        """
        ...

    async def record(
        self,
        webhook: Webhook,
        attempt: DeliveryAttempt,
        status: WebhookStatus,
        *,
        delay_s: float | None,
        message_id: str | None,
        limits: DeliveryLimits,
    ) -> UUID | None:
        """End a delivery with its attempt; the next one is due in `delay_s` seconds, None if there is none.

        Does nothing if a later delivery has begun. Returns the task of a webhook of the same owner that has waited for
        this one and is to be enqueued, if any.
        """
        ...

    async def of_task(self, task_id: UUID) -> Sequence[Webhook]:
        """Return a task's webhooks, oldest first."""
        ...

    async def redeliver(self, task_id: UUID, webhook_id: UUID) -> Webhook:
        """Make a task's webhook due now, with all tries, and enable its URL again; raises WebhookNotFound."""
        ...


class WebhookSender(Protocol):
    """Sends signed webhooks over HTTP."""

    async def send(self, webhook: Webhook, body: str, secrets: Sequence[str], *, timeout_s: float) -> int:
        """Post a webhook and return the status of the response; raises WebhookNotSent."""
        ...


class TaskQueue(Protocol):
    """A queue of the processor or of webhooks. Every method raises QueueUnavailable if the queue does not answer."""

    async def push(self, message: TaskMessage, *, delay_s: float = 0) -> str:
        """Enqueue a message that is received after `delay_s` seconds, at most 900; return its id. Raises QueueFull."""
        ...

    async def check_room(self) -> None:
        """Raise QueueFull if `push` has just refused a message, and still would. It takes one round trip at most."""
        ...

    async def holds(self, message_id: str) -> bool | None:
        """True if a message waits or is in flight; None if the queue cannot look messages up."""
        ...

    async def ping(self) -> None:
        """Return once the queue answers."""
        ...


class ImageStore(Protocol):
    """The images, each kept for a limited time. Every method raises StoreUnavailable if the store does not answer."""

    async def put(self, key: str, data: bytes, *, ttl_s: int) -> None:
        """Store `data` for `ttl_s` seconds; raises StoreFull if the store has a quota and it is used up."""
        ...

    async def get(self, key: str, *, first_bytes: int | None = None) -> bytes:
        """Return the data, or its first bytes only; raises BlobNotFound."""
        ...

    async def size(self, key: str) -> int:
        """Return the size in bytes; raises BlobNotFound."""
        ...

    async def sha256(self, key: str) -> str | None:
        """Return the SHA-256 of uploaded data, in hexadecimal; None if the store does not have it."""
        ...

    async def copy(self, key: str, target: str, *, ttl_s: int) -> None:
        """Copy the data to `target` for `ttl_s` seconds; raises BlobNotFound, StoreFull."""
        ...

    async def exists(self, key: str) -> bool:
        """True if `get` would find data."""
        ...

    async def delete(self, key: str) -> None:
        """Delete the data, if there is any."""
        ...

    async def ping(self) -> None:
        """Return once the store answers."""
        ...


class SourceFetcher(Protocol):
    """Fetches images from where clients have them."""

    async def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """Return the bytes at a URL; raises SourceForbidden, SourceUnreachable, SourceTooLarge."""
        ...


class ResultTarget(Protocol):
    """Writes results where clients want them."""

    async def write(self, url: str, name: str, data: bytes, media_type: str) -> None:
        """Write a result to a URL, or under `name` behind it; raises TargetForbidden, TargetUnavailable."""
        ...


class SignedUrls(Protocol):
    """Signs URLs with which clients access the store, each for one request, one key and a limited time."""

    async def for_put(self, key: str, *, size: int, media_type: str, ttl_s: int) -> SignedRequest:
        """Sign a PUT of exactly `size` bytes; URL and data both expire in `ttl_s` seconds. Raises StoreUnavailable."""
        ...

    async def for_get(self, key: str, *, method: str, headers: Mapping[str, str], ttl_s: int) -> str:
        """Sign a GET or HEAD whose response has these headers; raises StoreUnavailable."""
        ...


class OperatorImages(Protocol):
    """The watermarks of the operator, by name."""

    def check(self, name: str) -> None:
        """Raise WatermarkNotFound for an unknown name."""
        ...

    def read(self, name: str) -> bytes:
        """Return the file; raises WatermarkNotFound."""
        ...
