"""Reads a CloudFormation template so that every value knows its place in the file and what it refers to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import yaml

PSEUDO_PARAMETERS: Mapping[str, str] = {
    "AWS::AccountId": "000000000000",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::URLSuffix": "amazonaws.com",
}
"""What CloudFormation knows without being told, as far as it makes sense on one machine."""


class TemplateError(Exception):
    """The template cannot be used; the message is one sentence that names the file and the place."""


class _Loader(yaml.SafeLoader):
    """Understands short tags by reading them as the long form: `!GetAtt A.B` is `{"Fn::GetAtt": ["A", "B"]}`."""


def _intrinsic(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    argument: Any
    if isinstance(node, yaml.ScalarNode):
        argument = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        argument = loader.construct_sequence(node, deep=True)
    else:
        argument = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]  # the only kind that is left
    if name == "GetAtt" and isinstance(argument, str):
        argument = argument.split(".", 1)
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": argument}


_Loader.add_multi_constructor("!", _intrinsic)


def _variable(parameter: str) -> str:
    """Give the environment variable of a parameter.

    >>> _variable("TasksPerSecond")
    'TASKS_PER_SECOND'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", parameter).upper()


def _value(parameter: "Node", variable: str | None) -> Any:
    """Give a parameter's value, by default its own; a CommaDelimitedList is written as one text."""
    value = parameter.get("Default").value if variable is None else variable
    is_list = parameter.get("Type").value == "CommaDelimitedList" and isinstance(value, str)
    return [item.strip() for item in value.split(",")] if is_list else value


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a template, where it stands, and what the parameters are by default.

    A value that only a deployed stack has (the ARN of a resource, say) reads like one that is not there.
    """

    value: Any
    place: str
    parameters: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path, environment: Mapping[str, str] = MappingProxyType({})) -> Self:
        """Read a template from a YAML file; raises TemplateError.

        A parameter has the value of its variable (`TasksPerSecond`: TASKS_PER_SECOND), else its default.
        """
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
        except OSError as error:
            raise TemplateError(f"{path} cannot be read: {error.strerror}.") from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise TemplateError(f"{path} is not YAML at line {line}: {error.problem}.") from error
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise TemplateError(f"{path} is not YAML: it has characters that are not text.") from error
        parameters = cls(content, str(path), PSEUDO_PARAMETERS).get("Parameters").items()
        values = {name: _value(parameter, environment.get(_variable(name))) for name, parameter in parameters}
        given = {name: value for name, value in values.items() if value is not None}
        return cls(content, str(path), {**PSEUDO_PARAMETERS, **given})

    def error(self, what: str) -> TemplateError:
        """Make the error that says what is wrong at this place."""
        return TemplateError(f"{self.place} {what}.")

    def get(self, *keys: str) -> "Node":
        """Go down into mappings; what is not there is a node without a value."""
        node = self
        for key in keys:
            value = node._mapping().get(key)
            joint = "." if ": " in node.place else ": "
            node = replace(node, value=value, place=f"{node.place}{joint}{key}")
        return node

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Go through a mapping."""
        return ((str(key), self.get(key)) for key in self._mapping())

    def resolve(self) -> Any:
        """Give the value with its references resolved, or None where this machine cannot know it."""
        match self.value:
            case {"Ref": str(name)}:
                return self.parameters.get(name)
            case {"Fn::Sub": str(pattern)}:
                names = re.findall(r"\$\{([^!}]+)\}", pattern)
                known = all(name in self.parameters for name in names)
                return re.sub(r"\$\{([^!}]+)\}", lambda m: str(self.parameters[m[1]]), pattern) if known else None
            case {**content} if len(content) == 1 and str(next(iter(content))).startswith("Fn::"):
                return None
            case value:
                return value

    def text(self) -> str | None:
        """Give a scalar as CloudFormation passes it on: always a string."""
        match self.resolve():
            case None:
                return None
            case bool(truth):
                return str(truth).lower()
            case dict() | list():
                raise self.error("must be a single value")
            case value:
                return str(value)

    def texts(self) -> tuple[str, ...]:
        """Give a list of scalars."""
        value = self.resolve()
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.error("must be a list")
        texts = (replace(self, value=item, place=f"{self.place}[{n}]").text() for n, item in enumerate(value))
        return tuple(text for text in texts if text is not None)

    def nodes(self) -> Iterator["Node"]:
        """Go through a list."""
        return (replace(self, value=item, place=f"{self.place}[{n}]") for n, item in enumerate(self.value or ()))

    def integer(self, default: int | None = None) -> int:
        """Give a whole number that is not negative; without a default it must be there."""
        text = self.text()
        if text is None and default is not None:
            return default
        if text is None or not re.fullmatch(r"[0-9]+", text):
            raise self.error("must be a whole number")
        return int(text)

    def attribute_of(self) -> str | None:
        """Give the logical id of the resource whose attribute this is (`!GetAtt Queue.Arn`)."""
        match self.value:
            case {"Fn::GetAtt": [str(logical_id), *_]}:
                return logical_id
            case _:
                return None

    def _mapping(self) -> Mapping[Any, Any]:
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise self.error("must be a mapping")
        return self.value
