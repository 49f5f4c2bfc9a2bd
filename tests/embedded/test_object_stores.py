"""The service with its images in an object store that is not of AWS, as the documentation describes it."""

import hashlib
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from local.servers.folders import temporary_data_folder
from local.servers.supervisor import free_port
from tests.pictures import noise, photograph
from tests.reference import expected, mean_difference, pixels_of
from tests.service import ROOT, starting

pytestmark = pytest.mark.slow
PAGE = (ROOT / "docs/how-to/object-stores.md").read_text()
WEED = shutil.which("weed") or shutil.which(ROOT / ".store/bin/weed")
ENDPOINT, BUCKET = "https://s3.example.org", "images"
SETTINGS = dict(re.findall(r"\b([A-Z][A-Z0-9_]+)=(\S+)", PAGE))
PORTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")
WAIT = {"prefer": "wait=20"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Run SeaweedFS with a bucket and a key; yield a client of it."""
    if WEED is None:
        pytest.skip("there is no SeaweedFS: make object-store")
    folder, port = tmp_path_factory.mktemp("store"), free_port()
    key = {"accessKey": SETTINGS["AWS_ACCESS_KEY_ID"], "secretKey": SETTINGS["AWS_SECRET_ACCESS_KEY"]}
    rights = ["Admin", "Read", "Write", "List"]
    (folder / "keys.json").write_text(
        json.dumps({"identities": [{"name": "imagescaler", "credentials": [key], "actions": rights}]})
    )
    command = [
        WEED, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-filer",
        "-s3", f"-s3.config={folder}/keys.json", f"-s3.port={port}", f"-s3.port.grpc={free_port()}",
        "-s3.port.iceberg=0", "-s3.port.lance=0", *(f"-{name}={free_port()}" for name in PORTS),
    ]  # fmt: skip
    with (folder / "log").open("w") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as server:
        try:
            client = boto3.client(
                "s3",
                SETTINGS["AWS_REGION"],
                endpoint_url=f"http://127.0.0.1:{port}",
                aws_access_key_id=key["accessKey"],
                aws_secret_access_key=key["secretKey"],
            )
            create_bucket(client, server, folder / "log")
            yield client
        finally:
            server.terminate()


def create_bucket(client: Any, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Create the bucket as soon as the server can do that."""
    while True:
        assert server.poll() is None, log.read_text()
        try:
            client.create_bucket(Bucket=BUCKET)
        except (BotoCoreError, ClientError):
            time.sleep(0.2)
        else:
            return


@pytest.fixture(scope="module")
def client(store: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Run the service with the settings of the page, and the permission to use the bucket of the store."""
    assert SETTINGS["AWS_ENDPOINT_URL_S3"] == ENDPOINT
    settings = {**SETTINGS, "AWS_ENDPOINT_URL_S3": store.meta.endpoint_url}
    buckets = {"SOURCE_BUCKETS": BUCKET, "TARGET_BUCKETS": BUCKET}
    with temporary_data_folder() as data, starting(tmp_path_factory.mktemp("service")) as start:
        service = start(data=data, **settings, **buckets)
        with httpx.Client(base_url=f"{service.url}/api/v1", timeout=60) as made:
            yield made


def test_a_picture_is_scaled_and_its_objects_have_the_prefix(client: httpx.Client, store: Any) -> None:
    task = client.post("/tasks", files={"file": photograph()}, data={"width": "160"}, headers=WAIT).json()
    result = client.get(f"/results/{task['id']}").content
    assert mean_difference(pixels_of(result), expected(photograph(), (160, 107))) < 6
    [stored] = keys(store, f"imagescaler/results/{task['id']}")
    assert store.get_object(Bucket=BUCKET, Key=stored)["Body"].read() == result


def test_an_upload_goes_to_the_store_once_and_only_as_it_was_signed(client: httpx.Client, store: Any) -> None:
    large = noise(6_000_000)
    upload = client.post("/uploads", json={"bytes": len(large), "media_type": "image/jpeg"}).json()
    assert upload["url"].startswith(f"{store.meta.endpoint_url}/{BUCKET}/imagescaler/uploads/")
    assert httpx.put(upload["url"], content=large[:-1], headers=upload["headers"]).status_code == 403
    assert httpx.put(upload["url"], content=large, headers=upload["headers"]).status_code == 200
    assert httpx.put(upload["url"], content=large, headers=upload["headers"]).status_code == 412
    task = client.post("/tasks", json={"upload_id": upload["id"], "width": 64}, headers=WAIT).json()
    assert (task["status"], task["result"]["width"]) == ("completed", 64)


def test_a_large_result_is_fetched_from_the_store(client: httpx.Client, store: Any) -> None:
    task = client.post("/tasks", files={"file": noise(2_200_000)}, data={"format": "png"}, headers=WAIT).json()
    assert task["result"]["bytes"] > 4_700_000
    redirect = client.get(f"/results/{task['id']}")
    assert redirect.status_code == 303
    assert redirect.headers["location"].startswith(store.meta.endpoint_url)
    result = httpx.get(redirect.headers["location"])
    assert (result.status_code, result.headers["content-type"]) == (200, "image/png")
    assert hashlib.sha256(result.content).hexdigest() == task["result"]["sha256"]


def test_sources_and_targets_are_in_buckets_of_the_store(client: httpx.Client, store: Any) -> None:
    store.put_object(Bucket=BUCKET, Key="photos/china.jpg", Body=photograph())
    body = {"source_url": f"s3://{BUCKET}/photos/china.jpg", "target_url": f"s3://{BUCKET}/small/", "width": 100}
    task = client.post("/tasks", json=body, headers=WAIT).json()
    assert task["status"] == "completed", task["error"]
    assert keys(store, "small/") == [f"small/{task['id']}.jpg"]


def test_the_store_accepts_the_rules_of_the_page(client: httpx.Client, store: Any) -> None:
    [rules] = re.findall(r'^```json title="lifecycle.json"\n(.*?)^```$', PAGE, re.MULTILINE | re.DOTALL)
    store.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration=json.loads(rules))
    found = store.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    prefixes = {each.get("Prefix") or each["Filter"]["Prefix"]: each["Expiration"]["Days"] for each in found}
    assert prefixes == {"imagescaler/sources/": 1, "imagescaler/uploads/": 1, "imagescaler/results/": 7}
    client.post("/tasks", files={"file": photograph()}, data={"width": "50"}, headers=WAIT)
    assert {f"imagescaler/{key.split('/')[1]}/" for key in keys(store, "imagescaler/")} <= prefixes.keys()


def keys(store: Any, prefix: str) -> list[str]:
    """List the keys of objects."""
    found = store.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return [each["Key"] for each in found]
