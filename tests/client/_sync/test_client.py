"""The client against the real service. The tests of `_sync` are generated from these."""

import tracemalloc
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from imagescaler_client import (
    Client,
    PlanView,
    ProblemError,
    RenditionsPlan,
    ServiceUnreachable,
    TaskFailed,
    TaskNotFinished,
)
from imagescaler_client.image_file import FORM_BYTES
from tests.client.conftest import Proxied
from tests.client.faulty_proxy import Fault
from tests.pictures import noise

NOBODY = "http://127.0.0.1:9"
MEGABYTE = 1_000_000
ALL_FAULTS = (Fault.OVERLOADED, Fault.THROTTLED, Fault.BAD_GATEWAY, Fault.ANSWER_LOST, Fault.ANSWER_CUT)


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def test_a_photograph_is_scaled_and_saved(client: Client, photo: Path, tmp_path: Path) -> None:
    picture = client.scale(photo, width=320, format="webp")
    assert (picture.format, picture.media_type, picture.size) == ("webp", "image/webp", (320, 214))
    assert (opened(picture.bytes).format, opened(picture.bytes).size) == ("WEBP", (320, 214))
    assert picture.task.source
    assert (picture.task.status, picture.task.source.width, picture.name) == ("completed", 640, None)
    assert picture.save(tmp_path / "small.webp").read_bytes() == picture.bytes
    assert sorted(each.name for each in tmp_path.iterdir()) == ["photo.jpg", "small.webp"]


def test_an_image_may_be_a_name_bytes_or_an_open_file(client: Client, photo: Path) -> None:
    with photo.open("rb") as file:
        file.seek(100)
        made = [client.scale(each, width=8) for each in (str(photo), photo.read_bytes(), file)]
    assert [picture.size for picture in made] == [(8, 5)] * 3
    assert len({picture.task.id for picture in made}) == 3


def test_none_is_an_option_that_is_not_given(client: Client, photo: Path) -> None:
    assert (client.scale(photo, width=8, height=None, crop=None, enlarge=False)).size == (8, 5)


def test_a_file_that_is_not_there_is_an_os_error(client: Client) -> None:
    with pytest.raises(FileNotFoundError):
        client.scale("no-such-file.jpg", width=8)


