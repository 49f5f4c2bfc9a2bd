"""What `make python-client` generates, and the dependencies of the client."""

import re
import tomllib

from tests.service import ROOT
from tools.python_client import generate

CLIENT = tomllib.loads((ROOT / "clients/python/pyproject.toml").read_text())["project"]
GROUP = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["client"]
GENERATOR = "datamodel-code-generator"


def test_the_generated_files_are_those_of_the_openapi_document() -> None:
    stale = [str(path.relative_to(ROOT)) for path, text in generate() if path.read_text() != text]
    assert stale == [], "run `make python-client`"


def test_the_tests_run_with_what_the_client_needs() -> None:
    needed = [*CLIENT["dependencies"], *CLIENT["optional-dependencies"]["webhooks"]]
    assert sorted({re.split(">=", each)[0] for each in needed} | {GENERATOR}) == GROUP
