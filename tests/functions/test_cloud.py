"""The real handlers over SQS and S3 (moto) and a real Postgres, from the request to the result."""

import json
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import boto3
import pytest
import requests
from PIL import Image

from imagescaler.adapters.repositories.migrations.migrate import NEWEST
from imagescaler.runtime import loop
from imagescaler.usecases import check_health
from tests.answer import Answer
from tests.cloud import MAX_RECEIVE_COUNT, REGION, VISIBILITY_TIMEOUT_S, Cloud, cloud
from tests.database_roles import PASSWORD, ROLE_OF
from tests.functions.conftest import Context, Functions, multipart
from tests.handlers import load
from tests.pictures import noise, photograph, plain


class Deployed(Functions):
    """Functions that share nothing in memory: their servers are all that they have in common.

    Each knows the secret of its own database role alone.
    """

    def __init__(self, secrets: dict[str, str]) -> None:
        super().__init__()
        self._secrets = secrets

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            with pytest.MonkeyPatch.context() as environment:
                if name in ROLE_OF:
                    environment.setenv("POSTGRES_SECRET_ARN", self._secrets[ROLE_OF[name]])
                else:
                    environment.delenv("POSTGRES_DSN")
                self._loaded[name] = load(name)
        return self._loaded[name]

    def close(self) -> None:
        for module in self._loaded.values():
            for port in {"tasks", "keys"} & set(vars(module)):
                loop.run(getattr(module, port)._database.close())

    def post(self, image: bytes, **fields: Any) -> Answer:
        headers, body = multipart(image, **fields)
        return self.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)

    def post_json(self, function: str, path: str, **content: Any) -> Answer:
        headers = {"content-type": "application/json"}
        return self.http(function, "POST", path, headers=headers, body=json.dumps(content).encode())

    def status(self, task_id: str) -> str:
        return str(self.http("get_task", "GET", f"/api/v1/tasks/{task_id}").json["status"])

    def deliver(self, aws: Cloud, batch_size: int = 10) -> list[str]:
        """Do what Lambda's event source mapping does with what is in the queue; give the ids that came again."""
        messages = aws.receive(batch_size)
        event = {"Records": [record(message) for message in messages]}
        answer = self["process_task"].handler(event, Context("process-task"))
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in failed:
                aws.sqs.delete_message(QueueUrl=aws.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return sorted(failed)


def record(message: dict[str, Any]) -> dict[str, Any]:
    """Make a record of an SQS event from a received message (AWS Lambda, example Amazon SQS message event)."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:TaskQueue",
        "awsRegion": "eu-central-1",
    }


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with cloud(monkeypatch) as made:
        yield made


@pytest.fixture
def secrets(aws: Cloud, role_dsns: dict[str, str]) -> dict[str, str]:
    """Put the login of each database role into a secret; return their ARNs."""
    manager = boto3.client("secretsmanager", REGION)
    logins = {role: json.dumps({"username": f"imagescaler_{role}", "password": PASSWORD}) for role in role_dsns}
    return {role: manager.create_secret(Name=role, SecretString=login)["ARN"] for role, login in logins.items()}


@pytest.fixture
def deployed(
    functions: Functions, aws: Cloud, postgres_dsn: str, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployed]:
    """Yield functions that have only the URLs from the template, and their secrets, to reach their servers."""
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setenv("POSTGRES_DSN", "postgresql://" + postgres_dsn.partition("@")[2])
    monkeypatch.setenv("QUEUE_URL", aws.queue_url)
    monkeypatch.setenv("SOURCE_QUEUE_URL", aws.source_queue_url)
    monkeypatch.setenv("WEBHOOK_QUEUE_URL", aws.webhook_queue_url)
    monkeypatch.setenv("STORE_URL", aws.store_url)
    made = Deployed(secrets)
    yield made
    made.close()


def test_a_task_goes_through_sqs_and_s3(deployed: Deployed, aws: Cloud) -> None:
    task_id = deployed.post(photograph(), width=320).json["id"]
    assert aws.objects == [f"images/sources/{task_id}"]
    assert deployed.deliver(aws) == []
    assert deployed.status(task_id) == "completed"
    assert aws.objects == [f"images/results/{task_id}/1"]
    result = deployed.http("get_result", "GET", f"/api/v1/results/{task_id}", headers={"accept": "image/*"})
    assert Image.open(BytesIO(result.body)).size == (320, 214)
    assert aws.receive() == []


def test_in_a_batch_only_what_failed_comes_again_and_ends_as_a_dead_letter(deployed: Deployed, aws: Cloud) -> None:
    good, bad = (deployed.post(image, width=32).json["id"] for image in (plain(), plain()[:60]))
    nonsense = aws.sqs.send_message(QueueUrl=aws.queue_url, MessageBody="no json")["MessageId"]
    for _ in range(MAX_RECEIVE_COUNT):
        assert deployed.deliver(aws) == [nonsense]
        time.sleep(VISIBILITY_TIMEOUT_S + 0.05)
    assert (deployed.status(good), deployed.status(bad)) == ("completed", "failed")
    assert aws.receive() == []
    assert aws.waiting(aws.dead_letter_url) == 1


def test_an_attempt_that_cannot_read_its_source_comes_again(
    deployed: Deployed, aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = deployed.post(photograph(), width=320).json["id"]
    with monkeypatch.context() as broken:
        broken.setattr(deployed["process_task"].store._bucket, "name", "no-such-bucket")
        assert len(deployed.deliver(aws)) == 1
    assert deployed.status(task_id) == "pending"
    time.sleep(VISIBILITY_TIMEOUT_S + 0.05)
    assert deployed.deliver(aws) == []
    assert deployed.status(task_id) == "completed"


def test_a_photograph_of_forty_megabytes_goes_through_s3(deployed: Deployed, aws: Cloud) -> None:
    image = noise(40_000_000)
    wanted = {"bytes": len(image), "media_type": "image/jpeg"}
    told = deployed.post_json("create_upload", "/api/v1/uploads", **wanted).json
    assert told["url"].startswith(f"https://a-bucket.s3.eu-central-1.amazonaws.com/images/uploads/{told['id']}?")
    assert requests.request(told["method"], told["url"], data=image, headers=told["headers"], timeout=60).ok
    task = deployed.post_json("create_task", "/api/v1/tasks", upload_id=told["id"], width=320).json
    assert task["source"]["bytes"] == len(image)
    assert deployed.deliver(aws) == []
    assert deployed.status(task["id"]) == "completed"
    assert aws.objects == [f"images/results/{task['id']}/1", f"images/uploads/{told['id']}"]


def test_a_large_result_is_at_a_presigned_url(deployed: Deployed, aws: Cloud) -> None:
    task_id = deployed.post(photograph(), width=3000, format="png").json["id"]
    assert deployed.deliver(aws) == []
    answer = deployed.http("get_result", "GET", f"/api/v1/results/{task_id}", headers={"accept": "image/*"})
    assert answer.status == 303
    picture = requests.get(answer.headers["location"], timeout=60)
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["content-disposition"] == f'inline; filename="{task_id}.png"'
    assert Image.open(BytesIO(picture.content)).size == (3000, 2002)


def test_health_asks_sqs_and_s3(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_health, "TIMEOUT_S", 30)  # the first ping reads a secret: long on a busy machine
    assert deployed.http("health", "GET", "/api/v1/health").status == 200
    monkeypatch.setattr(deployed["health"].servers["queue"], "_url", "https://sqs.eu-central-1.amazonaws.com/1/Gone")
    unhealthy = deployed.http("health", "GET", "/api/v1/health")
    assert (unhealthy.status, unhealthy.json["queue"]["status"], unhealthy.json["store"]["status"]) == (
        503,
        "unavailable",
        "ok",
    )


def test_a_key_is_created_and_authorizes_its_owner_until_it_is_revoked(deployed: Deployed) -> None:
    def manage(**command: str) -> Any:
        return deployed["manage_keys"].handler(command, Context("manage-keys"))["keys"]

    [created] = manage(action="create", owner="ada")
    event = deployed.event("GET", "/", headers={"authorization": f"Bearer {created['key']}"})
    assert deployed["authorize"].handler(event, Context("authorize")) == {
        "isAuthorized": True,
        "context": {"owner": "ada", "key": created["id"], "quota": "{}"},
    }
    assert created["id"] in {key["id"] for key in manage(action="list")}
    manage(action="revoke", id=created["id"])
    assert deployed["authorize"].handler(event, Context("authorize")) == {"isAuthorized": False}


def test_the_sweeper_and_the_migration_do_their_work(deployed: Deployed) -> None:
    assert deployed["sweep_tasks"].handler({}, Context("sweep-tasks"))
    assert deployed["migrate_database"].handler({}, Context("migrate-database")) == {"revision": NEWEST}


def test_a_message_that_came_too_often_fails_its_task(deployed: Deployed, aws: Cloud) -> None:
    task_id = deployed.post(plain(), width=8).json["id"]
    event = {"Records": [record(message) for message in aws.receive()]}
    deployed["fail_undeliverable_task"].handler(event, Context("fail-undeliverable-task"))
    assert deployed.status(task_id) == "failed"


def test_a_request_waits_for_its_task(deployed: Deployed) -> None:
    task_id = deployed.post(plain(), width=8).json["id"]
    waited = deployed.http("get_task", "GET", f"/api/v1/tasks/{task_id}", headers={"prefer": "wait=1"})
    assert (waited.status, waited.json["status"]) == (200, "pending")
