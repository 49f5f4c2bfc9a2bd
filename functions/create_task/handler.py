"""POST /api/v1/tasks: accepts an image and the options, and answers with a task, or with the scaled image."""

import imagescaler.web.init  # noqa: F401 - before all others

from typing import Any

from fastapi import Request, Response

from imagescaler.adapters import queues, repositories, stores, task_ends
from imagescaler.adapters.watermark_folder import WatermarkFolder
from imagescaler.domain import errors
from imagescaler.domain.limits import Limits
from imagescaler.domain.object_url import BucketRules
from imagescaler.domain.outbound_rules import OutboundRules
from imagescaler.domain.quota import KeyQuota, QuotaSettings
from imagescaler.domain.retention import Retention
from imagescaler.domain.task.task import Task
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.planning.cost.estimate import work_s
from imagescaler.probe.probe import probe
from imagescaler.runtime import settings, telemetry
from imagescaler.usecases.create_task import NewTaskRequest, create_task
from imagescaler.usecases.wait_for_task import wait_for_task
from imagescaler.web.app import Correlation, KeyWebhookUrl, Owner, OwnQuota, create_app, lambda_handler
from imagescaler.web.catalogue import problem_responses
from imagescaler.web.requests.body import options_in_query
from imagescaler.web.requests.headers import IdempotencyKey
from imagescaler.web.requests.preset import presets_from_env
from imagescaler.web.requests.task_request import PROBLEMS, TaskBody, TaskRequest
from imagescaler.web.views.picture import PICTURE, WantsPicture, show_picture
from imagescaler.web.views.progress import ACCEPTED, Wait, show_accepted
from imagescaler.web.views.task import TaskView

app = create_app()
handler = lambda_handler(app)
tasks, queue, store, ends = repositories.from_env(), queues.from_env(), stores.from_env(), task_ends.from_env()
source_queue = queues.sources_from_env()
settings.from_env(OutboundRules), settings.from_env(BucketRules)  # raise SettingsError
limits, retention, waits = settings.from_env(Limits), settings.from_env(Retention), settings.from_env(WaitLimits)
default_quota = settings.from_env(QuotaSettings).quota
images = settings.from_env(WatermarkFolder)
presets_from_env()  # raises SettingsError
QUOTA = (errors.QuotaUsedUp, errors.TaskExceedsQuota)
WRITING = (errors.IdempotencyKeyReused, errors.RepositoryUnavailable, errors.QueueFull, errors.StoreFull)
READING = (errors.NotOnePicture, errors.SourceLost, errors.ResultExpired, errors.ResultDamaged)


@app.post(
    "/api/v1/tasks",
    status_code=202,
    response_model=TaskView,
    tags=["tasks"],
    summary="Scale an image",
    responses={**ACCEPTED, **PICTURE, **problem_responses(*PROBLEMS, *QUOTA, *WRITING, *READING)},
    openapi_extra=options_in_query(TaskRequest),
)
async def post_task(
    body: TaskBody,
    request: Request,
    response: Response,
    correlation: Correlation,
    owner: Owner,
    own_quota: OwnQuota,
    key_webhook_url: KeyWebhookUrl,
    wait_s: Wait,
    wants_picture: WantsPicture,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Accept an image for scaling; the task is at the URL in `Location`.

    With `Prefer: wait` and `Accept: image/*`, the response is the scaled image itself, if it is made in time.
    """
    rendition = body.only_rendition() if wants_picture else None
    image, renditions = body.image(owner), body.named_options()
    key_id, own = own_quota
    quota = KeyQuota(key_id, default_quota.with_own(own))
    urls = body.webhook_url, key_webhook_url
    new = NewTaskRequest(image, body.options, owner, renditions, idempotency_key, correlation, quota, *urls)

    async def wait(task: Task) -> Task:
        work = work_s(task, limits)
        return await wait_for_task(task, wait_s=wait_s, work_s=work, limits=waits, tasks=tasks, ends=ends)

    task, created = await create_task(
        new,
        probe=probe,
        limits=limits,
        retention=retention,
        tasks=tasks,
        queue=queue,
        source_queue=source_queue,
        store=store,
        images=images,
        wait=wait if wait_s else None,
    )
    telemetry.accepted(task, created=created)
    if wants_picture:
        picture = await show_picture(task, rendition, request, wait_s, replayed=not created, tasks=tasks, store=store)
        if picture:
            return picture
    return await show_accepted(task, response, wait_s, tasks, replayed=not created)
