"""Services run as people do: one for all tests that leave it as it is, or one of a test's own."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from local.servers.folders import temporary_data_folder
from tests.pictures import photograph
from tests.service import ROOT, Service, Start, starting

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run one service for all tests that leave it as it is."""
    with temporary_data_folder() as data, starting(tmp_path_factory.mktemp("service")) as made:
        yield made(data=data)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as made:
        yield made


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """Yield the data folder of one service."""
    with temporary_data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium, or another browser that is installed."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"there is no browser ({', '.join(BROWSERS)}): apt-get install chromium")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]) as made,
    ):
        yield made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_page() as made:
        yield made


@pytest.fixture(scope="session")
def javascript_example(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the commands of docs/how-to/javascript.md; return the folder of the example, with packages and types."""
    if (
        not shutil.which("npm")
        or subprocess.run(["npm", "view", "openapi-fetch"], capture_output=True, check=False).returncode
    ):
        pytest.skip("there is no npm, or it reaches no packages")
    folder = tmp_path_factory.mktemp("javascript")
    (folder / "photo.jpg").write_bytes(photograph())
    (folder / "docs").symlink_to(ROOT / "docs")
    page = (ROOT / "docs/how-to/javascript.md").read_text()
    [commands, _] = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    script = commands.replace(ADDRESS, service.url)
    shell = subprocess.run(
        ["bash", "-euxc", script], cwd=folder, capture_output=True, text=True, timeout=180, check=False
    )
    assert shell.returncode == 0, shell.stdout + shell.stderr
    return folder / "scaling"
