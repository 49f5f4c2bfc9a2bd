"""The declaration of an option, on its field of `Options`: all that shows or reads options is made from it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

from imagescaler.domain.formats import RESULT_FORMATS, Format

DECLARATION = "option"


class Group(StrEnum):
    """What an option is about."""

    SIZE = "size"
    POSITION = "position"
    CANVAS = "canvas"
    WATERMARK = "watermark"
    ORIENTATION = "orientation"
    PIXELS = "pixels"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a field says of its option. The bounds of a number are inclusive, but for `above`.

    The option has no effect on a result whose format is not in `results`, on an animation if `stills_only`, and beside
    an option in `replaced_by`. If there are `needs`, one of them has to be met, or `sources` has to be restricted and
    have the format of the image. A need is the name of an option, a name with a value, or several joined by " and ".
    """

    description: str
    examples: tuple[Any, ...]
    group: Group
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    multiple_of: int | None = None
    pattern: str | None = None
    """Regular expression that a text matches from beginning to end (ECMA-262, without look-around)."""
    none: str | None = None
    """The text that stands for None, where None is a value and not an absence."""
    results: Collection[Format] = RESULT_FORMATS
    sources: Collection[Format] = tuple(Format)
    stills_only: bool = False
    replaced_by: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def bounds(self) -> Mapping[str, float]:
        """The bounds that are set, by the names of JSON Schema."""
        named = {
            "minimum": self.at_least,
            "exclusiveMinimum": self.above,
            "maximum": self.at_most,
            "multipleOf": self.multiple_of,
        }
        return {name: bound for name, bound in named.items() if bound is not None}


def formats(can: Callable[[Format], bool]) -> tuple[Format, ...]:
    """List the formats with a property."""
    return tuple(filter(can, Format))


def result_formats(can: Callable[[Format], bool]) -> tuple[Format, ...]:
    """List the formats with a property that results may have."""
    return tuple(filter(can, RESULT_FORMATS))


def option(description: str, *, example: Any, group: Group, default: Any = None, **more: Any) -> Any:
    """Declare an option as the field of a dataclass; `example` may be a tuple of several."""
    examples = example if isinstance(example, tuple) else (example,)
    declaration = Declaration(description, examples, group, **more)
    return field(default=default, metadata=MappingProxyType({DECLARATION: declaration}))


@dataclass(frozen=True, slots=True)
class Option:
    """An option: its name, the type of its value without None, its default, and its declaration."""

    name: str
    type: Any
    default: Any
    declaration: Declaration

    @property
    def is_optional(self) -> bool:
        """True if the option may be absent."""
        return self.default is None and self.declaration.none is None

    def text(self, value: Any) -> str:
        """Text form of a value, as a form or a command line carries it.

        >>> Option("flip", bool, False, Declaration("", (), Group.SIZE)).text(True)
        'true'
        """
        if value is None:
            return self.declaration.none or ""
        return str(value).lower() if isinstance(value, bool) else str(value)


def options_of(kind: type[Any]) -> tuple[Option, ...]:
    """List the options that a dataclass declares, in their order."""
    types = get_type_hints(kind, include_extras=True)
    return tuple(
        Option(each.name, _without_none(types[each.name]), each.default, each.metadata[DECLARATION])
        for each in fields(kind)
    )


def _without_none(hint: Any) -> Any:
    """Take None out of a union of one type and None."""
    arguments = get_args(hint)
    return arguments[0] if type(None) in arguments else hint
