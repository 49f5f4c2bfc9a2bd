"""Objects of a bucket that become tasks."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from imagescaler.domain.errors import TargetForbidden, UrlForbidden
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.runtime.settings import SettingsError
from tests.cloud import REGION, cloud
from tests.functions.conftest import Context, Functions
from tests.functions.test_fetch_source import DONE, fetch, waiting
from tests.functions.test_process_task import message
from tests.handlers import FUNCTIONS
from tests.pictures import photograph

EVENT = json.loads((FUNCTIONS / "ingest_object/event.json").read_text())


@pytest.fixture(autouse=True)
def photos(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a client of S3 with a bucket, whose prefix incoming/ has sources and small/ results."""
    variables = {
        "PRESETS": '{"card": {"width": 32, "format": "webp"}}',
        "SOURCE_BUCKETS": "photos/incoming",
        "TARGET_BUCKETS": "photos/small",
        "INGEST_PRESET": "card",
        "INGEST_TARGET": "s3://photos/small/",
        "INGEST_OWNER": "ada",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with cloud(monkeypatch) as made:
        made.s3.create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": REGION})
        yield made.s3


def ingest(functions: Functions, key: str = "incoming/photo.jpg", **changes: str) -> Any:
    detail = {**EVENT["detail"], "object": {**EVENT["detail"]["object"], "key": key, **changes}}
    return functions["ingest_object"].handler({**EVENT, "detail": detail}, Context("ingest-object"))["task_id"]


def stored(functions: Functions, task_id: str) -> Task:
    task: Task = functions["create_task"].tasks.tasks[UUID(task_id)]
    return task


def test_a_new_object_becomes_a_task_whose_result_is_in_another_prefix(functions: Functions, photos: Any) -> None:
    photos.put_object(Bucket="photos", Key="incoming/photo.jpg", Body=photograph())
    task_id = ingest(functions)
    task = stored(functions, task_id)
    assert (task.owner, task.source_url, task.options.width) == ("ada", "s3://photos/incoming/photo.jpg", 32)
    assert waiting(functions, "source_queue") == [task_id]
    assert fetch(functions, task_id) == DONE
    functions.process(message(task_id))
    assert stored(functions, task_id).status is Status.COMPLETED
    keys = {each["Key"] for each in photos.list_objects_v2(Bucket="photos")["Contents"]}
    assert keys == {"incoming/photo.jpg", f"small/{task_id}.webp"}


def test_a_result_triggers_nothing(functions: Functions) -> None:
    assert ingest(functions, "small/1.webp") is None
    assert functions["create_task"].tasks.tasks == {}


def test_a_prefix_of_results_inside_that_of_sources_triggers_nothing(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGET_BUCKETS", "photos/incoming/small")
    monkeypatch.setenv("INGEST_TARGET", "s3://photos/incoming/small/")
    assert ingest(functions, "incoming/small/1.webp") is None
    assert ingest(functions, "incoming/photo.jpg") is not None


def test_a_folder_is_no_image(functions: Functions) -> None:
    assert ingest(functions, "incoming/") is None


def test_an_event_that_is_delivered_twice_makes_one_task(functions: Functions) -> None:
    first, again = ingest(functions), ingest(functions)
    assert first == again
    assert ingest(functions, sequencer="617f08299329d18a") != first


def test_an_object_that_is_not_in_the_buckets_of_sources_is_refused(functions: Functions) -> None:
    with pytest.raises(UrlForbidden):
        ingest(functions, "other/photo.jpg")


def test_a_target_that_is_not_permitted_is_refused(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_TARGET", "s3://photos/elsewhere/")
    with pytest.raises(TargetForbidden):
        ingest(functions)


def test_an_unknown_preset_stops_the_start(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_PRESET", "crad")
    with pytest.raises(SettingsError, match="INGEST_PRESET"):
        functions["ingest_object"]
