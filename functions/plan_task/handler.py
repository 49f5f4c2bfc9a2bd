"""POST /api/v1/plan: answers with what a task would make, without making it."""

import imagescaler.web.init  # noqa: F401 - before all others

from imagescaler.adapters import stores
from imagescaler.adapters.watermark_folder import WatermarkFolder
from imagescaler.domain import errors
from imagescaler.domain.limits import Limits
from imagescaler.probe.probe import probe
from imagescaler.runtime import settings
from imagescaler.usecases.plan_task import plan_renditions, plan_task
from imagescaler.web.app import Owner, create_app, lambda_handler
from imagescaler.web.catalogue import problem_responses
from imagescaler.web.requests.body import options_in_query
from imagescaler.web.requests.plan_request import PlanBody, PlanRequest
from imagescaler.web.requests.preset import presets_from_env
from imagescaler.web.requests.task_request import PROBLEMS
from imagescaler.web.views.plan import PlanView, RenditionsPlan

app = create_app()
handler = lambda_handler(app)
store = stores.from_env()
limits, images = settings.from_env(Limits), settings.from_env(WatermarkFolder)
presets_from_env()  # raises SettingsError


@app.post(
    "/api/v1/plan",
    tags=["tasks"],
    summary="Plan a task",
    responses=problem_responses(*PROBLEMS, errors.StoreUnavailable),
    openapi_extra=options_in_query(PlanRequest),
)
async def post_plan(body: PlanBody, owner: Owner) -> PlanView | RenditionsPlan:
    """Return the exact size of each result for an image, of which the beginning is enough, an upload, or a size."""
    source, renditions = body.source(owner), body.named_options()
    if renditions:
        plans = await plan_renditions(source, renditions, owner, probe=probe, limits=limits, store=store, images=images)
        return RenditionsPlan.of(plans)
    return PlanView.of(
        await plan_task(source, body.options, owner, probe=probe, limits=limits, store=store, images=images)
    )
