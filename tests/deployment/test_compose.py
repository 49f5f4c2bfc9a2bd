"""compose.yaml says of every function what template.yaml says."""

import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from imagescaler.adapters.stores import StoreSettings
from local.cli.secrets import secrets
from local.emulation.sam_template.template import Template, load
from tests.handlers import load as load_handler

ROOT = Path(__file__).parent.parent.parent
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
ADDRESSES = ("POSTGRES_DSN", "REDIS_URL", "QUEUE_URL", "WEBHOOK_QUEUE_URL", "STORE_URL", "URL_SIGNING_KEY")
TEMPLATE: Template = load(ROOT / "template.yaml", dict.fromkeys(ADDRESSES, "memory://"))
FUNCTIONS = {function.service: function for function in TEMPLATE.functions}
FUNCTIONS_BY_ID = {function.logical_id: function.service for function in TEMPLATE.functions}
EMULATION = {"gateway", "runner", "scheduler", "migrate"}
ONCE = {"migrate", "secrets"}
SECRETS = {
    "POSTGRES_DSN_FILE": "postgres-secret:/secrets/postgres:ro",
    "URL_SIGNING_KEY_FILE": "signing-secret:/secrets/signing:ro",
}
SERVERS = {"postgres", "redis"}
UNITS = {"m": 1 << 20, "g": 1 << 30, "mb": 1 << 20, "gb": 1 << 30}


