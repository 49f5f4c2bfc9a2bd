"""POST /api/v1/plan: tells what a task would make, without making it."""

from imagescaler.adapters import stores
from imagescaler.domain import errors
from imagescaler.domain.limits import Limits
from imagescaler.probe.probe import probe
from imagescaler.runtime import settings
from imagescaler.usecases.image_input import InlineImage, UploadedImage
from imagescaler.usecases.plan_task import plan_renditions, plan_task
from imagescaler.web.app import Owner, create_app, lambda_handler
from imagescaler.web.catalogue import problems
from imagescaler.web.requests.plan_form import PLAN_BODY, PlanBody
from imagescaler.web.views.plan import PlanView, RenditionsPlan

app = create_app()
handler = lambda_handler(app)
store = stores.from_env()
limits = settings.from_env(Limits)
PROBLEMS = (
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
    errors.StoreUnavailable,
)


@app.post(
    "/api/v1/plan",
    tags=["tasks"],
    summary="See what a task would make",
    responses=problems(*PROBLEMS),
    openapi_extra=PLAN_BODY,
)
async def post_plan(form: PlanBody, owner: Owner) -> PlanView | RenditionsPlan:
    """Give the exact size of each result for an image, of which the beginning is enough, an upload, or a size alone."""
    image = UploadedImage(form.upload_id, owner) if form.upload_id else InlineImage(await form.image())
    source, renditions = form.source_info or image, form.wishes()
    if renditions:
        plans = await plan_renditions(source, renditions, probe=probe, limits=limits, store=store)
        return RenditionsPlan.of(plans)
    return PlanView.of(await plan_task(source, form.options(), probe=probe, limits=limits, store=store))
