"""The JavaScript example of the documentation: its types, in Node, and in a page of another origin."""

import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.pictures import noise, photograph
from tests.service import Service

pytestmark = pytest.mark.slow
PHOTO = FilePayload(name="photo.jpg", mimeType="image/jpeg", buffer=photograph())
LARGE = FilePayload(name="large.jpg", mimeType="image/jpeg", buffer=noise(5_000_000))
BY = "\N{MULTIPLICATION SIGN}"


def run(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_the_commands_of_the_page_scale_a_photograph(javascript_example: Path) -> None:
    with Image.open(javascript_example / "small.webp") as image:
        assert (image.format, image.size) == ("WEBP", (400, 267))


@pytest.mark.parametrize("option", ["widht: 400", 'width: "400"', 'format: "bmp"'])
def test_a_wrong_option_is_found_by_the_types(javascript_example: Path, option: str) -> None:
    wrong = javascript_example / "wrong.js"
    wrong.write_text(
        f'import {{ ImageScaler }} from "./imagescaler.js";\n'
        f'await new ImageScaler("http://a.example").scale(new Blob(), {{ {option} }});\n'
    )
    checked = run(javascript_example, "npm", "run", "check")
    wrong.unlink()
    assert (checked.returncode, checked.stdout.count("error TS")) == (2, 1), checked.stdout


def test_a_large_file_is_uploaded_first(javascript_example: Path, service: Service, tmp_path: Path) -> None:
    (tmp_path / "large.jpg").write_bytes(noise(5_000_000))
    done = run(
        javascript_example, "node", "scale.js", service.url, f"{tmp_path}/large.jpg", f"{tmp_path}/small.webp", "64"
    )
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "small.webp") as image:
        assert image.size == (64, 64)


@pytest.mark.parametrize(
    ("photo", "width", "sentence"),
    [
        (photograph(), "0", "width: send at least 1 (it is '0')\n"),
        (b"<!DOCTYPE html><html>", "100", "The file is an HTML page; accepted are JPEG"),
        (photograph()[:20_000], "100", "it is cut off or damaged"),
    ],
    ids=["wrong option", "no picture", "damaged picture"],
)
def test_a_problem_is_a_sentence(
    javascript_example: Path, service: Service, tmp_path: Path, photo: bytes, width: str, sentence: str
) -> None:
    (tmp_path / "photo.jpg").write_bytes(photo)
    done = run(
        javascript_example, "node", "scale.js", service.url, f"{tmp_path}/photo.jpg", f"{tmp_path}/a.webp", width
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_service_that_cannot_be_reached_is_a_sentence(javascript_example: Path) -> None:
    done = run(javascript_example, "node", "scale.js", "http://127.0.0.1:9", "../photo.jpg", "a.webp")
    assert (done.returncode, done.stderr) == (1, "http://127.0.0.1:9 cannot be reached.\n")


# In a browser


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def origin(javascript_example: Path) -> Iterator[str]:
    """Serve the folder of the example as its page says, at a free port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(javascript_example))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def other(origin: str, service: Service, page: Page) -> Iterator[Page]:
    """Open the page of another origin, and require that no script failed at the end."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(origin)
    page.get_by_label("Service").fill(service.url)
    page.get_by_label("Picture").set_input_files(PHOTO)
    yield page
    assert errors == []


def test_a_page_of_another_origin_scales_a_picture(other: Page) -> None:
    other.get_by_label("Width").fill("320")
    other.get_by_role("button", name="Scale").click()
    expect(other.get_by_role("status")).to_contain_text(f"320 {BY} 214, ")
    picture = other.get_by_alt_text("The scaled picture")
    assert picture.evaluate("(image) => image.decode().then(() => [image.naturalWidth, image.naturalHeight])") == [
        320,
        214,
    ]


def test_a_page_of_another_origin_uploads_a_large_picture(other: Page) -> None:
    other.get_by_label("Picture").set_input_files(LARGE)
    other.get_by_label("Width").fill("64")
    other.get_by_role("button", name="Scale").click()
    expect(other.get_by_role("status")).to_contain_text(f"64 {BY} 64, ", timeout=30_000)


def test_a_page_of_another_origin_shows_a_problem(other: Page) -> None:
    other.get_by_label("Width").fill("0")
    other.get_by_role("button", name="Scale").click()
    expect(other.get_by_role("alert")).to_have_text("width: send at least 1 (it is '0')")
