"""The documentation pages in a real browser."""

from collections.abc import Mapping

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Response

from tests.pictures import photograph
from tests.service import Service

pytestmark = pytest.mark.slow
PHOTO = FilePayload(name="photo.jpg", mimeType="image/jpeg", buffer=photograph())


def test_a_newcomer_scales_a_photograph_at_the_first_try(service: Service, page: Page) -> None:
    page.goto(f"{service.url}/docs")
    form = opened(page, "post", "/api/v1/tasks")
    form.locator("input[type=file]").set_input_files(PHOTO)
    accepted = execute(page, form)
    assert accepted.status == 202, accepted.text()
    assert fields(form) == {"width": "800", "height": "600", "file": "@photo.jpg;type=image/jpeg"}
    task_id = accepted.json()["id"]

    task = opened(page, "get", "/api/v1/tasks/{task_id}")
    fill(task, task_id=task_id, Prefer="wait=10")
    ended = execute(page, task)
    assert (ended.status, ended.json()["status"]) == (200, "completed")

    result = opened(page, "get", "/api/v1/results/{task_id}")
    fill(result, task_id=task_id)
    result.locator(".response-control-media-type--accept-controller select").select_option("image/jpeg")
    assert execute(page, result).headers["content-type"] == "image/jpeg"
    picture = result.locator(".response img")
    picture.wait_for()
    assert picture.evaluate("async (image) => (await image.decode(), [image.naturalWidth, image.naturalHeight])") == [
        800,
        534,
    ]


def test_a_newcomer_adds_an_option(service: Service, page: Page) -> None:
    page.goto(f"{service.url}/docs")
    form = opened(page, "post", "/api/v1/plan")
    form.locator("input[type=file]").set_input_files(PHOTO)
    form.locator("[data-property-name=format] select").select_option("webp")
    form.locator("[data-property-name=rotate] input[type=text]").fill("90")
    planned = execute(page, form)
    assert planned.status == 200, planned.text()
    assert fields(form).keys() == {"file", "width", "height", "format", "rotate"}
    assert planned.json()["result"]["format"] == "webp"


def test_the_example_of_an_upload_is_accepted(service: Service, page: Page) -> None:
    page.goto(f"{service.url}/docs")
    assert execute(page, opened(page, "post", "/api/v1/uploads")).status == 201


@pytest.mark.parametrize(
    ("path", "shows"),
    [("/docs", "Scale an image"), ("/redoc", "Scale an image"), ("/problems/queue-full", "The queue is full")],
)
def test_a_page_loads_nothing_from_elsewhere_and_has_no_errors(
    service: Service, page: Page, path: str, shows: str
) -> None:
    urls: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(service.url + path, wait_until="networkidle")
    page.get_by_text(shows).filter(visible=True).first.wait_for()
    assert [url for url in urls if not url.startswith((service.url, f"blob:{service.url}", "data:"))] == []
    assert errors == []


def opened(page: Page, method: str, path: str) -> Locator:
    """Open an operation, which is ready to be tried out."""
    operation = page.locator(f".opblock-{method}", has=page.locator(f"[data-path='{path}']"))
    operation.locator(".opblock-summary-control").click()
    operation.locator("button.execute").wait_for()
    return operation


def fill(operation: Locator, **parameters: str) -> None:
    for name, value in parameters.items():
        operation.locator(f"[data-param-name={name}] input").fill(value)


def execute(page: Page, operation: Locator) -> Response:
    """Send the request that the fields of an operation make; return its response."""
    with page.expect_response(lambda response: "/api/v1/" in response.url) as received:
        operation.locator("button.execute").click()
    return received.value


def fields(operation: Locator) -> Mapping[str, str]:
    """Return the fields of the form that was sent, as the page shows them in its command for curl."""
    words = [line.strip(" \\'") for line in operation.locator(".curl-command .curl").inner_text().splitlines()]
    return dict(word.removeprefix("-F '").split("=", 1) for word in words if word.startswith("-F '"))