def test_a_large_image_is_uploaded_without_the_key_and_its_upload_is_deleted(proxied: Proxied, tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(noise(FORM_BYTES + MEGABYTE))
    proxy = proxied()
    with Client(proxy.url, key="secret") as client:
        picture = client.scale(path, width=64)
    assert picture.task.source
    assert picture.task.source.bytes == path.stat().st_size
    requests = [(method, "authorization" in headers) for method, _, headers in proxy.seen]
    assert requests[:2] == [("POST", True), ("PUT", False)]
    assert ("DELETE", True) in requests


@pytest.mark.parametrize("name", ["scan", "scan.txt"])
def test_a_large_image_whose_type_cannot_be_guessed_is_uploaded(client: Client, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with Image.open(BytesIO(noise(2 * MEGABYTE))) as image:
        image.save(path, "TIFF", big_tiff=True)
    assert path.stat().st_size > FORM_BYTES
    assert (client.scale(path, width=64)).size == (64, 64)


def test_an_upload_serves_many_tasks_and_plans_until_it_is_deleted(client: Client, photo: Path) -> None:
    upload = client.uploads.create(photo)
    assert [(client.scale(upload, width=width)).size for width in (20, 40)] == [(20, 13), (40, 27)]
    plan = client.plan(upload, width=20)
    assert isinstance(plan, PlanView)
    assert (plan.result.width, plan.result.height) == (20, 13)
    client.uploads.delete(upload.id)
    with pytest.raises(ProblemError) as raised:
        client.scale(upload, width=20)
    assert (raised.value.type, raised.value.status) == ("/problems/upload-not-found", 404)


def test_files_are_sent_and_fetched_in_bounded_memory(client: Client, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(40 * MEGABYTE)
    photo = tmp_path / "noise.jpg"
    photo.write_bytes(noise(FORM_BYTES))
    task = client.tasks.run(photo, format="png")
    assert task.result
    assert task.result.bytes > 8 * MEGABYTE
    tracemalloc.start()
    try:
        client.uploads.create(large)
        path = client.results.save(task.id, tmp_path / "noise.png")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert path.stat().st_size == task.result.bytes
    assert peak < 4 * MEGABYTE


def test_renditions_are_pictures_by_name(client: Client, photo: Path) -> None:
    pictures = client.scale_to_renditions(
        photo, format="webp", renditions=[{"name": "small", "width": 20}, {"name": "large", "width": 40}]
    )
    assert {name: (each.name, each.size) for name, each in pictures.items()} == {
        "small": ("small", (20, 13)),
        "large": ("large", (40, 27)),
    }
    assert {opened(each.bytes).format for each in pictures.values()} == {"WEBP"}


def test_a_preset_with_renditions_has_no_one_picture(client: Client, photo: Path) -> None:
    assert (client.scale(photo, preset="card")).size == (320, 200)
    with pytest.raises(ValueError, match="scale_to_renditions"):
        client.scale(photo, preset="page")
    pictures = client.scale_to_renditions(photo, preset="page")
    assert {name: each.size for name, each in pictures.items()} == {"small": (100, 67), "large": (200, 133)}


def test_presets_are_listed(client: Client) -> None:
    presets = client.presets()
    assert {each.name for each in presets.presets} == {"card", "page"}


def test_a_plan_has_the_exact_size_of_each_result(client: Client, photo: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(noise(FORM_BYTES + MEGABYTE))
    by_size = client.plan(source_width=4000, source_height=3000, width=800)
    by_image, by_beginning = client.plan(photo, width=800), client.plan(large, width=800)
    assert isinstance(by_size, PlanView)
    assert isinstance(by_image, PlanView)
    assert isinstance(by_beginning, PlanView)
    heights = [plan.result.height for plan in (by_size, by_image, by_beginning)]
    assert heights == [600, 534, 800]
    renditions = client.plan(photo, renditions=[{"name": "small", "width": 20}])
    assert isinstance(renditions, RenditionsPlan)
    assert renditions.renditions[0].name == "small"


def test_a_service_whose_servers_are_away_is_unavailable(proxied: Proxied) -> None:
    with Client(proxied(Fault.UNHEALTHY).url) as client:
        assert (client.health()).store.status == "unavailable"
        assert (client.health()).status == "ok"
    with Client(proxied(Fault.OVERLOADED).url) as client:
        with pytest.raises(ProblemError, match="The queue is full") as raised:
            client.health()
        assert (client.health()).status == "ok"
    assert raised.value.status == 503


def test_a_task_without_an_image_is_refused(client: Client) -> None:
    with pytest.raises(ProblemError, match="upload_id"):
        client.scale(None, width=8)


def test_a_refused_request_is_a_problem_with_its_fields(client: Client, photo: Path) -> None:
    with pytest.raises(ProblemError, match="width") as raised:
        client.scale(photo, width=0)
    problem = raised.value
    assert (problem.type, problem.status, problem.retry_after) == ("/problems/invalid-request", 422, None)
    assert [error.field for error in problem.errors] == ["width"]
    with pytest.raises(ProblemError) as raised:
        client.scale(b"no image", width=8)
    assert (raised.value.type, raised.value.status) == ("/problems/unsupported-image-format", 415)


def test_a_task_that_fails_raises_its_problem(client: Client, photo: Path) -> None:
    with pytest.raises(TaskFailed) as raised:
        client.scale(photo, max_bytes=10)
    assert (raised.value.type, raised.value.task.status) == ("/problems/max-bytes-too-small", "failed")
    assert raised.value.detail in str(raised.value)


def test_a_rendition_that_fails_is_named_and_the_others_can_be_fetched(client: Client, photo: Path) -> None:
    task = client.tasks.run(photo, renditions=[{"name": "fine", "width": 8}, {"name": "tiny", "max_bytes": 10}])
    with pytest.raises(TaskFailed, match=r"^tiny: ") as raised:
        client.results.pictures(task)
    assert raised.value.rendition == "tiny"
    assert opened(client.results.read(task.id, "fine")).size == (8, 5)


def test_tasks_are_listed_page_by_page_and_deleted(client: Client, photo: Path) -> None:
    begin = datetime.now(UTC)
    ids = [(client.tasks.create(photo, width=8)).id for _ in range(5)]
    assert [task.id for task in client.tasks.list(limit=3)] == ids[:1:-1]
    assert [task.id for task in client.tasks.list(created_after=begin, page=2)] == ids[::-1]
    assert [task.id for task in client.tasks.list(created_after=begin, page=2, limit=4)] == ids[:0:-1]
    assert [task.id for task in client.tasks.list(created_after=begin + timedelta(days=1))] == []
    client.tasks.delete(ids[0])
    deleted = client.tasks.get(ids[0])
    assert [task.id for task in client.tasks.list(status="deleted", limit=1)] == [ids[0]]
    with pytest.raises(TaskFailed, match="deleted"):
        client.results.pictures(deleted)
    with pytest.raises(ProblemError) as raised:
        client.results.read(ids[0])
    assert raised.value.status == 410


def test_a_task_is_waited_for_as_long_as_wanted(client: Client) -> None:
    slow = client.tasks.create(noise(FORM_BYTES - MEGABYTE), format="avif")
    with pytest.raises(TaskNotFinished) as raised:
        client.tasks.wait(slow.id, timeout_s=0)
    assert raised.value.task_id == slow.id
    with pytest.raises(TaskFailed, match="not ended"):
        client.results.pictures(slow)
    with pytest.raises(TaskNotFinished):
        client.results.read(slow.id)
    client.tasks.delete(slow.id)
    assert (client.tasks.wait(slow.id)).status == "deleted"


def test_a_service_that_does_not_wait_is_asked_again_after_a_while(proxied: Proxied) -> None:
    proxy = proxied(*[Fault.NO_WAIT] * 100)
    with Client(proxy.url) as client:
        picture = client.scale(noise(FORM_BYTES - MEGABYTE), format="avif")
    assert picture.format == "avif"
    assert 4 <= len(proxy.seen) <= 12  # the task, twice at least whether it has ended, the result


def test_a_key_of_ones_own_names_the_same_task(client: Client, photo: Path) -> None:
    key = str(uuid4())
    first, again = [client.tasks.create(photo, idempotency_key=key, width=8) for _ in range(2)]
    assert first.id == again.id


def test_requests_are_repeated_after_each_fault_and_make_one_task(proxied: Proxied, photo: Path) -> None:
    proxy = proxied(*ALL_FAULTS)
    begin = datetime.now(UTC)
    with Client(proxy.url) as client:
        task = client.tasks.create(photo, width=8, wait_s=20)
        assert [each.id for each in client.tasks.list(created_after=begin)] == [task.id]
    keys = {headers["idempotency-key"] for method, _, headers in proxy.seen if method == "POST"}
    assert (len(keys), [method for method, _, _ in proxy.seen].count("POST")) == (1, len(ALL_FAULTS) + 1)


def test_uploads_and_downloads_are_repeated_from_their_beginning(proxied: Proxied, photo: Path) -> None:
    upload_proxy = proxied(*ALL_FAULTS, method="PUT")
    with Client(upload_proxy.url) as client:
        upload = client.uploads.create(photo)
        task = client.tasks.run(upload, format="png")
    download_proxy = proxied(*ALL_FAULTS, method="GET")
    with Client(download_proxy.url) as client:
        assert opened(client.results.read(task.id)).size == (640, 427)
    assert len(download_proxy.seen) == len(ALL_FAULTS) + 1


def test_a_lasting_fault_is_raised_after_the_time_for_retries(proxied: Proxied, photo: Path) -> None:
    proxy = proxied(*[Fault.THROTTLED] * 9)
    with Client(proxy.url, retry_for_s=0.5) as client:
        assert len(proxy.seen) == 0
        with pytest.raises(ProblemError, match="429 Too Many Requests") as raised:
            client.scale(photo, width=8)
    assert len(proxy.seen) == 1
    assert (raised.value.type, raised.value.status, raised.value.retry_after) == ("about:blank", 429, 1)


def test_a_service_that_does_not_answer_is_a_sentence_with_its_url(photo: Path) -> None:
    with Client(NOBODY, retry_for_s=0) as client:
        with pytest.raises(ServiceUnreachable, match=NOBODY):
            client.scale(photo, width=8)
        with pytest.raises(ServiceUnreachable, match=NOBODY):
            client.health()


def test_the_environment_names_the_service_and_the_key(proxied: Proxied, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = proxied()
    monkeypatch.setenv("IMAGESCALER_URL", f"{proxy.url}/")
    monkeypatch.setenv("IMAGESCALER_KEY", "isk_1_2")
    with Client() as client:
        assert (client.health()).status == "ok"
    [(_, path, headers)] = proxy.seen
    assert (path, headers["authorization"]) == ("/api/v1/health", "Bearer isk_1_2")
