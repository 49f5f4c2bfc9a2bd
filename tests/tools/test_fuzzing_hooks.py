"""What Schemathesis sends: images where files are, and no case fails while it is made."""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.generation import GenerationMode
from schemathesis.transport.serialization import Binary

from tests.pictures import plain
from tools.documents import OPENAPI
from tools.fuzzing import hooks

DOCUMENT = schemathesis.openapi.from_dict(json.loads(OPENAPI.read_text()))
FORM = "multipart/form-data"


def operation(path: str) -> Any:
    return DOCUMENT[path]["POST"]


@pytest.mark.parametrize("path", ["/api/v1/plan", "/api/v1/tasks"])
def test_the_file_of_an_example_is_an_image(path: str) -> None:
    raw = json.loads(OPENAPI.read_text())["paths"][path]["post"]["requestBody"]["content"][FORM]["example"]
    case = operation(path).Case(body=raw, media_type=FORM)
    hooks.before_call(None, case, None)
    assert case.body == {**raw, "file": plain()}


def test_no_case_that_is_refused_has_bytes_that_schemathesis_cannot_validate() -> None:
    files: list[object] = []

    @seed(0)
    @settings(max_examples=400, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(case=operation("/api/v1/plan").as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def draw(case: Any) -> None:
        if case.media_type == FORM and isinstance(case.body, dict) and "file" in case.body:
            files.append(case.body["file"])

    draw()
    assert files
    assert not [file for file in files if isinstance(file, Binary)]
