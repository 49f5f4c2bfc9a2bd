"""The page on which people scale pictures, in a real browser."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.pictures import encoded, noise, photograph
from tests.service import ROOT, Service, Start

pytestmark = pytest.mark.slow
PHOTO = FilePayload(name="photo.jpg", mimeType="image/jpeg", buffer=photograph())
PHONE = {"width": 390, "height": 844}
TIMEOUT_MS = 30_000
CLIENT = ROOT / "clients/python"
CLI = f"{sys.executable} -m imagescaler_client.cli "
LANGUAGES = ("curl", "Python", "JavaScript", "CLI")
FILE_INPUT = """
import { readFileSync } from "node:fs";
const files = [new File([readFileSync("photo.jpg")], "photo.jpg")];
globalThis.document = { querySelector: () => ({ files }) };
"""
BY = "\N{MULTIPLICATION SIGN}"
MAX_BYTES = 200_000
expect.set_options(timeout=TIMEOUT_MS)


@pytest.fixture
def home(service: Service, page: Page) -> Iterator[Page]:
    """Open the page, and require that no script failed at the end."""
    errors: list[str] = []
    page.set_default_timeout(TIMEOUT_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(service.url)
    yield page
    assert errors == []


def choose(page: Page, file: FilePayload = PHOTO) -> None:
    page.get_by_label("Choose a picture").set_input_files(file)


def scale(page: Page) -> None:
    page.get_by_role("button", name="Scale", exact=True).click()


def downloaded(page: Page, name: str = "Download") -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).first.click()
    return Path(download.value.path()).read_bytes()


def test_a_photograph_is_scaled_and_shown_beside_the_original(home: Page) -> None:
    choose(home)
    home.get_by_label("Width", exact=True).fill("320")
    home.get_by_label("Format", exact=True).select_option("webp")
    expect(home.get_by_role("status")).to_have_text(f"The result will be 320 {BY} 214 webp.")
    scale(home)
    home.locator("img-comparison-slider.rendered").wait_for()
    expect(home.get_by_text(f"640 {BY} 427, jpeg")).to_be_visible()
    expect(home.get_by_text(f"320 {BY} 214, webp")).to_be_visible()
    expect(home.get_by_role("button", name="photo.jpg completed")).to_be_visible()
    with Image.open(BytesIO(downloaded(home))) as result:
        assert (result.format, result.size) == ("WEBP", (320, 214))


def test_the_sample_and_an_option_of_the_document_are_used(home: Page) -> None:
    home.get_by_role("button", name="Use the sample").click()
    home.locator("summary", has_text="Pixels").click()
    home.get_by_label("Grayscale").select_option("true")
    scale(home)
    home.get_by_role("link", name="Download").wait_for()
    with Image.open(BytesIO(downloaded(home))) as result:
        assert (result.mode, result.width) == ("L", 800)


def test_several_widths_are_a_table_and_a_srcset(home: Page) -> None:
    choose(home)
    home.get_by_label("Width", exact=True).fill("")
    home.get_by_label("Widths").fill("100, 200")
    expect(home.get_by_role("status")).to_contain_text(f"100 {BY} 67 jpeg, 200 {BY} 133 jpeg")
    scale(home)
    table = home.get_by_role("region", name="Renditions")
    expect(table.get_by_role("link", name="Download")).to_have_count(2)
    expect(home.get_by_text("<img srcset=")).to_contain_text("rendition=w100 100w")


def test_a_wrong_option_is_explained_at_its_field(home: Page) -> None:
    choose(home)
    width = home.get_by_label("Width", exact=True)
    width.fill("800px")
    scale(home)
    expect(width).to_have_accessible_description(
        "send a whole number, without a unit (it is '800px') width of the result, in pixels"
    )
    expect(home.get_by_role("alert")).to_have_text("See the marked fields.")
    width.fill("800")
    expect(home.get_by_role("alert")).to_have_count(0)


def test_a_file_that_is_no_picture_is_explained(home: Page) -> None:
    choose(home, FilePayload(name="page.html", mimeType="text/html", buffer=b"<!DOCTYPE html><html>"))
    scale(home)
    expect(home.get_by_role("alert")).to_contain_text("The file is an HTML page; accepted are JPEG")


def test_scaling_without_a_picture_asks_for_one(home: Page) -> None:
    scale(home)
    expect(home.get_by_text("choose a picture first")).to_be_visible()


@pytest.mark.parametrize(("name", "kind"), [("IMG_0001.HEIC", ""), ("photo.txt", "text/plain")])
def test_a_large_file_is_recognized_by_its_content_whatever_the_browser_says(home: Page, name: str, kind: str) -> None:
    choose(home, FilePayload(name=name, mimeType=kind, buffer=noise(5_000_000)))
    home.get_by_label("Width", exact=True).fill("64")
    scale(home)
    home.get_by_role("link", name="Download").wait_for(timeout=2 * TIMEOUT_MS)


def test_a_file_of_20_mb_is_uploaded_first(home: Page) -> None:
    choose(home, FilePayload(name="large.jpg", mimeType="image/jpeg", buffer=noise(20_000_000)))
    home.get_by_label("Width", exact=True).fill("64")
    scale(home)
    home.get_by_role("progressbar", name="Upload").wait_for()
    home.get_by_role("link", name="Download").wait_for(timeout=2 * TIMEOUT_MS)
    with Image.open(BytesIO(downloaded(home))) as result:
        assert result.size == (64, 64)


def test_a_picture_that_browsers_cannot_show_is_scaled(home: Page) -> None:
    tiff = encoded(Image.new("RGB", (60, 40), "teal"), "TIFF")
    choose(home, FilePayload(name="scan.tif", mimeType="image/tiff", buffer=tiff))
    home.get_by_label("Format", exact=True).select_option("png")
    scale(home)
    home.get_by_role("link", name="Download").wait_for()
    with Image.open(BytesIO(downloaded(home))) as result:
        assert (result.format, result.size) == ("PNG", (800, 533))


def test_the_tasks_of_a_session_are_still_there_when_the_page_is_loaded_again(home: Page) -> None:
    choose(home)
    scale(home)
    home.get_by_role("link", name="Download").wait_for()
    home.reload()
    home.get_by_role("button", name="photo.jpg completed").click()
    home.get_by_role("link", name="Download").wait_for()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_request_is_shown_in_other_languages(home: Page, language: str) -> None:
    home.get_by_role("button", name=language, exact=True).click()
    code = home.get_by_label(f"Request as {language}")
    expect(code).to_contain_text("800")
    expect(code).to_contain_text(home.url.rstrip("/"))


def run_snippet(page: Page, language: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the request that the page shows, in a folder with photo.jpg."""
    if language == "JavaScript" and not shutil.which("node"):
        pytest.skip("there is no Node")
    page.get_by_role("button", name=language, exact=True).click()
    code = page.get_by_label(f"Request as {language}").inner_text()
    key = environment.get("IMAGESCALER_KEY", "")
    script = f"{FILE_INPUT}{code.replace('YOUR_API_KEY', key)}\nconsole.log(JSON.stringify(task));"
    program = {
        "Python": [sys.executable, "-c", code],
        "JavaScript": ["node", "--input-type=module", "--eval", script],
    }.get(language, ["bash", "-c", code.replace("imagescaler ", CLI, 1)])
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(CLIENT), *sys.path]), **environment}
    return subprocess.run(program, cwd=folder, env=variables, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("widths", ["", "100, 200"], ids=["one width", "several widths"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_request_in_another_language_scales_the_picture(
    home: Page, language: str, widths: str, tmp_path: Path
) -> None:
    (tmp_path / "photo.jpg").write_bytes(photograph())
    home.get_by_label("Widths").fill(widths)
    done = run_snippet(home, language, tmp_path)
    assert done.returncode == 0, done.stderr
    made = [each.name for each in tmp_path.rglob("*.jp*g")]
    if language in {"curl", "JavaScript"}:
        assert '"status":"completed"' in done.stdout
    else:
        assert len(made) == 1 + (2 if widths else 1), made


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_request_in_another_language_fails_where_the_request_is_refused(
    home: Page, language: str, tmp_path: Path
) -> None:
    (tmp_path / "photo.jpg").write_bytes(photograph())
    home.get_by_label("Width", exact=True).fill("0")
    done = run_snippet(home, language, tmp_path)
    assert done.returncode != 0
    assert re.search(r"width.*(send at least|greater than or equal to) 1", done.stdout + done.stderr)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_barriers_and_fits_a_phone(service: Service, browser: Browser, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(service.url)
    choose(page)
    scale(page)
    page.get_by_role("link", name="Download").wait_for()
    for group in page.locator("details.more summary").all():
        group.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
    context.close()


def test_the_page_works_where_it_is_served_by_http_to_other_machines(service: Service, page: Page) -> None:
    """Browsers have no `crypto.randomUUID` and no clipboard there."""
    page.add_init_script("delete Crypto.prototype.randomUUID; delete Navigator.prototype.clipboard")
    page.goto(service.url)
    choose(page)
    scale(page)
    page.get_by_role("link", name="Download").wait_for()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)


def test_everything_works_by_keyboard(home: Page) -> None:
    home.keyboard.press("Tab")
    for _ in range(60):
        if home.evaluate("document.activeElement.textContent") == "Use the sample":
            break
        home.keyboard.press("Tab")
    home.keyboard.press("Enter")
    home.get_by_text("sample.jpg, ").wait_for()
    home.get_by_label("Width", exact=True).focus()
    home.keyboard.press("Enter")
    home.get_by_role("link", name="Download").wait_for()


def test_the_page_is_small_and_loads_nothing_from_elsewhere(service: Service, page: Page) -> None:
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto(service.url, wait_until="networkidle")
    page.get_by_role("button", name="Use the sample").click()
    page.get_by_text("sample.jpg, ").wait_for()
    sizes = page.evaluate("performance.getEntriesByType('resource').map((each) => each.transferSize)")
    assert 50_000 < sum(sizes) < MAX_BYTES
    assert [url for url in urls if not url.startswith((service.url, f"blob:{service.url}"))] == []


def test_the_request_in_each_language_has_the_key(start: Start, own_folder: Path, page: Page, tmp_path: Path) -> None:
    service = start(data=own_folder, REQUIRE_KEYS="1")
    page.goto(service.url)
    command = (sys.executable, "-m", "local", "keys", "create", "ada", "--data", str(own_folder))
    key = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()[-1]
    choose(page)
    scale(page)
    page.get_by_role("textbox", name="API key").fill(key)
    for language in LANGUAGES:
        folder = tmp_path / language
        folder.mkdir()
        (folder / "photo.jpg").write_bytes(photograph())
        done = run_snippet(page, language, folder, IMAGESCALER_KEY=key)
        assert done.returncode == 0, done.stderr


def test_a_key_is_asked_for_where_the_service_requires_one(start: Start, own_folder: Path, page: Page) -> None:
    page.goto(start(data=own_folder, REQUIRE_KEYS="1").url)
    choose(page)
    scale(page)
    page.get_by_role("textbox", name="API key").fill("wrong")
    scale(page)
    expect(page.get_by_role("alert")).to_contain_text("not accepted")
