"""An installed wheel serves, outside a checkout."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from local.servers.folders import temporary_data_folder
from local.stack import Layout
from tests.pictures import plain

ROOT = Path(__file__).parent.parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
OURS = ("POSTGRES_DSN", "REDIS_URL", "QUEUE_URL", "STORE_URL", "FUNCTIONS_URL", "URL_SIGNING_KEY", "PYTHONPATH")


def test_the_wheel_needs_what_the_groups_for_serving_list() -> None:
    groups = PYPROJECT["dependency-groups"]
    local = [each for each in groups["local"] if isinstance(each, str)]
    assert groups["local"][0] == {"include-group": "emulation"}
    assert PYPROJECT["project"]["dependencies"] == sorted({*groups["functions"], *groups["emulation"], *local})


def test_a_checkout_is_served_from_its_own_files() -> None:
    layout = Layout.find()
    assert (layout.template, layout.code.functions) == (ROOT / "template.yaml", ROOT / "functions")
    assert layout.data == ROOT / ".data"


def test_an_installed_package_is_served_from_what_it_brings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    (tmp_path / "local/service").mkdir(parents=True)
    layout = Layout.find(tmp_path / "local")
    assert layout.template == tmp_path / "local/service/template.yaml"
    assert layout.code.functions == tmp_path / "local/service/functions"
    assert layout.data == tmp_path / "home/imagescaler"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with temporary_data_folder() as made:
        yield made


@contextmanager
def serving(command: Path, folder: Path) -> Iterator[str]:
    """Run the command in an empty folder until the block ends; yield the URL."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment |= {"XDG_DATA_HOME": str(folder / "home"), "PYTHONUNBUFFERED": "1"}
    empty = folder / "empty"
    empty.mkdir()
    with subprocess.Popen(
        [command, "--port", "0"], cwd=empty, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        screen = ""
        try:
            for line in server.stdout or ():
                screen += line
                if "Ctrl-C" in line:
                    break
            [url] = re.findall(r"imagescaler +(http://\S+)", screen)
            assert f"data            {folder}/home/imagescaler\n" in screen
            yield url
        finally:
            server.terminate()
            rest, _ = server.communicate(timeout=60)
    assert (server.returncode, list(empty.iterdir())) == (0, []), screen + rest


@pytest.mark.slow
def test_one_command_serves_after_the_wheel_is_installed(folder: Path) -> None:
    def run(*command: str | Path) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder / "dist", ROOT)
    [wheel] = (folder / "dist").glob("*.whl")
    handlers = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("/handler.py")}
    assert len(handlers) == len(list(ROOT.glob("functions/*/handler.py")))

    run(sys.executable, "-m", "venv", folder / "venv")
    run(folder / "venv/bin/pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", wheel)
    with serving(folder / "venv/bin/imagescaler-serve", folder) as url:
        task = httpx.post(
            f"{url}/api/v1/tasks",
            files={"file": plain(size=(60, 40))},
            data={"width": "30"},
            headers={"Prefer": "wait=20"},
            timeout=60,
        ).json()
        assert task["status"] == "completed", task
        result = httpx.get(f"{url}/api/v1/results/{task['id']}", headers={"Accept": "image/*"}, timeout=60)
    assert (result.status_code, result.headers["content-type"]) == (200, "image/png")
    with Image.open(BytesIO(result.content)) as image:
        assert image.size == (30, 20)
