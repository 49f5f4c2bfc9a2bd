"""Presets, as clients get them."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from imagescaler.web.requests.preset import Preset
from imagescaler.web.views.options import OptionsView


class PresetRendition(BaseModel):
    """One of several results of a preset."""

    name: Annotated[str, Field(examples=["small"])]
    options: OptionsView


class PresetView(BaseModel):
    """A preset: the options of its result, of which width and height are the size, or its renditions."""

    name: Annotated[str, Field(examples=["card"])]
    options: Annotated[OptionsView | None, Field(description="null for a preset with renditions")] = None
    renditions: Annotated[list[PresetRendition] | None, Field(description="null for a preset with one result")] = None

    @classmethod
    def of(cls, name: str, preset: Preset) -> Self:
        """Show a preset to clients."""
        named = preset.named_options()
        listed = [PresetRendition(name=each.name, options=OptionsView.of(each.options)) for each in named]
        return cls(name=name, options=None if listed else OptionsView.of(preset.options), renditions=listed or None)


class PresetsView(BaseModel):
    """All presets of the deployment."""

    presets: list[PresetView]
    presets_only: Annotated[bool, Field(description="true if requests must name a preset, and set no options")]

    @classmethod
    def of(cls, presets: Mapping[str, Preset], *, presets_only: bool) -> Self:
        """Show presets, by name, to clients."""
        listed = [PresetView.of(name, preset) for name, preset in presets.items()]
        return cls(presets=listed, presets_only=presets_only)


CARD = Preset.model_validate({"width": 400, "height": 300, "fit": "cover", "format": "webp"})
EXAMPLE = PresetsView.of({"card": CARD}, presets_only=False).model_dump(mode="json")
LISTED: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"example": EXAMPLE}}}}
"""The response of GET /api/v1/presets in the OpenAPI document."""
