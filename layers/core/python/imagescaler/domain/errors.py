"""The errors of the service. A docstring's first sentence is the title of the error; HTTP is in `web.problems`."""

import re
from collections.abc import Mapping, Sequence
from typing import Self
from uuid import UUID

from imagescaler.domain.rate_limit import RateLimit

MAX_NAME_LENGTH = 32


class Problem(Exception):
    """An error that clients may see."""

    retry_after_s: int | None = None

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @classmethod
    def slug(cls) -> str:
        """Return the stable name of the error, for URLs and rows.

        >>> TaskNotFound.slug()
        'task-not-found'
        """
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """Return the first sentence of the docstring, without its full stop."""
        return (cls.__doc__ or cls.__name__).partition("\n")[0].rstrip(".")


class RequestProblem(Problem):
    """The request is at fault."""


class InvalidRequest(RequestProblem):
    """A parameter, a header or a field of the body is missing or invalid.

    `errors` names each of them.
    """


class MalformedRequest(RequestProblem):
    """The body cannot be read.

    It does not match its Content-Type: it is a broken multipart form, for example.
    """


class WatermarkNotFound(RequestProblem):
    """There is no watermark of this name.

    Send the id of an upload, or the name of an image of the operator, who puts it into `WATERMARKS_FOLDER`.
    """

    @classmethod
    def of(cls, name: str) -> Self:
        """Describe the name."""
        return cls(f"There is no watermark {name}: send the id of an upload, or the name of an image of the operator.")


class TooManyUnknownKeys(RequestProblem):
    """Too many unknown API keys came from this address.

    Send a key that exists: it is never refused for this reason. Keys come from the operator.
    """

    retry_after_s = 60


class QuotaUsedUp(RequestProblem):
    """The quota of the API key is used up.

    `detail` says which limit, and when it is free again, as `Retry-After` does. A day begins at midnight in UTC.
    `RateLimit` has what is left of each limit.
    """

    retry_after_s = 2
    room_after_s: int | None = None
    rate_limits: tuple[RateLimit, ...] = ()


class TaskExceedsQuota(RequestProblem):
    """The task takes more than the whole quota of the API key.

    It would be refused at any time. Send a smaller image, or ask for smaller results.
    """


class IdempotencyKeyReused(RequestProblem):
    """The idempotency key belongs to another request.

    Repeat a key with the same image and options only, and use a new key for others.
    """

    @classmethod
    def of(cls, key: str) -> Self:
        """Make the error for a key."""
        return cls(f"The key {key!r} was used with another image or other options. Use a new key.")


class SourceTooLarge(RequestProblem):
    """The file has too many bytes.

    Send a file below the limit, which `detail` names.
    """


class TaskNotFound(RequestProblem):
    """There is no such task.

    Ids come from the answer to `POST /api/v1/tasks`.
    """

    @classmethod
    def of(cls, task_id: UUID) -> Self:
        """Make the error for an id."""
        return cls(f"There is no task {task_id}. Its id comes from the answer to POST /api/v1/tasks.")


class RenditionNotNamed(RequestProblem):
    """The task has several results, and the request names none of them.

    Name one: `GET /api/v1/results/{task_id}?rendition=name`.
    """

    @classmethod
    def of(cls, task_id: UUID, names: Sequence[str]) -> Self:
        """Make the error for a task with renditions of these names."""
        return cls(f"Task {task_id} has the renditions {', '.join(names)}. Name one of them: ?rendition={names[0]}.")


class RenditionNotFound(RequestProblem):
    """The task has no rendition of this name.

    Use a name from the `renditions` of the task.
    """

    @classmethod
    def of(cls, task_id: UUID, name: str, names: Sequence[str]) -> Self:
        """Make the error for a name, where the task has renditions of these names."""
        known = f"use one of {', '.join(names)}" if names else "it has one result, so leave out the name"
        return cls(f"Task {task_id} has no rendition {name[:MAX_NAME_LENGTH]!r}: {known}.")


class NotOnePicture(RequestProblem):
    """The task would have several results, and a response has one picture.

    `Accept` asks for an image: ask for `application/json`, and fetch each rendition from its `url`.
    """

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        """Make the error for a request with renditions of these names."""
        return cls(
            f"The request has {len(names)} renditions, and a response has one picture. Send Accept: application/json, "
            "and fetch each rendition from its url."
        )


class TooManyRenditions(RequestProblem):
    """The request has too many renditions.

    Upload the image, and create several tasks of it with some of the renditions each.
    """


class UploadNotFound(RequestProblem):
    """There is no such upload.

    Its bytes were not sent to its `url`, or it has expired. Ids come from the answer to `POST /api/v1/uploads`.
    """

    @classmethod
    def of(cls, upload_id: UUID) -> Self:
        """Make the error for an id."""
        return cls(
            f"There is no upload {upload_id}: its bytes were not sent, or it has expired. Upload the file again."
        )


