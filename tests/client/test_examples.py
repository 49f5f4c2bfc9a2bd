"""The examples of docs/client.md, as they stand."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service import ROOT

COMMANDS = re.findall(r"^```sh\n(.*?)^```$", (ROOT / "docs/client.md").read_text(), re.MULTILINE | re.DOTALL)
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


@pytest.mark.parametrize("commands", COMMANDS, ids=range(len(COMMANDS)))
def test_the_commands_of_the_page_work_as_they_stand(url: str, photo: Path, commands: str) -> None:
    module = f"{shlex.quote(sys.executable)} -m imagescaler_client.cli"
    script = re.sub(r"^imagescaler ", f"{module} ", commands, flags=re.MULTILINE)
    environment = {**os.environ, "IMAGESCALER_URL": url}
    shell = ("bash", "-euc", script)
    done = subprocess.run(
        shell, cwd=photo.parent, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_page_has_examples_and_commands() -> None:
    assert (len(EXAMPLES), len(COMMANDS)) == (5, 2)
