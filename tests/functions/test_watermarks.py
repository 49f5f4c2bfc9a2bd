"""Watermarks of a task: an upload of its owner, or an image of the operator."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image

from imagescaler.domain.errors import WatermarkNotFound
from imagescaler.domain.task.status import Status
from imagescaler.domain.upload import upload_key
from imagescaler.runtime import loop, settings
from tests.functions.conftest import Functions, Post
from tests.pictures import encoded, photograph, plain, png

RED = encoded(Image.new("RGB", (40, 20), "red"))
Upload = Callable[..., str]


@pytest.fixture
def upload(functions: Functions) -> Upload:
    """Store an upload and return its id."""

    def send(data: bytes = RED, owner: str = "") -> str:
        upload_id = uuid4()
        loop.run(functions["create_task"].store.put(upload_key(upload_id, owner), data, ttl_s=3_600))
        return str(upload_id)

    return send


def processed(functions: Functions, task_id: str) -> Any:
    functions.process(json.dumps({"task_id": task_id}))
    return functions["create_task"].tasks.tasks[UUID(task_id)]


def blobs(functions: Functions) -> dict[str, bytes]:
    return dict(functions["create_task"].store.blobs)


def is_red(functions: Functions, task: Any, name: str | None = None) -> bool:
    image = Image.open(BytesIO(blobs(functions)[task.result_key(name)])).convert("RGB")
    red, green, _ = image.getpixel((image.width - 2, image.height - 2))  # type: ignore[misc]
    return bool(red > 200 and green < 60)


def test_an_upload_is_laid_over_the_result_and_the_copy_of_the_task_is_deleted(
    functions: Functions, post: Post, upload: Upload
) -> None:
    upload_id = upload()
    answer = post(photograph(), width=200, watermark=upload_id)
    assert (answer.status, answer.json["options"]["watermark"]) == (202, upload_id)
    task_id = answer.json["id"]
    assert blobs(functions)[f"sources/{task_id}/{upload_id}"] == RED
    task = processed(functions, task_id)
    assert task.status is Status.COMPLETED
    assert is_red(functions, task)
    assert blobs(functions).keys() == {task.result_key(), f"uploads/{upload_id}"}


def test_it_counts_no_matter_whether_the_upload_is_deleted_or_expires_meanwhile(
    functions: Functions, post: Post, upload: Upload
) -> None:
    upload_id = upload()
    task_id = post(photograph(), width=200, watermark=upload_id).json["id"]
    loop.run(functions["create_task"].store.delete(f"uploads/{upload_id}"))
    assert is_red(functions, processed(functions, task_id))


def test_only_its_owner_can_use_an_upload(functions: Functions, post: Post, upload: Upload) -> None:
    upload_id = upload(owner="ada")
    for owner in (None, "bob"):
        answer = post(photograph(), owner=owner, width=200, watermark=upload_id)
        assert (answer.status, answer.json["type"]) == (404, "/problems/upload-not-found")
    assert not functions["create_task"].tasks.tasks
    assert list(blobs(functions)) == [upload_key(UUID(upload_id), "ada")]
    assert is_red(functions, processed(functions, post(photograph(), owner="ada", watermark=upload_id).json["id"]))


def test_each_rendition_may_have_its_own(functions: Functions, post: Post, upload: Upload) -> None:
    blue = upload(encoded(Image.new("RGB", (9, 9), "blue")))
    renditions = [{"name": "a", "width": 50}, {"name": "b", "width": 60, "watermark": blue}]
    answer = post(photograph(), watermark=upload(), renditions=json.dumps(renditions))
    assert len(blobs(functions)) == 5
    task = processed(functions, answer.json["id"])
    assert (is_red(functions, task, "a"), is_red(functions, task, "b")) == (True, False)
    assert len(blobs(functions)) == 4


BAD: dict[str, tuple[bytes, int, str]] = {
    "no image": (b"not an image at all", 422, "unusable-watermark"),
    "a large one": (png((5_000, 4_000), 1, 0, [bytes(625)] * 4_000), 422, "unusable-watermark"),
    "too many bytes": (plain() + bytes(50_000_000), 413, "source-too-large"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_watermark_is_refused_with_the_request(
    functions: Functions, post: Post, upload: Upload, name: str
) -> None:
    data, status, slug = BAD[name]
    upload_id = upload(data)
    before = blobs(functions)
    answer = post(photograph(), width=200, watermark=upload_id)
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{slug}")
    assert blobs(functions) == before
    body = json.dumps({"source_width": 9, "source_height": 9, "watermark": upload_id}).encode()
    plan = functions.http("plan_task", "POST", "/api/v1/plan", body=body, headers={"content-type": "application/json"})
    assert (plan.status, plan.json["type"]) == (status, f"/problems/{slug}")


def test_one_that_turns_out_to_be_damaged_ends_the_task_with_the_reason(
    functions: Functions, post: Post, upload: Upload
) -> None:
    task_id = post(plain(), watermark=upload(photograph()[:9_000])).json["id"]
    task = processed(functions, task_id)
    assert (task.status, task.failure.type) == (Status.FAILED, "unusable-watermark")
    assert not any(key.startswith(("sources/", "results/")) for key in blobs(functions))


def test_one_that_the_store_has_lost_ends_the_task_as_a_lost_source_does(
    functions: Functions, post: Post, upload: Upload
) -> None:
    upload_id = upload()
    task_id = post(plain(), watermark=upload_id).json["id"]
    loop.run(functions["create_task"].store.delete(f"sources/{task_id}/{upload_id}"))
    assert processed(functions, task_id).failure.type == "source-lost"


def test_deleting_a_task_deletes_its_copy_of_the_watermark(functions: Functions, post: Post, upload: Upload) -> None:
    upload_id = upload()
    task_id = post(plain(), watermark=upload_id).json["id"]
    assert functions.http("delete_task", "DELETE", f"/api/v1/tasks/{task_id}").status == 204
    assert list(blobs(functions)) == [f"uploads/{upload_id}"]


@pytest.mark.parametrize("name", ["logo", "../logo", "a" * 65, "", "é"])
def test_a_name_that_is_unknown_or_none_is_refused(functions: Functions, post: Post, name: str) -> None:
    answer = post(plain(), watermark=name)
    assert answer.status == (202 if not name else 422)
    assert not name or answer.json["type"] in {"/problems/watermark-not-found", "/problems/invalid-request"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the folder of the operator, with a logo."""
    (tmp_path / "logo.png").write_bytes(RED)
    monkeypatch.setenv("WATERMARKS_FOLDER", str(tmp_path))
    settings.from_env.cache_clear()
    return tmp_path


