"""The service keeps the promises of its OpenAPI document, whatever it is asked."""

import json
import re

from tests.documents import OPENAPI
from tests.fuzzing.promises import check
from tests.service import Service

TROUBLE = ("Traceback", " 500 ", "502", "Runtime.")


def test_every_answer_is_as_the_document_says(service: Service) -> None:
    logged_before = len(service.output)
    code, report = check(service.url, "--max-examples", "30", "--seed", "1")
    assert code == 0, report
    tested = re.search(r"Tested: +(\d+)", report)
    assert tested
    assert int(tested[1]) == sum(map(len, json.loads(OPENAPI.read_text())["paths"].values()))
    logged = service.output[logged_before:]
    assert not [line for line in logged.splitlines() if any(word in line for word in TROUBLE)]
    assert "task completed" in logged