def size(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([a-z]+)", text).groups()  # type: ignore[union-attr]
    return int(number) * UNITS[unit]


def test_there_is_one_service_for_each_function() -> None:
    assert set(SERVICES) == set(FUNCTIONS) | EMULATION | SERVERS | {"secrets"}


@pytest.mark.parametrize("service", FUNCTIONS)
def test_a_functions_image_is_made_from_its_folder(service: str) -> None:
    assert SERVICES[service]["build"]["args"] == {"FUNCTION": FUNCTIONS[service].name}
    assert SERVICES[service]["image"] == f"imagescaler:{service}"


@pytest.mark.parametrize("service", FUNCTIONS)
def test_a_function_has_the_memory_and_the_time_of_the_template(service: str) -> None:
    function, made = FUNCTIONS[service], SERVICES[service]
    assert size(made["mem_limit"]) == function.memory_mib << 20
    assert made["environment"]["AWS_LAMBDA_FUNCTION_TIMEOUT"] == function.timeout_s
    assert made["environment"]["AWS_LAMBDA_FUNCTION_NAME"] == service
    assert made["environment"].get("FUNCTION_TIMEOUT_S", function.timeout_s) == function.timeout_s
    assert ("FUNCTION_TIMEOUT_S" in made["environment"]) == ("FUNCTION_TIMEOUT_S" in function.environment)
    if service == "process-task":  # else the emulator says 3008, and the processor takes more than it has
        assert made["environment"]["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == function.memory_mib


@pytest.mark.parametrize("service", FUNCTIONS)
def test_a_function_has_no_variable_that_the_template_does_not_give_it(service: str) -> None:
    """Queue and store are one Redis here, so that one variable stands for both; and URLs are signed for the gateway."""
    given = set(FUNCTIONS[service].environment)
    here = given & {"QUEUE_URL", "STORE_URL", "WEBHOOK_QUEUE_URL"}
    known = given | {"REDIS_URL", "URL_SIGNING_KEY"} if here else given
    if "FUNCTION_CONCURRENCY" in given:  # requests wait in it, and ends of tasks are announced in Redis
        known |= {"REDIS_URL"}
    variables = {name.removesuffix("_FILE") for name in SERVICES[service]["environment"]}
    assert {name for name in variables if not name.startswith("AWS_")} <= known


@pytest.mark.parametrize("service", FUNCTIONS)
def test_a_function_starts_with_what_compose_gives_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, service: str
) -> None:
    made = CliRunner().invoke(secrets, [str(tmp_path)])
    assert (made.exit_code, made.output) == (0, "")
    for variable in ADDRESSES:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in SERVICES[service]["environment"].items():
        monkeypatch.setenv(variable, str(value).replace("/secrets", str(tmp_path)))
    assert callable(load_handler(FUNCTIONS[service].name).handler)


@pytest.mark.parametrize("service", sorted(set(FUNCTIONS) | EMULATION))
def test_a_container_is_nobody_and_writes_nowhere_but_to_tmp(service: str) -> None:
    made = SERVICES[service]
    assert (made["read_only"], made["tmpfs"], made["user"]) == (True, "/tmp", "65534:65534")
    assert (made["cap_drop"], made["security_opt"]) == (["ALL"], ["no-new-privileges"])


@pytest.mark.parametrize("service", sorted(set(SERVICES) - ONCE))
def test_what_ends_starts_again_and_has_a_limit(service: str) -> None:
    assert SERVICES[service]["restart"] == "unless-stopped"
    assert size(SERVICES[service]["mem_limit"])


@pytest.mark.parametrize("service", sorted(set(SERVICES) - ONCE - {"runner", "scheduler"}))
def test_what_listens_has_a_health_check(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"]


@pytest.mark.parametrize("service", FUNCTIONS)
def test_the_health_of_a_function_is_never_asked_by_an_invocation(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"] == ["CMD", "bash", "-c", "</dev/tcp/127.0.0.1/8080"]


def test_the_gateway_waits_for_the_functions_that_have_routes_or_authorize_them() -> None:
    routed = {FUNCTIONS_BY_ID[route.function] for route in TEMPLATE.routes}
    asked = {FUNCTIONS_BY_ID[route.authorizer.function] for route in TEMPLATE.routes if route.authorizer}
    assert set(SERVICES["gateway"]["depends_on"]) == routed | asked | {"migrate"}


def test_there_are_no_more_processors_than_their_trigger_allows_and_the_runner_waits_for_them() -> None:
    triggers = {FUNCTIONS_BY_ID[trigger.function]: trigger for trigger in TEMPLATE.triggers}
    assert set(SERVICES["runner"]["depends_on"]) == {*triggers, "migrate"}
    for service, trigger in triggers.items():
        assert SERVICES[service].get("deploy", {"replicas": 1})["replicas"] <= trigger.maximum_concurrency


def test_the_scheduler_waits_for_the_functions_that_have_schedules() -> None:
    scheduled = {FUNCTIONS_BY_ID[schedule.function] for schedule in TEMPLATE.schedules}
    assert set(SERVICES["scheduler"]["depends_on"]) == scheduled | {"migrate"}


def test_redis_loses_nothing_and_has_room_for_what_the_store_may_take() -> None:
    command = SERVICES["redis"]["command"].split()
    options = dict(pairwise(command))
    assert (options["--appendonly"], options["--maxmemory-policy"]) == ("yes", "noeviction")
    budget, maximum = StoreSettings(redis_url="redis://redis").store_quota_bytes, size(options["--maxmemory"])
    assert budget < maximum < size(SERVICES["redis"]["mem_limit"])


def test_only_this_machine_reaches_the_service() -> None:
    ports = {name: made["ports"] for name, made in SERVICES.items() if "ports" in made}
    assert ports == {"gateway": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_data_is_in_volumes() -> None:
    assert "postgres:/var/lib/postgresql/data" in SERVICES["postgres"]["volumes"]
    assert SERVICES["redis"]["volumes"] == ["redis:/data"]


@pytest.mark.parametrize("service", sorted(set(FUNCTIONS) | EMULATION))
def test_a_container_has_the_secrets_that_it_reads_and_no_others(service: str) -> None:
    variables = SERVICES[service].get("environment", {})
    assert SERVICES[service].get("volumes", []) == [SECRETS[name] for name in SECRETS if name in variables]


@pytest.mark.parametrize("service", sorted(set(FUNCTIONS) | EMULATION))
def test_the_settings_reach_every_container_of_ours(service: str) -> None:
    assert SERVICES[service]["env_file"] == [{"path": "settings.env", "required": False}]


def test_no_secret_has_a_public_default() -> None:
    """Everybody who can read the repository could sign URLs otherwise."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [name for name in files.split("\0") if name and not name.startswith(("tests/", "tools/"))]
    texts = {name: (ROOT / name).read_text(errors="replace") for name in names if (ROOT / name).is_file()}
    default = re.compile(r"(PASSWORD|SECRET|KEY)(:-[^}]|\": \"[^\"])")
    dsn = re.compile(r"postgres(ql)?://[a-z]+:(?!password@|\{)[^@\s/\"]+@(?!127[.]0[.]0[.]1:1/)")
    assert [name for name, text in texts.items() if default.search(text) or dsn.search(text)] == []


def created(folder: Path, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(secrets, [str(folder), *arguments], env=environment)


def test_secrets_are_created_once_and_the_same_afterwards(tmp_path: Path) -> None:
    before = [created(tmp_path / name, "--sam").output for name in ("a", "b", "a")]
    assert before[0] == before[2] != before[1]
    assert len((tmp_path / "a/signing/key").read_text()) >= 32
    assert (tmp_path / "a/postgres/password").read_text() in (tmp_path / "a/postgres/dsn").read_text()


def test_given_secrets_replace_those_that_were_created(tmp_path: Path) -> None:
    created(tmp_path)
    assert created(tmp_path, POSTGRES_PASSWORD="p@ss/word", URL_SIGNING_KEY="k" * 32).exit_code == 0
    assert (tmp_path / "postgres/dsn").read_text() == "postgresql://imagescaler:p%40ss%2Fword@postgres/imagescaler"
    assert (tmp_path / "signing/key").read_text() == "k" * 32


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"URL_SIGNING_KEY": "short"}, "URL_SIGNING_KEY is too short"),
        ({"POSTGRES_PASSWORD": "guessed", "REQUIRE_KEYS": "1"}, "POSTGRES_PASSWORD is too short"),
    ],
)
def test_secrets_that_can_be_guessed_are_refused(tmp_path: Path, given: dict[str, str], says: str) -> None:
    made = created(tmp_path, **given)
    assert made.exit_code == 1
    assert says in made.output
