"""The options as a client may send them: a color is whatever CSS calls one."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from imagescaler.web.requests.option_fields import NotBoolean, OptionFields, Side, SourceFormat


def hexadecimal(color: Any) -> Any:
    """Turn any CSS color (CSS Color Module Level 4) into #rrggbbaa; one outside sRGB becomes the nearest inside.

    >>> hexadecimal("transparent"), hexadecimal("rgb(255 204 0 / 50%)"), hexadecimal("oklch(70% 0.1 250)")
    ('#00000000', '#ffcc0080', '#6da3daff')
    """
    from coloraide import Color  # noqa: PLC0415 - it is slow to import, and few requests name a color

    try:
        return Color(str(color)).convert("srgb").fit().to_string(hex=True, alpha=True)
    except ValueError:
        message = "give a CSS color, such as white, #ffcc00, rgb(255 204 0 / 50%) or transparent"
        raise ValueError(message) from None


SIZES = ("width", "height", "scale", "min_width", "min_height", "max_width", "max_height")


def any_of(*names: str) -> dict[str, Any]:
    """Say in a schema that at least one of some fields must be given."""
    return {"anyOf": [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]}


SOME_SIZE = any_of(*SIZES)
SIZE_OR_RENDITIONS = any_of(*SIZES, "renditions")


class ScalingRequest(OptionFields):
    """How to scale, as it is asked for."""

    model_config = ConfigDict(json_schema_extra=SOME_SIZE)

    background: Annotated[
        str | None,
        BeforeValidator(lambda color: color and hexadecimal(color)),
        Field(
            description="CSS color to lay the picture on; without it what is transparent stays so where the format can",
            examples=["white", "#ffcc0080", "transparent"],
        ),
    ] = None


class DocumentedRequest(ScalingRequest):
    """A request as JSON."""

    @classmethod
    def document(cls) -> dict[str, Any]:
        """Give the schema for an OpenAPI document, in which the form has the same kinds of values described."""
        schema = cls.model_json_schema(ref_template="#/components/schemas/{model}")
        return {name: value for name, value in schema.items() if name != "$defs"}


class SourceSize(BaseModel):
    """What is said of a source in place of an image."""

    source_width: Annotated[
        Side | None,
        Field(description="width of the source as it is stored, in pixels", examples=[4000]),
    ] = None
    source_height: Annotated[
        Side | None,
        Field(description="height of the source as it is stored, in pixels", examples=[3000]),
    ] = None
    source_format: Annotated[
        SourceFormat | None,
        Field(description="format of the source, which is that of the result where format is auto", examples=["jpeg"]),
    ] = None
    source_orientation: Annotated[
        Annotated[int, Field(ge=1, le=8), NotBoolean],
        Field(description="how the source lies, in EXIF's numbers; 1 is upright", examples=[6]),
    ] = 1
