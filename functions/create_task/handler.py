"""POST /api/v1/tasks: takes an image and how to scale it, and answers with a task."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import Form, Response, UploadFile
from pydantic import ConfigDict, model_validator
from pydantic.json_schema import SkipJsonSchema

from imagescaler import errors, queues, repositories, settings, stores, telemetry
from imagescaler.limits import Limits
from imagescaler.measure import measure
from imagescaler.retention import Retention
from imagescaler.scaling_request import ScalingRequest, UploadedImage
from imagescaler.schemas import TaskMessage, TaskView
from imagescaler.usecases.create_task import create_task
from imagescaler.usecases.get_task import get_task
from imagescaler.usecases.originals import Original, Sent, Uploaded
from imagescaler.web import (
    ACCEPTED,
    PICTURES,
    Correlation,
    IdempotencyKey,
    Owner,
    Wait,
    create_app,
    file_of_form,
    lambda_handler,
    problems,
    show_progress,
)

app = create_app()
handler = lambda_handler(app)
tasks, queue, store = repositories.from_env(), queues.from_env(), stores.from_env()
limits, retention = settings.from_env(Limits), settings.from_env(Retention)
PROBLEMS = (
    errors.RepositoryUnavailable,
    errors.MalformedRequest,
    errors.UploadNotFound,
    errors.SourceTooLarge,
    errors.UnsupportedImageFormat,
    errors.CorruptImage,
    errors.ImageTooLarge,
    errors.CropOutside,
    errors.TargetTooLarge,
    errors.IdempotencyKeyReused,
    errors.QueueFull,
    errors.StoreFull,
)
AS_JSON = {"application/json": {"schema": UploadedImage.document()}}
BODY = {"requestBody": {"content": {**file_of_form(PICTURES), **AS_JSON}}}


class TaskForm(ScalingRequest):
    """The image, and how to scale it."""

    model_config = ConfigDict(json_schema_extra={"required": ["file"]})

    file: UploadFile | SkipJsonSchema[None] = None
    upload_id: SkipJsonSchema[UUID | None] = None  # in JSON, which becomes such a form

    @model_validator(mode="after")
    def _has_an_image(self) -> Self:
        if (self.file is None) == (self.upload_id is None):
            message = "give either a file, or the upload_id of one"
            raise ValueError(message)
        return self

    async def original(self, owner: str) -> Original:
        """Give the image, wherever it is."""
        if self.upload_id:
            return Uploaded(self.upload_id, owner)
        return Sent(await self.file.read() if self.file else b"")


@app.post(
    "/api/v1/tasks",
    status_code=202,
    tags=["tasks"],
    summary="Scale an image",
    responses={**ACCEPTED, **problems(*PROBLEMS)},
    openapi_extra=BODY,
)
async def post_task(
    form: Annotated[TaskForm, Form(media_type="multipart/form-data")],
    response: Response,
    correlation: Correlation,
    owner: Owner,
    wait_s: Wait,
    idempotency_key: IdempotencyKey = None,
) -> TaskView:
    """Accept an image for scaling; the task stands at the URL in `Location`."""
    task, created = await create_task(
        await form.original(owner),
        form.options(),
        owner,
        idempotency_key=idempotency_key,
        message=lambda task_id: TaskMessage(task_id=task_id, **correlation),
        measure=measure,
        limits=limits,
        retention=retention,
        tasks=tasks,
        queue=queue,
        store=store,
    )
    telemetry.accepted(task, created=created)
    task = await get_task(task.id, owner, wait_s=wait_s, tasks=tasks) if wait_s else task
    response.headers["Location"] = f"/api/v1/tasks/{task.id}"
    if not created:
        response.headers["Idempotency-Replayed"] = "true"
    response.status_code = 200 if task.status.is_final else 202
    return await show_progress(task, response, wait_s, tasks)
