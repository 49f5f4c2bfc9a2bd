"""Services run as people do: one for all tests that leave it as it is, or one of a test's own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from local.servers.folders import temporary_data_folder
from tests.service import Service, Start, starting

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


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