class WebhookNotFound(RequestProblem):
    """The task has no such webhook.

    Ids come from the answer to `GET /api/v1/tasks/{task_id}/webhooks`.
    """

    @classmethod
    def of(cls, webhook_id: UUID, task_id: UUID) -> Self:
        """Make the error for an id."""
        return cls(f"Task {task_id} has no webhook {webhook_id}. GET /api/v1/tasks/{task_id}/webhooks lists them.")


class ResultExpired(RequestProblem):
    """The result has expired.

    Results are kept for a limited time. Send the image again.
    """

    @classmethod
    def of(cls, task_id: UUID) -> Self:
        """Make the error for an id."""
        return cls(f"The result of task {task_id} has expired. Send the image again.")


class TaskDeleted(RequestProblem):
    """The task was deleted, and its images with it.

    Its owner deleted it. Send the image again.
    """

    @classmethod
    def of(cls, task_id: UUID) -> Self:
        """Make the error for an id."""
        return cls(f"Task {task_id} was deleted, and its images with it. Send the image again.")


class ResultDamaged(RequestProblem):
    """The stored result is damaged.

    Its bytes are not those that were scaled, so they are not sent. The operator is notified. Send the image again.
    """

    @classmethod
    def of(cls, task_id: UUID) -> Self:
        """Make the error for an id."""
        return cls(f"The stored result of task {task_id} is damaged, so it is not sent. Send the image again.")


class TaskFailed(RequestProblem):
    """The task failed, so it has no result.

    The answer has the type, title and detail of the cause.
    """

    def __init__(self, type_: str, title: str, detail: str) -> None:
        super().__init__(detail)
        self.type, self.cause_title = type_, title


class ImageProblem(Problem):
    """The image or its options are at fault, so the task is never tried again."""


class UnsupportedImageFormat(ImageProblem):
    """The file is not an image of a supported format.

    The content counts, not the file's name or Content-Type. The formats are those of the option `format`.
    """


class CorruptImage(ImageProblem):
    """The image cannot be decoded.

    The file is truncated or damaged, or its header is wrong. Send an intact file, or `damaged=salvage` to get what can
    be decoded.
    """

    def __init__(self, detail: str, *, may_be_salvaged: bool = False) -> None:
        super().__init__(detail)
        self.may_be_salvaged = may_be_salvaged

    def with_advice(self) -> Self:
        """Return the error with the advice to salvage the file, if that may help."""
        if not self.may_be_salvaged:
            return self
        return type(self)(f"{self.detail} Send damaged=salvage to get what can be decoded.")


class ImageTooLarge(ImageProblem):
    """The image has too many pixels, or a side is too long.

    Send an image within the limits, which `detail` names.
    """


class TooManyScans(ImageProblem):
    """The progressive JPEG has too many scans.

    Each scan repeats the work of decoding; usual files have about ten. Save the image again.
    """

    @classmethod
    def of(cls, pixels: int, most: int) -> Self:
        """Return the problem of scans that decode too many pixels."""
        return cls(f"The scans decode {pixels:,} pixels together; the limit is {most:,}. Save the image as baseline.")


class TooManyChunks(ImageProblem):
    """The PNG has too many chunks.

    Usual files have some thousands at most. Save the image again.
    """


class TooManyFrames(ImageProblem):
    """The animation has too many frames, or too many pixels in all frames.

    Ask for a smaller result, or for the first frame with `animated=false`.
    """


class UnsupportedDepth(ImageProblem):
    """The result cannot keep the bit depth of the image.

    Permit 8 bits per sample with `depth=8`, or ask for a format that has only 8 bits.
    """


class FormatDisabled(ImageProblem):
    """The service does not write the format of the result.

    Ask for another `format`.
    """


class NeverLossless(ImageProblem):
    """The format of the result cannot be lossless.

    Ask for a format that can, or leave out `lossless`.
    """


class CropOutside(ImageProblem):
    """The crop extends beyond the image.

    A crop is measured in pixels of the upright image. Ask for one within it.
    """


class TargetTooLarge(ImageProblem):
    """The result would have too many pixels, or a side would be too long.

    Ask for a result within the limits, which `detail` names.
    """


class UnusableWatermark(ImageProblem):
    """The watermark is no image that this service can use.

    Upload another one; `detail` says what is wrong with it.
    """


class ResultTtlTooLong(ImageProblem):
    """The result would be kept for longer than this service permits.

    Ask for a `result_ttl_s` within the limit, which `detail` names.
    """


class TargetForbidden(ImageProblem):
    """The result may not be written to this target.

    Its bucket is not one that the operator allows, or does not accept the result.
    """


class ResultTooLarge(ImageProblem):
    """The result has too many bytes.

    Ask for fewer pixels, or for a lossy format with `max_bytes`.
    """


