"""The pages of the API, settings and metrics have every operation, setting and metric, with its default and unit."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from importlib import import_module
from pathlib import Path

import yaml

from imagescaler.runtime.telemetry import METRICS

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers/core/python"
MODULES = [*(LAYER / "imagescaler").rglob("*.py"), *(ROOT / "local").rglob("*.py")]
READ = re.compile(r"\b(?:read|from_env)\((\w+)[,)]")
OF_LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME", "FUNCTION_TIMEOUT_S"}  # set by Lambda, and by the template alone
OF_THE_TEMPLATE = {"TASKS_PER_SECOND", "REQUESTS_PER_SECOND", "CLIENT_REQUESTS_PER_MINUTE"}
OF_COMMANDS = {"IMAGESCALER_DATA"}
TEMPLATE = yaml.load((ROOT / "template.yaml").read_text(), yaml.BaseLoader)


def rows(page: str) -> dict[str, str]:
    """Return the second column of the tables of a page by their first, if that is code."""
    text = (ROOT / "docs" / page).read_text()
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) ?\|", text, re.MULTILINE))


def settings_of_the_code() -> Iterator[Field[object]]:
    """Yield the fields of each dataclass that is read from the environment."""
    for path in (*MODULES, *ROOT.glob("functions/*/handler.py")):
        text = path.read_text()
        for name in set(READ.findall(text)):
            if module := _origin(path, text, name):
                found = getattr(import_module(module), name)
                yield from fields(found) if is_dataclass(found) else ()


def _origin(path: Path, text: str, name: str) -> str:
    """Return the module that a name of a file comes from, empty for names that are no classes."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
            return str(node.module)
        if isinstance(node, ast.ClassDef) and node.name == name:
            parts = path.relative_to(LAYER if path.is_relative_to(LAYER) else ROOT).with_suffix("").parts
            return ".".join(parts).removesuffix(".__init__")
    return ""


def test_the_page_of_the_api_has_each_operation() -> None:
    page = (ROOT / "docs/api.md").read_text()
    paths = json.loads((ROOT / "functions/docs/openapi.json").read_text())["paths"]
    operations = {
        f"`{method.upper()} {re.sub('{(task|upload)_id}', '{id}', path)}`"
        for path, methods in paths.items()
        for method in methods.keys() & {"get", "post", "put", "delete"}
    }
    assert len(operations) >= 12
    assert {operation for operation in operations if operation not in page} == set()


def test_the_page_of_settings_has_each_of_them() -> None:
    names = {field.name.upper() for field in settings_of_the_code()}
    assert len(names) > 50
    assert rows("settings.md").keys() == names - OF_LAMBDA | OF_THE_TEMPLATE | OF_COMMANDS


def test_the_defaults_of_the_page_are_those_of_the_code() -> None:
    page = rows("settings.md")
    wrong = {
        field.name: (page[field.name.upper()], field.default)
        for field in settings_of_the_code()
        if field.name.upper() in page and not _is_said(field.default, page[field.name.upper()])
    }
    assert wrong == {}


def _is_said(default: object, text: str) -> bool:
    match default:
        case bool():
            return text == str(default).lower()
        case int() | float():
            return float(text.partition(";")[0]) == default
        case "":
            return not re.fullmatch(r"\d+", text)  # none, or another setting in its place
        case _:
            return default is MISSING or text == default


def test_the_template_has_the_rates_of_the_page() -> None:
    page = rows("settings.md")
    for name in OF_THE_TEMPLATE:
        parameter = "".join(part.title() for part in name.split("_"))
        assert TEMPLATE["Parameters"][parameter]["Default"] == page[name]


def test_the_page_of_metrics_has_each_of_them() -> None:
    units = {unit.value for unit in METRICS.values()}
    page = {name: unit for name, unit in rows("metrics.md").items() if unit in units}
    assert page == {name: unit.value for name, unit in METRICS.items()}


def test_the_page_of_metrics_has_each_alarm() -> None:
    alarms = {name for name, resource in TEMPLATE["Resources"].items() if resource["Type"] == "AWS::CloudWatch::Alarm"}
    assert {name for name in rows("metrics.md") if name.endswith("Alarm")} == alarms
