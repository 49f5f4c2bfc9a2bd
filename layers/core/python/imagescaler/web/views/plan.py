"""Plans, as clients get them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from imagescaler.domain.formats import Format
from imagescaler.domain.task.outcome import Failure
from imagescaler.planning.cost.estimate import estimate_previews
from imagescaler.planning.preview import Preview
from imagescaler.web.views.options import OptionsView
from imagescaler.web.views.problem import TaskError


class SizeView(BaseModel):
    """A width and a height, in pixels."""

    width: int
    height: int


class BoxView(SizeView):
    """A part of an image, in pixels from its top left corner."""

    model_config = ConfigDict(from_attributes=True)

    left: int
    top: int


class PlaceView(BaseModel):
    """A position, in pixels from the top left corner."""

    left: int
    top: int


class PlannedSource(SizeView):
    """The upright source; `format` is null where only its size was sent."""

    format: Format | None


class PlannedResult(SizeView):
    """The result; `format` is null where it is that of the source, which is unknown."""

    format: Format | None
    media_type: str | None


class GeometryView(BaseModel):
    """How the source becomes the result.

    `area` of the upright source is used. After `flip`, `flop` and `rotate` it is resized to `scaled`; `window` is cut
    out of that, and placed at `position` in the result.
    """

    area: BoxView
    scaled: SizeView
    window: BoxView
    position: PlaceView


class CaveatView(BaseModel):
    """An option by which the result may differ from the plan, and how."""

    model_config = ConfigDict(from_attributes=True)

    option: Literal["auto_orient", "trim", "gravity"]
    detail: str


class PredictedView(BaseModel):
    """Estimated cost for a photograph: peak memory in bytes, and processor time in seconds (docs/cost.md)."""

    memory_bytes: int
    seconds: float

    @classmethod
    def of(cls, previews: Sequence[Preview]) -> Self | None:
        """Show the cost of all previews together; None if it is unknown."""
        cost = estimate_previews(previews)
        return cls(memory_bytes=cost.memory_bytes, seconds=round(cost.seconds, 4)) if cost else None


class PlanView(BaseModel):
    """What a task would make; exact if there are no `doubts`."""

    source: PlannedSource
    options: OptionsView
    result: PlannedResult
    geometry: GeometryView
    doubts: list[CaveatView]
    warnings: Annotated[list[str], Field(description="options that have no effect")]
    predicted: PredictedView | None

    @classmethod
    def of(cls, preview: Preview) -> Self:
        """Show a preview to its client."""
        plan, form = preview.plan, preview.format
        return cls(
            source=PlannedSource(format=preview.traits.format, **_size(plan.upright)),
            options=OptionsView.of(preview.options),
            result=PlannedResult(format=form, media_type=form and form.media_type, **_size(plan.size)),
            geometry=GeometryView(
                area=BoxView.model_validate(plan.area),
                scaled=SizeView(**_size(plan.scaled)),
                window=BoxView.model_validate(plan.window),
                position=PlaceView(left=plan.left, top=plan.top),
            ),
            predicted=PredictedView.of([preview]),
            doubts=[CaveatView.model_validate(each) for each in preview.caveats],
            warnings=list(preview.warnings),
        )


class RenditionPlan(BaseModel):
    """The plan of one rendition, or why it cannot be made."""

    name: str
    plan: PlanView | None = None
    error: TaskError | None = None

    @classmethod
    def of(cls, name: str, planned: Preview | Failure) -> Self:
        """Show the plan of a rendition to its client."""
        if isinstance(planned, Failure):
            return cls(name=name, error=TaskError.of(planned))
        return cls(name=name, plan=PlanView.of(planned))


class RenditionsPlan(BaseModel):
    """The plans of all renditions; `predicted` is for all that can be made, with one decoding."""

    renditions: list[RenditionPlan]
    predicted: PredictedView | None

    @classmethod
    def of(cls, planned: Mapping[str, Preview | Failure]) -> Self:
        """Show the plans of renditions, by name, to their client."""
        return cls(
            renditions=[RenditionPlan.of(name, each) for name, each in planned.items()],
            predicted=PredictedView.of([each for each in planned.values() if isinstance(each, Preview)]),
        )


def _size(size: tuple[int, int]) -> dict[str, Any]:
    return {"width": size[0], "height": size[1]}