class TooExpensive(ImageProblem):
    """Scaling the image would take too much memory or time.

    The cost is estimated from the header, before anything is decoded. Ask for a smaller result or another format,
    leave out `linear`, or send a smaller image.
    """


class TimeLimitExceeded(ImageProblem):
    """Scaling the image took too long.

    It was stopped at the time limit of an attempt, and would take as long again. Ask for a smaller result or another
    format, or send a smaller image.
    """

    @classmethod
    def of(cls, seconds: float) -> Self:
        """Make the error for an attempt that was stopped after so many seconds."""
        return cls(
            f"Scaling did not end within {seconds:.0f} s, the time limit of an attempt. Ask for a smaller result or "
            "another format, or send a smaller image."
        )


class MaxBytesTooSmall(ImageProblem):
    """The result does not fit into `max_bytes` at any quality.

    Ask for fewer pixels, for more bytes, or for a lossy format.
    """


class RenderingFailed(ImageProblem):
    """The result could not be rendered.

    The image was decoded, but something in the file cannot be processed or stored. The error has been logged. Ask for
    another format, or leave out `metadata`, `icc=keep` and animation.
    """

    @classmethod
    def of(cls, fmt: str) -> Self:
        """Make the error for a result of this format."""
        return cls(
            f"The image was decoded, but the {fmt.upper()} could not be made of it. The error has been logged, and is "
            "not tried again. Ask for another format, or with metadata=none, icc=srgb and animated=false."
        )


class NoRenditionMade(ImageProblem):
    """No rendition could be made.

    Each rendition of the task has its own `error`.
    """

    @classmethod
    def of(cls, causes: Mapping[str, str]) -> Self:
        """Make the error from the causes, by the names of the renditions."""
        return cls(" ".join(f"{name}: {cause}" for name, cause in causes.items()))


class TaskProblem(Problem):
    """The task failed, and the image is not known to be at fault."""


class SourceLost(TaskProblem):
    """The source image was gone before it was scaled.

    Sources are kept for a limited time. Send the image again.
    """


class SourceForbidden(TaskProblem):
    """The service may not fetch the image from this URL.

    Its host, or that to which it redirects, is not one of the public internet. The operator can allow hosts, networks
    and buckets.
    """


class SourceUnreachable(TaskProblem):
    """The image cannot be fetched from its URL.

    The host does not answer, or answers without the image. `detail` says how. Check the URL, or send the image itself.
    """

    def __init__(self, detail: str, *, may_recover: bool = False) -> None:
        super().__init__(detail)
        self.may_recover = may_recover


class AttemptsExhausted(TaskProblem):
    """Every attempt to scale the image failed.

    The processor crashed or was stopped each time. Send the image again, or a smaller one.
    """


class Unavailable(Problem):
    """The service is not available.

    Try again after the time in `Retry-After`.
    """

    retry_after_s: int = 2  # by then a server that restarts is back


class Full(Unavailable):
    """There is no room until waiting work is done, or until `room_after_s` seconds have passed."""

    room_after_s: int | None = None


class QueueFull(Full):
    """The queue is full.

    Try again after the time in `Retry-After`.
    """


class StoreFull(Full):
    """The image store is full.

    Try again after the time in `Retry-After`.
    """


class RepositoryUnavailable(Unavailable):
    """The database does not answer.

    Try again after the time in `Retry-After`.
    """


class QueueUnavailable(Unavailable):
    """The queue does not answer.

    Try again after the time in `Retry-After`.
    """


class StoreUnavailable(Unavailable):
    """The image store does not answer.

    Try again after the time in `Retry-After`.
    """


class TargetUnavailable(Unavailable):
    """The bucket of the target is not available.

    Try again after the time in `Retry-After`.
    """


class ClaimRefused(Exception):
    """The attempt may not work on the task; only the queue and the processor see this."""


class TaskFinished(ClaimRefused):
    """The task has ended: delete its message."""


class TaskInProgress(ClaimRefused):
    """Another attempt holds a live lease: deliver the message again."""


class TaskAttemptsExhausted(ClaimRefused):
    """The task has used up its attempts: its message becomes a dead letter."""


class TaskOfNewerRelease(ClaimRefused):
    """A newer release has accepted the task, with options that this one does not know: deliver the message again."""


class LeaseLost(ClaimRefused):
    """A later attempt has claimed the task: discard what this one made."""


class BlobNotFound(LookupError):
    """The store has nothing under this key, or no longer."""


class OutboundError(Exception):
    """A request to a host that a client has named failed."""


class UrlForbidden(OutboundError):
    """The service does not request this URL: its notation, or its host's address, is not permitted."""


class HostUnreachable(OutboundError):
    """A host does not answer, not in time, or not in HTTP."""


class ResponseTooLarge(OutboundError):
    """A response has more bytes than were asked for."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class WebhookNotSent(OutboundError):
    """The receiver of a webhook did not respond; the message says why."""
