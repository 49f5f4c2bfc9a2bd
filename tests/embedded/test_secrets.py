"""Passwords and keys are in the environment, and in nothing that is logged or answered."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from local.servers.postgresql import postgres
from local.servers.valkey import redis
from tests.pictures import photograph
from tests.service import Service, Start

pytestmark = pytest.mark.slow
SECRET = "a-secret-that-nobody-may-read"
WRONG = "a-password-that-is-not-the-right-one"
KEY = f"{SECRET}-of-forty-characters-and-more"


@contextmanager
def guarded_servers(folder: Path) -> Iterator[tuple[dict[str, str], ExitStack]]:
    """Run servers, which want passwords; give the variables, and what stops them."""
    with ExitStack() as servers:
        dsn, url = servers.enter_context(postgres(folder)), servers.enter_context(redis(folder))
        yield {"POSTGRES_DSN": dsn, "REDIS_URL": url, "URL_SIGNING_KEY": KEY}, servers


def secrets_of(variables: dict[str, str]) -> list[str]:
    passwords = [urlsplit(variables[name]).password or "" for name in ("POSTGRES_DSN", "REDIS_URL")]
    assert all(passwords)
    return [*passwords, SECRET]


def everything(service: Service, folder: Path) -> str:
    """Return everything that was printed, and all log files."""
    return service.output + "".join(path.read_text() for path in folder.rglob("*.log*"))


def test_no_secret_is_told_whatever_fails(start: Start, own_folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with guarded_servers(own_folder) as (variables, servers), httpx.Client(timeout=60) as client:
        service = start(data=data, POWERTOOLS_LOG_LEVEL="DEBUG", **variables)
        answers = [ask(client, service, "wait=20"), ask(client, service, "")]
        assert answers[0].json()["status"] == "completed"
        servers.close()
        answers += [ask(client, service, "wait=2"), client.get(f"{service.url}/api/v1/health")]
        answers += [
            client.get(f"{service.url}/api/v1/{kind}/{answers[0].json()['id']}") for kind in ("tasks", "results")
        ]
        service.stop(signal.SIGTERM)
    assert [answer.status_code for answer in answers] == [200, 202, 503, 503, 503, 503]
    told = everything(service, data) + "".join(f"{answer.headers}{answer.text}" for answer in answers)
    assert "Traceback" in told or "unavailable" in told
    assert not [secret for secret in secrets_of(variables) if secret in told]


def ask(client: httpx.Client, service: Service, prefer: str) -> httpx.Response:
    headers = {"prefer": prefer}
    return client.post(
        f"{service.url}/api/v1/tasks", files={"file": photograph()}, data={"width": "8"}, headers=headers
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("POSTGRES_DSN", f"postgresql://user:{SECRET}@127.0.0.1:1/x"),
        ("POSTGRES_DSN", f"postgresql://user:{SECRET}@127.0.0.1:port/x"),
        ("POSTGRES_DSN", f"postgresql://user:{SECRET}@[::1/x"),
        ("POSTGRES_DSN", f"mysql://user:{SECRET}@127.0.0.1/x"),
        ("REDIS_URL", f"redis://:{SECRET}@127.0.0.1:1/0"),
        ("REDIS_URL", f"redis://:{SECRET}@127.0.0.1:port/0"),
        ("REDIS_URL", f"http://:{SECRET}@127.0.0.1/0"),
        ("QUEUE_URL", f"amqp://user:{SECRET}@127.0.0.1/0"),
        ("URL_SIGNING_KEY", SECRET[:9]),
    ],
)
def test_a_wrong_variable_is_refused_without_its_secret(
    start: Start, own_folder: Path, postgres_dsn: str, redis_url: str, variable: str, value: str
) -> None:
    sound = {"POSTGRES_DSN": postgres_dsn, "REDIS_URL": redis_url}
    service = start(data=own_folder, **{**sound, variable: value})
    assert service.process.wait(60) != 0
    assert variable in service.output
    assert SECRET[:9] not in everything(service, own_folder)


@pytest.mark.parametrize("variable", ["POSTGRES_DSN", "REDIS_URL"])
def test_a_wrong_password_is_refused_without_being_told(
    start: Start, own_folder: Path, tmp_path: Path, variable: str
) -> None:
    with guarded_servers(own_folder) as (variables, _):
        right = urlsplit(variables[variable]).password or ""
        service = start(data=tmp_path / "data", **{**variables, variable: variables[variable].replace(right, WRONG)})
        assert service.process.wait(60) != 0
    assert variable in service.output
    assert not [secret for secret in (WRONG, *secrets_of(variables)) if secret in service.output]


def test_a_function_that_cannot_start_does_not_tell_why_with_secrets(
    start: Start, own_folder: Path, postgres_dsn: str, redis_url: str
) -> None:
    sound = {"POSTGRES_DSN": postgres_dsn, "REDIS_URL": redis_url}
    service = start(data=own_folder, **sound, STORE_URL=f"ftp://user:{SECRET}@127.0.0.1/0")
    with httpx.Client(timeout=60) as client:
        answer = ask(client, service, "")
    assert answer.status_code >= 500
    assert "STORE_URL" in service.output
    assert SECRET not in service.output + answer.text
