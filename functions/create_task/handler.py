"""POST /api/v1/tasks: takes an image and how to scale it, and answers with a task."""

from fastapi import Response

from imagescaler.adapters import queues, repositories, stores
from imagescaler.domain import errors
from imagescaler.domain.limits import Limits
from imagescaler.domain.retention import Retention
from imagescaler.domain.task.message import TaskMessage
from imagescaler.planning.cost.task_cost import work_s
from imagescaler.probe.probe import probe
from imagescaler.runtime import settings, telemetry
from imagescaler.usecases.create_task import create_task
from imagescaler.usecases.image_input import InlineImage, UploadedImage
from imagescaler.usecases.wait_for_task import wait_for_task
from imagescaler.web.app import Correlation, Owner, create_app, lambda_handler
from imagescaler.web.catalogue import problems
from imagescaler.web.requests.headers import IdempotencyKey
from imagescaler.web.requests.task_form import TASK_BODY, TaskBody
from imagescaler.web.views.progress import ACCEPTED, Wait, show_accepted
from imagescaler.web.views.task import TaskView

app = create_app()
handler = lambda_handler(app)
tasks, queue, store = repositories.from_env(), queues.from_env(), stores.from_env()
limits, retention = settings.from_env(Limits), settings.from_env(Retention)
PROBLEMS = (
    errors.RepositoryUnavailable,
    errors.MalformedRequest,
    errors.UploadNotFound,
    errors.SourceTooLarge,
    errors.TooManyRenditions,
    errors.UnsupportedImageFormat,
    errors.CorruptImage,
    errors.ImageTooLarge,
    errors.TooManyFrames,
    errors.CropOutside,
    errors.TargetTooLarge,
    errors.IdempotencyKeyReused,
    errors.QueueFull,
    errors.StoreFull,
)


@app.post(
    "/api/v1/tasks",
    status_code=202,
    tags=["tasks"],
    summary="Scale an image",
    responses={**ACCEPTED, **problems(*PROBLEMS)},
    openapi_extra=TASK_BODY,
)
async def post_task(
    form: TaskBody,
    response: Response,
    correlation: Correlation,
    owner: Owner,
    wait_s: Wait,
    idempotency_key: IdempotencyKey = None,
) -> TaskView:
    """Accept an image for scaling; the task stands at the URL in `Location`."""
    task, created = await create_task(
        UploadedImage(form.upload_id, owner) if form.upload_id else InlineImage(await form.image()),
        form.options(),
        owner,
        renditions=form.wishes(),
        idempotency_key=idempotency_key,
        message=lambda task_id: TaskMessage(task_id=task_id, **correlation),
        probe=probe,
        limits=limits,
        retention=retention,
        tasks=tasks,
        queue=queue,
        store=store,
    )
    telemetry.accepted(task, created=created)
    if wait_s:
        task = await wait_for_task(task, wait_s=wait_s, work_s=work_s(task, limits), tasks=tasks)
    return await show_accepted(task, response, wait_s, tasks, replayed=not created)
