"""Draws the pictures of docs/page.md: the page in a browser, before and after a request, wide and on a phone."""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from local.servers.folders import temporary_data_folder
from tests.service import starting

FOLDER = Path(__file__).parents[2] / "docs/pictures"
WIDE, PHONE = {"width": 1280, "height": 960}, {"width": 390, "height": 844}
COLORS = 128


def main() -> None:
    """Write the pictures, from a service that is started for them."""
    path = shutil.which("chromium") or sys.exit("There is no Chromium: apt-get install chromium")
    FOLDER.mkdir(exist_ok=True)
    with (
        temporary_data_folder() as data,
        tempfile.TemporaryDirectory() as folder,
        starting(Path(folder)) as start,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]) as browser,
    ):
        url = start(data=data).url
        for name, scheme, size in (("wide", "light", WIDE), ("dark", "dark", WIDE), ("phone", "dark", PHONE)):
            _draw_result(_opened(browser, url, scheme, size), FOLDER / f"page-{name}.png")
        _draw_error(_opened(browser, url, "light", WIDE), FOLDER / "page-error.png")


def _opened(browser: Browser, url: str, scheme: str, size: Mapping[str, int]) -> Page:
    page = browser.new_context(color_scheme=scheme, viewport=size).new_page()  # type: ignore[arg-type]
    page.goto(url)
    page.get_by_role("button", name="Use the sample").click()
    page.get_by_text("The result will be").wait_for()
    return page


def _draw_result(page: Page, path: Path) -> None:
    page.get_by_label("Format", exact=True).select_option("webp")
    page.get_by_role("button", name="Scale", exact=True).click()
    page.locator("img-comparison-slider.rendered").wait_for()
    page.wait_for_timeout(1000)
    _write(page, path)


def _draw_error(page: Page, path: Path) -> None:
    page.get_by_label("Width", exact=True).fill("800px")
    page.get_by_role("button", name="Scale", exact=True).click()
    page.get_by_role("alert").wait_for()
    page.wait_for_timeout(500)
    _write(page, path)


def _write(page: Page, path: Path) -> None:
    with Image.open(BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").quantize(COLORS).save(path, optimize=True)


if __name__ == "__main__":
    main()
