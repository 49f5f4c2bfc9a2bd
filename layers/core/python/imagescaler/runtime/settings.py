"""Reads environment variables into frozen dataclasses. Each port's settings are beside its factory."""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

Model = TypeVar("Model")


class SettingsError(Exception):
    """An environment variable is missing or invalid; the message names it."""


def read(model: type[Model], environment: Mapping[str, str] | None = None) -> Model:
    """Build a dataclass from environment variables, its field names in capitals; raises SettingsError.

    `NAME_FILE` names a file with the value of `NAME`, for secrets.

    >>> from imagescaler.domain.limits import Limits
    >>> read(Limits, {"MAX_JPEG_SCANS": "many"})
    Traceback (most recent call last):
    imagescaler.runtime.settings.SettingsError: MAX_JPEG_SCANS: Input should be a valid integer, ...
    """
    variables = os.environ if environment is None else environment
    values = dict(_values(getattr(model, "__dataclass_fields__", {}), variables))
    try:
        return TypeAdapter(model).validate_python(values)
    except ValidationError as error:
        raise SettingsError("; ".join(map(_sentence, error.errors()))) from error


@cache
def from_env(model: type[Model]) -> Model:
    """Read a model from the environment of this process; cached."""
    return read(model)


def _values(names: Mapping[str, Any], variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in names:
        variable = name.upper()
        if value := variables.get(variable):
            yield name, value
        elif path := variables.get(f"{variable}_FILE"):
            try:
                yield name, Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(f"{variable}_FILE: the file cannot be read: {error}") from error


def _sentence(error: Any) -> str:
    name = ".".join(str(part).upper() for part in error["loc"])
    match error["type"]:
        case "missing":
            return f"{name} is not set: set this environment variable"
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            return f"{name}: {error['msg']} (it is {error['input']!r})"
