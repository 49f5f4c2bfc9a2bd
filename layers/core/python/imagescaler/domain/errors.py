"""What can go wrong; a class's docstring opens with its title, and nothing here knows of HTTP."""

import re
from collections.abc import Mapping, Sequence
from typing import Self
from uuid import UUID

MAX_NAME_LENGTH = 32


class Problem(Exception):
    """Anything that a client may be told."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @classmethod
    def slug(cls) -> str:
        """Give the stable name in URLs and rows.

        >>> TaskNotFound.slug()
        'task-not-found'
        """
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """Give the docstring's first sentence, without its full stop."""
        return (cls.__doc__ or cls.__name__).partition("\n")[0].rstrip(".")


class RequestProblem(Problem):
    """The request is at fault."""


class InvalidRequest(RequestProblem):
    """The request does not say what is needed.

    A parameter, a header or the body is missing, malformed or out of range; `errors` names each field.
    """


class MalformedRequest(RequestProblem):
    """The request could not be read.

    The body is not what its Content-Type says: a broken multipart form, say.
    """


class IdempotencyKeyReused(RequestProblem):
    """The idempotency key belongs to another request.

    Send the same image and options with a key, or a new key with other ones.
    """

    @classmethod
    def of(cls, key: str) -> Self:
        """Name the key."""
        return cls(f"The key {key!r} stands for a request with another image or other options. Use a new key.")


class SourceTooLarge(RequestProblem):
    """The file has too many bytes."""


class TaskNotFound(RequestProblem):
    """There is no such task.

    Ids come from the answer to `POST /api/v1/tasks`.
    """

    @classmethod
    def of(cls, task_id: UUID) -> Self:
        """Name the id."""
        return cls(f"There is no task {task_id}. Its id comes from the answer to POST /api/v1/tasks.")


class RenditionNotNamed(RequestProblem):
    """The task has several results, and the request names none of them.

    Ask for one by its name: `GET /api/v1/results/{task_id}?rendition=name`.
    """

    @classmethod
    def of(cls, task_id: UUID, names: Sequence[str]) -> Self:
        """List the names."""
        return cls(f"Task {task_id} has the renditions {', '.join(names)}. Name one of them: ?rendition={names[0]}.")


class RenditionNotFound(RequestProblem):
    """There is no rendition of this name.

    The names are those that were given with `renditions` when the task was made.
    """

    @classmethod
    def of(cls, task_id: UUID, name: str, names: Sequence[str]) -> Self:
        """Name the name, and list those that there are."""
        there_are = f"it has {', '.join(names)}" if names else "it has one result, to be fetched without a name"
        return cls(f"Task {task_id} has no rendition {name[:MAX_NAME_LENGTH]!r}: {there_are}.")


class TooManyRenditions(RequestProblem):
    """The request asks for too many renditions.

    Make several tasks of one upload, with some of them each.
    """


class UploadNotFound(RequestProblem):
    """There is no such upload.

    Its bytes were never sent to its `url`, or it has expired. Ids come from the answer to `POST /api/v1/uploads`.
    """

    @classmethod
    def of(cls, upload_id: UUID) -> Self:
        """Name the id."""
        return cls(f"There is no upload {upload_id}: its bytes were not sent, or it has expired.")


class ResultExpired(RequestProblem):
    """The result is gone.

    Results are kept for a limited time. Send the image again.
    """

    @classmethod
    def of(cls, task_id: UUID) -> Self:
        """Name the id."""
        return cls(f"The result of task {task_id} is no longer kept. Send the image again.")


class TaskFailed(RequestProblem):
    """The task failed, so it has no result.

    The answer carries the type, title and detail of what went wrong.
    """

    def __init__(self, type_: str, title: str, detail: str) -> None:
        super().__init__(detail)
        self.type, self.cause_title = type_, title


class ImageProblem(Problem):
    """The file is at fault, and always will be: never tried again."""


class UnsupportedImageFormat(ImageProblem):
    """The file is not an image of an accepted format.

    Content decides, never the file's name or Content-Type. Accepted are JPEG, PNG, WebP, AVIF, GIF and TIFF.
    """


