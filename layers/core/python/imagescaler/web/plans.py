"""A plan as an answer: what a task would make."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from imagescaler.admission import foreseen
from imagescaler.forecast import Forecast
from imagescaler.formats import Format
from imagescaler.option_fields import OptionFields
from imagescaler.options import Options


class SizeView(BaseModel):
    """A width and a height, in pixels."""

    width: int
    height: int


class BoxView(SizeView):
    """A part of a picture, in pixels from its top left corner."""

    model_config = ConfigDict(from_attributes=True)

    left: int
    top: int


class PlaceView(BaseModel):
    """Where something begins, in pixels from the top left corner."""

    left: int
    top: int


class PlannedSource(SizeView):
    """The source when turned upright; its format is null where neither a file nor `source_format` tells it."""

    format: Format | None


class PlannedResult(SizeView):
    """The result; its format is null where it is that of the source, which is not known."""

    format: Format | None
    media_type: str | None


class GeometryView(BaseModel):
    """How one becomes the other.

    `area` of the upright source is used; with `flip`, `flop` and `rotate` done, it becomes the picture of size
    `scaled`; `window` of that is seen, and lies at `position` in the result.
    """

    area: BoxView
    scaled: SizeView
    window: BoxView
    position: PlaceView


class DoubtView(BaseModel):
    """An option by which the result may turn out otherwise, and how."""

    model_config = ConfigDict(from_attributes=True)

    option: Literal["auto_orient", "trim", "gravity"]
    detail: str


class PredictedView(BaseModel):
    """What it takes to scale a photograph so: bytes of memory at once, and seconds of processor (docs/admission.md)."""

    memory_bytes: int
    seconds: float


class PlanView(BaseModel):
    """What a task would make; without `doubts` it is exactly so."""

    source: PlannedSource
    options: OptionFields
    result: PlannedResult
    geometry: GeometryView
    doubts: list[DoubtView]
    predicted: PredictedView | None

    @classmethod
    def of(cls, forecast: Forecast, options: Options) -> Self:
        """Show a forecast to its client."""
        plan, form, cost = forecast.plan, forecast.format, foreseen(forecast, options)
        return cls(
            source=PlannedSource(format=forecast.outline.format, **_size(plan.upright)),
            options=OptionFields.of(options),
            result=PlannedResult(format=form, media_type=form and form.media_type, **_size(plan.size)),
            geometry=GeometryView(
                area=BoxView.model_validate(plan.area),
                scaled=SizeView(**_size(plan.scaled)),
                window=BoxView.model_validate(plan.window),
                position=PlaceView(left=plan.left, top=plan.top),
            ),
            predicted=cost and PredictedView(memory_bytes=cost.memory_bytes, seconds=round(cost.seconds, 4)),
            doubts=[DoubtView.model_validate(doubt) for doubt in forecast.doubts],
        )


def _size(size: tuple[int, int]) -> dict[str, Any]:
    return {"width": size[0], "height": size[1]}
