"""The commands of README and tutorial, copied and pasted into a shell."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.pictures import photograph
from tests.service import ROOT, Service

pytestmark = pytest.mark.slow
ADDRESS = "http://127.0.0.1:8000"
NEEDS_A_KEY = "$KEY"
INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)
FENCED = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    """Return the blocks of a page that talk to the service, or read what it has answered."""
    text = (ROOT / page).read_text()
    blocks = FENCED.findall(text) or [
        re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in INDENTED.findall(text)
    ]
    return [block for block in blocks if "curl " in block or ".json" in block]


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_the_commands_of_a_page_work_as_they_stand(service: Service, tmp_path: Path, page: str) -> None:
    for name in ("photo.jpg", "large.jpg"):
        (tmp_path / name).write_bytes(photograph())
    blocks = [block for block in commands(page) if NEEDS_A_KEY not in block]
    # Who pastes commands waits between them; the tutorial says to look until the task is completed.
    wait = f"curl -s -H 'Prefer: wait=20' {ADDRESS}/api/v1/tasks/$ID\n"
    fetch = "curl --fail -L -o scaled.jpg"
    script = "\n".join(["set -euo pipefail", *blocks]).replace(fetch, wait + fetch).replace(ADDRESS, service.url)
    shell = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert shell.returncode == 0, shell.stdout + shell.stderr
    made = [path for path in tmp_path.glob("*.jpg") if path.name not in {"photo.jpg", "large.jpg"}]
    assert {path.name for path in made} == {"scaled.jpg", "small.jpg"}
    assert all(path.read_bytes().startswith(b"\xff\xd8") for path in made)


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_each_command_of_a_page_fails_where_the_request_fails(page: str) -> None:
    """Without --fail, curl saves a problem as a picture."""
    lines = [line for block in commands(page) for line in block.splitlines() if line.startswith("curl ")]
    assert len(lines) >= 4
    assert [line for line in lines if " --fail" not in line] == []
