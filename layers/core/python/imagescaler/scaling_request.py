"""The options as a client may send them: a color is whatever CSS calls one."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field

from imagescaler.option_fields import OptionFields


def hexadecimal(color: Any) -> Any:
    """Turn any CSS color (CSS Color Module Level 4) into #rrggbbaa; one outside sRGB becomes the nearest inside.

    >>> hexadecimal("transparent"), hexadecimal("rgb(255 204 0 / 50%)"), hexadecimal("oklch(70% 0.1 250)")
    ('#00000000', '#ffcc0080', '#6da3daff')
    """
    from coloraide import Color  # noqa: PLC0415 - it is slow to import, and few requests name a color

    try:
        return Color(color).convert("srgb").fit().to_string(hex=True, alpha=True)
    except (ValueError, TypeError):
        message = "give a CSS color, such as white, #ffcc00, rgb(255 204 0 / 50%) or transparent"
        raise ValueError(message) from None


SIZES = ("width", "height", "scale", "min_width", "min_height", "max_width", "max_height")
SOME_SIZE: dict[str, Any] = {
    "anyOf": [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in SIZES]
}
"""What a schema says of fields of which one at least must be given."""


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


class UploadedImage(ScalingRequest):
    """How to scale an image that was uploaded before."""

    upload_id: UUID

    @classmethod
    def document(cls) -> dict[str, Any]:
        """Give the schema for an OpenAPI document, in which the form has the same kinds of values described."""
        schema = cls.model_json_schema(ref_template="#/components/schemas/{model}")
        return {name: value for name, value in schema.items() if name != "$defs"}
