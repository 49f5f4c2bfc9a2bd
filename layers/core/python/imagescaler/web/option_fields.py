"""The options as fields of pydantic models, made from their declarations in the domain."""

import re
from collections.abc import Callable
from enum import EnumType
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PlainSerializer, create_model

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.option import Option
from imagescaler.domain.options import OPTIONS, Color

Model = TypeVar("Model", bound=BaseModel)
NAMES_OF_BOUNDS = {"minimum": "ge", "exclusiveMinimum": "gt", "maximum": "le", "multipleOf": "multiple_of"}
ALIASES = {alias: each.value for each in Format for alias in each.info.aliases}
HEX = "^#[0-9a-f]{8}$"
HexColor = Annotated[str, Field(pattern=HEX)]


def _not_boolean(value: Any) -> Any:
    """Refuse true and false as numbers: pydantic takes them for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("send a number")  # noqa: TRY004 - pydantic makes a 422 of a ValueError
    return value


def _lower(value: Any) -> Any:
    return ALIASES.get(value.lower(), value.lower()) if isinstance(value, str) else value


NotBoolean = BeforeValidator(_not_boolean)
FormatName = BeforeValidator(_lower)


def with_options(color: Any = HexColor) -> Callable[[type[Model]], type[Model]]:
    """Decorate a model to add a field for each option; `color` is the type of the options that are colors."""

    def decorate(model: type[Model]) -> type[Model]:
        fields: dict[str, Any] = {each.name: _field(each, color) for each in OPTIONS}
        return create_model(
            model.__name__, __base__=model, __module__=model.__module__, __doc__=model.__doc__, **fields
        )

    return decorate


def _field(option: Option, color: Any) -> tuple[Any, Any]:
    """Type and FieldInfo of an option; a default that is written as text is parsed when it is used."""
    kind, default = _type(option, color), option.default
    if option.declaration.none or hasattr(option.type, "parse"):
        default = option.text(default) or None
    description, examples = option.declaration.description, list(option.declaration.examples)
    if kind is HexColor:
        examples = [example for example in examples if re.match(HEX, example)]
    return (
        kind | None if option.is_optional else kind,
        Field(default, description=description, examples=examples, validate_default=True),
    )


def _type(option: Option, color: Any) -> Any:
    """Wire type of an option, for which pydantic returns the domain's value and writes its text."""
    kind: Any = option.type
    if kind == Color:
        return color
    if kind is Format:
        return _output_format(option)
    if hasattr(kind, "parse"):
        text = kind.parse.__annotations__["text"]
        return Annotated[text, NotBoolean, AfterValidator(kind.parse), PlainSerializer(str, text)]
    if isinstance(kind, EnumType) or kind is bool:
        return kind
    bounds: dict[str, Any] = {NAMES_OF_BOUNDS[name]: bound for name, bound in option.declaration.bounds.items()}
    return Annotated[kind, Field(**bounds, pattern=option.declaration.pattern), NotBoolean]


def _output_format(option: Option) -> Any:
    names: Any = Literal[(option.declaration.none, *(each.value for each in RESULT_FORMATS))]

    def parse(name: str) -> Format | None:
        return None if name == option.declaration.none else Format(name)

    return Annotated[names, FormatName, AfterValidator(parse), PlainSerializer(option.text, names)]