class CorruptImage(ImageProblem):
    """The image cannot be decoded.

    It is truncated or damaged, or its header does not tell the truth.
    """


class ImageTooLarge(ImageProblem):
    """The image has too many pixels, or too long a side."""


class TooManyScans(ImageProblem):
    """The progressive JPEG has too many scans.

    Each scan repeats the work of decoding; real files have about ten.
    """


class TooManyChunks(ImageProblem):
    """The PNG has too many chunks.

    Each is read by itself; real files have some thousands at most.
    """


class TooManyFrames(ImageProblem):
    """The animation has too many frames, or too many pixels in all of them together.

    Nothing is cut silently: ask for `animated=false`, which takes the first frame, or for a smaller result.
    """


class UnsupportedDepth(ImageProblem):
    """The image has more bits per sample than the result could keep.

    Nothing is cut silently: ask for `depth=8`, or for a format that has eight bits: jpeg, webp, avif or gif.
    """


class NeverLossless(ImageProblem):
    """The format of the result cannot be lossless.

    Ask for `format=webp` or `format=png`, or do without `lossless`.
    """


class CropOutside(ImageProblem):
    """The crop reaches beyond the image.

    It is measured on the upright image, in pixels.
    """


class TargetTooLarge(ImageProblem):
    """The scaled image would have too many pixels, or too long a side."""


class ResultTooLarge(ImageProblem):
    """The scaled image has too many bytes.

    Ask for fewer pixels, or for a format with a quality: jpeg, webp or avif; with those `max_bytes` finds what fits.
    """


class TooExpensive(ImageProblem):
    """Scaling the image would take more memory or time than there is.

    It is predicted from the header, before anything is decoded. Ask for a smaller result, for another format, without
    `linear`, or send a smaller image.
    """


class MaxBytesTooSmall(ImageProblem):
    """The scaled image does not fit into `max_bytes`, whatever its quality.

    Ask for fewer pixels, for more bytes, or for a format with a quality: jpeg, webp or avif.
    """


class NoRenditionMade(ImageProblem):
    """None of the renditions could be made.

    The task tells of each what was wrong with it.
    """

    @classmethod
    def of(cls, causes: Mapping[str, str]) -> Self:
        """Tell the cause of each."""
        return cls(" ".join(f"{name}: {cause}" for name, cause in causes.items()))


class TaskProblem(Problem):
    """The task failed, and the image is not known to be at fault."""


class SourceLost(TaskProblem):
    """The source image was gone before it could be scaled.

    Sources are kept for a limited time. Send the image again.
    """


class AttemptsExhausted(TaskProblem):
    """Every attempt to scale the image failed.

    The processor stopped or was stopped each time. Send the image again, or a smaller one.
    """


class Unavailable(Problem):
    """The service cannot take the request now; nothing was accepted.

    Send it again after the time in `Retry-After`.
    """

    retry_after_s = 2  # a server that restarts is back by then; for one that stays away nobody knows


class Full(Unavailable):
    """There is no room; it comes when work that waits is done."""


class QueueFull(Full):
    """The queue is full."""


class StoreFull(Full):
    """The image store is full."""


class RepositoryUnavailable(Unavailable):
    """The database does not answer."""


class QueueUnavailable(Unavailable):
    """The queue does not answer."""


class StoreUnavailable(Unavailable):
    """The image store does not answer."""


class ClaimRefused(Exception):
    """A task may not be worked on, or not by this attempt; only the queue and the processor ever see it."""


class TaskFinished(ClaimRefused):
    """The task is already over: its message may go."""


class TaskInProgress(ClaimRefused):
    """Another attempt holds a live lease: the message must come again."""


class TaskAttemptsExhausted(ClaimRefused):
    """The task failed because its attempts were used up: its message must become a dead letter."""


class LeaseLost(ClaimRefused):
    """A later attempt has taken the task over: nothing of this one may be kept."""


class BlobNotFound(LookupError):
    """The store has nothing, or nothing any more, under this key."""
