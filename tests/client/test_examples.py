"""The examples of docs/client.md, as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service import ROOT

EXAMPLES = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs/client.md").read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_of_the_page_works_as_it_stands(url: str, photo: Path, example: str) -> None:
    script = example.replace("http://127.0.0.1:8000", url)
    environment = {**os.environ, "IMAGESCALER_URL": url}
    command = (sys.executable, "-c", script)
    done = subprocess.run(
        command, cwd=photo.parent, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) == 5