def test_an_image_of_the_operator_is_used_by_its_name(folder: Path, functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=200, watermark="logo").json["id"]
    assert list(blobs(functions)) == [f"sources/{task_id}"]
    assert is_red(functions, processed(functions, task_id))
    later = post(photograph(), width=200, watermark="logo").json["id"]
    (folder / "logo.png").unlink()
    assert processed(functions, later).failure.type == "watermark-not-found"


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["logo.jpg"], "several files are named logo"),
        (["a b.png"], "a b must be at most 64 letters"),
        ([f"{uuid4()}.png"], "and no UUID"),
    ],
)
def test_a_folder_with_ambiguous_names_stops_the_start(folder: Path, names: list[str], says: str) -> None:
    from imagescaler.adapters.watermark_folder import WatermarkFolder

    for name in names:
        (folder / name).write_bytes(RED)
    with pytest.raises(settings.SettingsError, match=says):
        settings.read(WatermarkFolder)
    with pytest.raises(settings.SettingsError, match="there is no folder /nowhere"):
        settings.read(WatermarkFolder, {"WATERMARKS_FOLDER": "/nowhere"})


def test_the_folder_is_listed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from imagescaler.adapters.watermark_folder import WatermarkFolder

    images = settings.read(WatermarkFolder)
    monkeypatch.setattr(Path, "iterdir", lambda _folder: pytest.fail("it is listed again"))
    images.check("logo")
    assert images.read("logo") == RED
    with pytest.raises(WatermarkNotFound):
        images.check("other")
    (folder / "logo.png").unlink()
    with pytest.raises(WatermarkNotFound):
        images.read("logo")
