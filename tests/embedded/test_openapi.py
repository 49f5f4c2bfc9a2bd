"""The service keeps the promises of its OpenAPI document, whatever it is asked."""

import json
import re
from pathlib import Path

import pytest

from tests.service import Start
from tools.documents import OPENAPI
from tools.fuzzing.promises import ENVIRONMENT, check

pytestmark = pytest.mark.slow
TROUBLE = ("Traceback", "Runtime.")
FAULT = re.compile(r" 50[02] \d+ ms ")  # a status of the gateway's log, not a duration


def test_every_answer_is_as_the_document_says(start: Start, own_folder: Path) -> None:
    service = start(data=own_folder, **ENVIRONMENT)
    logged_before = len(service.output)
    code, report = check(service.url, "--max-examples", "30", "--seed", "1")
    assert code == 0, report
    tested = re.search(r"Tested: +(\d+)", report)
    assert tested
    assert int(tested[1]) == sum(map(len, json.loads(OPENAPI.read_text())["paths"].values()))
    logged = service.output[logged_before:]
    lines = logged.splitlines()
    assert not [line for line in lines if FAULT.search(line) or any(word in line for word in TROUBLE)]
    assert "task completed" in logged
