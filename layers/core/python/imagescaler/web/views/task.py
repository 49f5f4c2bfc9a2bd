"""A task, as its client gets it."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from imagescaler.domain.formats import Format
from imagescaler.domain.task.outcome import Result
from imagescaler.domain.task.receipt import PeakOf
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.srcset import Pictures, url_of
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.web.views.options import OptionsView
from imagescaler.web.views.problem import TaskError


class SourceView(BaseModel):
    """The source image: from its header at first, and upright once the task is completed."""

    model_config = ConfigDict(from_attributes=True)

    format: Format
    width: int
    height: int
    bytes: int
    frames: Annotated[int, Field(description="frames of an animation; 1 until more are known")] = 1


class UsageView(BaseModel):
    """What the work used: elapsed seconds, processor seconds, and the peak memory of the process."""

    model_config = ConfigDict(from_attributes=True)

    seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    peak_of: PeakOf


class ReceiptView(BaseModel):
    """How a result was made: source file, software versions, and the operations in order."""

    model_config = ConfigDict(from_attributes=True)

    source_sha256: str
    result_sha256: str
    software: dict[str, str]
    operations: list[str]
    usage: UsageView
    warnings: list[str] = []
    score: Annotated[
        float | None,
        Field(description="perceptual score of a result whose quality was searched, on the scale of SSIMULACRA2"),
    ] = None


class ResultView(BaseModel):
    """The scaled image; GET of `url` fetches it."""

    model_config = ConfigDict(from_attributes=True)

    format: Format
    url: Annotated[str, Field(description="path of the image, on the host of the request")]
    media_type: str
    width: int
    height: int
    bytes: int
    sha256: str
    receipt: ReceiptView | None = None
    frames: Annotated[int, Field(description="frames of an animation")] = 1
    placeholder: Annotated[
        str | None, Field(description="the ThumbHash in base64, or the BlurHash, if `placeholder` was asked for")
    ] = None
    dominant_color: Annotated[
        str | None, Field(description="#rrggbb, beside `placeholder`; null if no pixel is visible")
    ] = None

    @classmethod
    def of(cls, result: Result, url: str) -> Self:
        """Show a result to its client."""
        return cls(**_fields(result), url=url, media_type=result.format.media_type)


class RenditionView(BaseModel):
    """One of several results of a task, which may fail by itself. `url` is where its result is, or will be."""

    name: str
    status: Status
    options: OptionsView
    url: str
    result: ResultView | None = None
    error: TaskError | None = None

    @classmethod
    def of(cls, task: Task, rendition: Rendition) -> Self:
        """Show one of a task's renditions."""
        failure, url = rendition.failure or task.failure, url_of(task, rendition)
        return cls(
            name=rendition.name,
            status=task.status_of(rendition),
            options=OptionsView.of(rendition.options),
            url=url,
            result=rendition.result and ResultView.of(rendition.result, url),
            error=failure and TaskError.of(failure),
        )


class PictureSource(BaseModel):
    """Type and `srcset` of a `<source>` in `<picture>`."""

    type: str
    srcset: str


class TaskView(BaseModel):
    """A task; times are UTC."""

    id: UUID
    status: Status
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    expires_at: datetime | None = None
    attempts: int
    source: Annotated[SourceView | None, Field(description="null until the image has been fetched from `source_url`")]
    source_url: str | None = None
    options: Annotated[OptionsView | None, Field(description="null if the task has renditions, which have their own")]
    result: ResultView | None = None
    error: TaskError | None = None
    warnings: Annotated[
        list[str],
        Field(description="options without effect; of a completed task, also what the results lack or could do better"),
    ] = []
    renditions: list[RenditionView] | None = None
    srcset: Annotated[str | None, Field(description="for `<img>`: the renditions in one format, by width")] = None
    sources: Annotated[
        list[PictureSource] | None,
        Field(description="for `<source>`, in this order: the renditions in other formats"),
    ] = None

    @classmethod
    def of(cls, task: Task) -> Self:
        """Show a task to its client."""
        pictures = Pictures.of(task)
        sources = [PictureSource(type=form.media_type, srcset=text) for form, text in pictures.sources.items()]
        return cls(
            id=task.id,
            status=task.status,
            created_at=task.created_at,
            started_at=task.started_at,
            completed_at=task.completed_at,
            expires_at=task.expires_at,
            attempts=task.attempt,
            source=task.source and SourceView.model_validate(task.source),
            source_url=task.source_url,
            options=None if task.renditions else OptionsView.of(task.options),
            result=task.result and ResultView.of(task.result, url_of(task)),
            error=task.failure and TaskError.of(task.failure),
            warnings=list(task.warnings),
            renditions=[RenditionView.of(task, each) for each in task.renditions] or None,
            srcset=pictures.srcset,
            sources=sources or None,
        )


def _fields(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}  # type: ignore[attr-defined]
