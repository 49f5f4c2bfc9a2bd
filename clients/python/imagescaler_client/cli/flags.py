"""Flags of the command line, one for each declared option."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

import typer

from imagescaler_client.declared import DECLARED

NOT_OF_FILES = {"source_url"}
TYPES: Mapping[str, type] = {"integer": int, "number": float, "boolean": bool, "string": str}
Command = TypeVar("Command", bound=Callable[..., None])


def with_options(command: Command) -> Command:
    """Replace the keyword arguments of a command by a flag for each option."""
    signature = inspect.signature(command)
    own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    command.__signature__ = signature.replace(parameters=[*own, *_flags()])  # type: ignore[attr-defined]
    del command.__annotations__["options"]
    return command


def _flags() -> Iterator[inspect.Parameter]:
    for name, schema in DECLARED.items():
        if name not in NOT_OF_FILES:
            kind: Any = Literal[tuple(schema["enum"])] if "enum" in schema else TYPES[schema["type"]]
            flag = f"--{name.replace('_', '-')}"
            names = (f"{flag}/--no-{flag[2:]}",) if kind is bool else (flag,)
            option = typer.Option(
                *names,
                min=schema.get("minimum"),
                max=schema.get("maximum"),
                help=f"{schema['description']}, such as {schema['examples'][0]}",
                rich_help_panel="Options of the result",
            )
            annotation = Annotated[kind | None, option]
            yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
