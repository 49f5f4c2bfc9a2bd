"""Reads a CloudFormation template: short tags, parameters and references."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

PSEUDO_PARAMETERS: Mapping[str, str] = {
    "AWS::AccountId": "000000000000",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::URLSuffix": "amazonaws.com",
}
"""CloudFormation's own parameters, as far as they make sense on one machine."""
CONDITION = "Condition "
"""Prefix of conditions among the parameters; a parameter's name has no spaces."""
PLACEHOLDER = re.compile(r"\$\{([^!}]+)\}")


class TemplateError(ValueError):
    """The template cannot be used; the message is one sentence that names the file, the resource and the property."""


class Attribute(str):
    """The logical id of a resource in place of its attribute (`!GetAtt Queue.Arn`), which only a stack has."""

    __slots__ = ()


class _Loader(yaml.SafeLoader):
    """Reads short tags as the long form: `!Ref A` is `{"Ref": "A"}`."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    argument: Any
    if isinstance(node, yaml.ScalarNode):
        argument = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        argument = loader.construct_sequence(node, deep=True)
    else:
        argument = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]  # the only kind that is left
    if tag == "GetAtt" and isinstance(argument, str):
        argument = argument.split(".", 1)
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": argument}


_Loader.add_multi_constructor("!", _long_form)


def read(path: Path) -> dict[str, Any]:
    """Return a template as it is written, with intrinsic functions in their long form; raises TemplateError."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise TemplateError(f"{path} cannot be read: {error.strerror}.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TemplateError(f"{path} is not YAML at line {line}: {error.problem}.") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise TemplateError(f"{path} is not YAML: it has characters that are not text.") from error
    if not isinstance(content, dict) or "Resources" not in content:
        raise TemplateError(f"{path} is not a template: it has no Resources.")
    return content


def resolve(template: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Return a template with its references resolved; a value that only a deployed stack has is None.

    A parameter takes its value from its environment variable (`TasksPerSecond`: TASKS_PER_SECOND), else its default.
    """
    parameters: dict[str, Any] = dict(PSEUDO_PARAMETERS)
    for name, parameter in template.get("Parameters", {}).items():
        value = environment.get(_variable(name), parameter.get("Default"))
        is_list = parameter.get("Type") == "CommaDelimitedList" and isinstance(value, str)
        parameters[name] = [item.strip() for item in value.split(",")] if is_list else value
    for name, condition in template.get("Conditions", {}).items():
        parameters[f"{CONDITION}{name}"] = _is_met(condition, parameters)
    return {section: _resolve(content, parameters) for section, content in template.items()}


def _variable(parameter: str) -> str:
    """Return the name of a parameter's environment variable.

    >>> _variable("TasksPerSecond")
    'TASKS_PER_SECOND'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", parameter).upper()


def _resolve(value: Any, parameters: Mapping[str, Any]) -> Any:
    match value:
        case {"Ref": str(name)}:
            return parameters.get(name)
        case {"Fn::GetAtt": [str(logical_id), *_]}:
            return Attribute(logical_id)
        case {"Fn::Sub": str(pattern)}:
            values = {name: parameters.get(name) for name in PLACEHOLDER.findall(pattern)}
            return None if None in values.values() else PLACEHOLDER.sub(lambda found: str(values[found[1]]), pattern)
        case {"Fn::If": [str(name), chosen, other]}:
            return _resolve(chosen if parameters.get(f"{CONDITION}{name}") else other, parameters)
        case dict() if any(str(name).startswith("Fn::") for name in value):
            return None
        case dict():
            value = {str(name): _resolve(item, parameters) for name, item in value.items()}
        case list():
            value = [_resolve(item, parameters) for item in value]
    return value


def _is_met(condition: Any, parameters: Mapping[str, Any]) -> bool:
    """True if a condition of Equals and Not is met; others are not. CloudFormation compares text."""
    match condition:
        case {"Fn::Not": [other]}:
            return not _is_met(other, parameters)
        case {"Fn::Equals": [one, other]}:
            return str(_resolve(one, parameters)) == str(_resolve(other, parameters))
        case _:
            return False
