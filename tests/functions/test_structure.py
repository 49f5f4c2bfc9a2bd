"""The functions, the template, the requirements and the settings tell one story."""

import ast
import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from packaging.requirements import Requirement

from imagescaler.adapters.queues import QueueSettings, SourceQueueSettings, WebhookQueueSettings
from imagescaler.adapters.repositories import RepositorySettings
from imagescaler.adapters.repositories.migrations.migrate import NEWEST
from imagescaler.adapters.signed_urls.claims import SigningSettings
from imagescaler.adapters.stores import StoreSettings
from imagescaler.adapters.watermark_folder import WatermarkFolder
from imagescaler.domain.client_address import ProxySettings
from imagescaler.domain.limits import Limits
from imagescaler.domain.object_url import BucketRules
from imagescaler.domain.outbound_rules import OutboundRules
from imagescaler.domain.quota import QuotaSettings
from imagescaler.domain.retention import Retention
from imagescaler.domain.sweep import SweepSettings
from imagescaler.domain.task.task import MAX_UNCOUNTED_ATTEMPTS
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.domain.webhook import DeliveryLimits
from imagescaler.planning.cost.budget import CostSettings
from imagescaler.runtime.deadline import TimeoutSettings
from imagescaler.runtime.settings import SettingsError
from imagescaler.usecases.fetch_source import FetchSettings
from imagescaler.usecases.ingest_object import IngestSettings
from imagescaler.usecases.process_task import AttemptSettings
from imagescaler.web.requests.presets import Presets
from local.emulation.lambda_host.function import Function
from local.emulation.lambda_host.limits import Limits as HostLimits
from local.emulation.sam_template.template import Template, load
from local.servers import postgresql
from tests.functions.conftest import SIGNING_KEY, Context, Functions
from tests.handlers import FUNCTIONS, NAMES
from tests.handlers import load as load_handler
from tests.imports import distributions, imported

ROOT = Path(__file__).parent.parent.parent
SERVERS = {"POSTGRES_DSN": "memory://", "REDIS_URL": "memory://", "URL_SIGNING_KEY": SIGNING_KEY}
DEPLOYED = {
    "POSTGRES_DSN": "memory://",
    "POSTGRES_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:postgres-AbCdEf",
    "QUEUE_URL": "memory://",
    "SOURCE_QUEUE_URL": "memory://",
    "WEBHOOK_QUEUE_URL": "memory://",
    "STORE_URL": "s3://a-bucket/images",
}
SETTINGS = (
    CostSettings,
    Presets,
    RepositorySettings,
    Limits,
    BucketRules,
    FetchSettings,
    IngestSettings,
    OutboundRules,
    ProxySettings,
    QueueSettings,
    SourceQueueSettings,
    QuotaSettings,
    RepositorySettings,
    Retention,
    SigningSettings,
    StoreSettings,
    AttemptSettings,
    WatermarkFolder,
    DeliveryLimits,
    OutboundRules,
    SweepSettings,
    TimeoutSettings,
    WaitLimits,
    WebhookQueueSettings,
)
# get_task does better with it
WITHOUT_REDIS = {"authorize", "docs", "get_task", "list_presets", "list_tasks", "list_webhooks"}
WITHOUT_REDIS |= {"manage_keys", "migrate_database"}
API = [
    "create_task",
    "create_upload",
    "delete_task",
    "delete_upload",
    "docs",
    "get_result",
    "get_task",
    "health",
    "list_presets",
    "list_tasks",
    "list_webhooks",
    "plan_task",
    "redeliver_webhook",
]


@pytest.fixture(scope="module")
def template() -> Template:
    return load(ROOT / "template.yaml", DEPLOYED)


def by_name(template: Template) -> dict[str, Function]:
    return {function.name: function for function in template.functions}


def test_the_templates_functions_are_the_folders(template: Template) -> None:
    assert sorted(by_name(template)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_function_is_a_handler_its_requirements_and_an_event(name: str) -> None:
    files = {path.name for path in (FUNCTIONS / name).iterdir()} - {"__pycache__"}
    assert files - {"openapi.json"} == {"handler.py", "requirements.txt", "event.json"}


@pytest.mark.parametrize("name", NAMES)
def test_a_functions_requirements_are_exactly_what_it_reaches(name: str) -> None:
    lines = requirements(name)
    assert lines == sorted(lines)
    assert {name_of(line) for line in lines} == distributions(name)


@pytest.mark.parametrize("name", API)
def test_an_api_function_does_not_have_pillow(name: str) -> None:
    assert "pillow" not in distributions(name)


@pytest.mark.parametrize("name", ["authorize", "get_task", "list_tasks", "manage_keys", "migrate_database"])
def test_a_function_without_queue_and_store_starts_without_clients_of_aws(name: str) -> None:
    """It reads the secret of the database when it connects, and only if there is one."""
    code = "import handler, sys; sys.exit(bool({'botocore.client', 'botocore.session', 'boto3'} & sys.modules.keys()))"
    variables = {**SERVERS, **DEPLOYED, "POSTGRES_DSN": "postgresql://host/database", "PATH": os.environ["PATH"]}
    variables["PYTHONPATH"] = f"{FUNCTIONS / name}:{ROOT / 'layers/core/python'}"
    subprocess.run([sys.executable, "-c", code], env=variables, check=True)


def test_the_processor_has_no_web_stack() -> None:
    assert not distributions("process_task") & {"fastapi", "starlette", "mangum"}


def test_every_requirement_has_one_pinned_version() -> None:
    pinned = dict(line.lower().split("==") for line in (ROOT / "constraints.txt").read_text().split())
    needed = {name_of(line) for name in NAMES for line in requirements(name)}
    assert {name for name in needed if name.replace("-", "_") not in {key.replace("-", "_") for key in pinned}} == set()


def requirements(name: str) -> list[str]:
    return (FUNCTIONS / name / "requirements.txt").read_text().splitlines()


def name_of(requirement: str) -> str:
    return Requirement(requirement).name


def test_the_fast_resampler_is_required_only_where_there_are_wheels() -> None:
    [fast] = [Requirement(line) for line in requirements("process_task") if name_of(line) == "cykooz-resizer"]
    assert fast.marker is not None
    there = {"sys_platform": "linux", "platform_machine": "x86_64"}
    assert fast.marker.evaluate(there)
    assert not any(
        fast.marker.evaluate({**there, **other})
        for other in ({"platform_machine": "aarch64"}, {"sys_platform": "darwin"})
    )


def test_the_routes_of_the_template_are_those_of_the_handlers(template: Template, functions: Functions) -> None:
    for name in API:
        logical_id = by_name(template)[name].logical_id
        declared = {(route.method, route.path) for route in template.routes if route.function == logical_id}
        routes = [route for route in functions[name].app.routes if isinstance(route, APIRoute)]
        served = {(method, route.path) for route in routes for method in route.methods or ()}
        catch_all = {(method, path) for method, path in served if path == "/{path:path}"}
        expected = (served - catch_all) | ({("ANY", "$default")} if catch_all else set())
        if not catch_all:  # which HEAD of the other routes would go to as well
            expected |= {("HEAD", path) for method, path in served if method == "GET"}
        assert declared == expected, name


def test_only_the_api_functions_have_routes(template: Template) -> None:
    names = {function.logical_id: function.name for function in template.functions}
    assert {names[route.function] for route in template.routes} == set(API)


@pytest.mark.parametrize("name", NAMES)
def test_a_function_starts_with_what_the_template_gives_it(
    template: Template, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for variable in SERVERS:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")  # as Lambda does
    for variable, value in by_name(template)[name].environment.items():
        monkeypatch.setenv(variable, value)
    assert callable(load_handler(name).handler)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        (name, "POSTGRES_DSN")
        for name in NAMES
        if name not in {"docs", "create_upload", "delete_upload", "list_presets", "plan_task"}
    ]
    + [(name, "REDIS_URL") for name in NAMES if name not in WITHOUT_REDIS]
    + [(name, "URL_SIGNING_KEY") for name in ("create_upload", "get_result")],
)
def test_a_function_does_not_start_without_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, name: str, variable: str
) -> None:
    for known, value in SERVERS.items():
        monkeypatch.setenv(known, value)
    monkeypatch.delenv(variable)
    with pytest.raises(SettingsError, match=f"{variable} is not set"):
        load_handler(name)


def test_every_variable_in_the_template_is_a_setting(template: Template) -> None:
    known = {field.upper() for settings in SETTINGS for field in settings.__dataclass_fields__}
    given = {variable for function in template.functions for variable in function.environment}
    assert {variable for variable in given if not variable.startswith(("POWERTOOLS_", "MALLOC_"))} <= known


LOCAL = {  # settings that are nothing in the cloud: of Redis, of signed URLs to it, of the local gateway
    "IMAGESCALER_DATA",
    "REDIS_URL",
    "STORE_QUOTA_BYTES",
    "URL_SIGNING_KEY",
    "STORAGE_ADDRESS",
    "REQUIRE_KEYS",
}
LAMBDAS_OWN = "AWS_LAMBDA_FUNCTION_NAME"
THROTTLING = {"TASKS_PER_SECOND", "REQUESTS_PER_SECOND", "CLIENT_REQUESTS_PER_MINUTE"}  # of API Gateway and firewall


def settings_of_the_page() -> set[str]:
    lines = (ROOT / "docs/settings.md").read_text().splitlines()
    return {
        name for line in lines if line.startswith("| `") for name in re.findall(r"`([A-Z_]{5,})`", line.split("|")[1])
    }


def test_every_setting_of_the_page_reaches_the_cloud(template: Template) -> None:
    given = {variable for function in template.functions for variable in function.environment}
    assert settings_of_the_page() - LOCAL - THROTTLING <= given
    assert (LOCAL | THROTTLING) & given == set()


OF_HANDLERS = (
    CostSettings,
    DeliveryLimits,
    Limits,
    ProxySettings,
    QuotaSettings,
    AttemptSettings,
    SweepSettings,
    TimeoutSettings,
    WaitLimits,
)


@pytest.mark.parametrize("name", NAMES)
def test_a_function_gets_every_setting_that_it_reads(template: Template, name: str) -> None:
    """A setting of a function that no parameter sets would have its default for ever."""
    given = by_name(template)[name].environment.keys()
    source = (FUNCTIONS / name / "handler.py").read_text()
    read: list[Any] = [chosen for chosen in OF_HANDLERS if f"from_env({chosen.__name__})" in source]
    assert {field.upper() for chosen in read for field in chosen.__dataclass_fields__} - {LAMBDAS_OWN} <= given


def test_defaults_of_the_cloud_are_those_of_the_settings(template: Template) -> None:
    defaults = {
        field.name.upper(): field.default
        for settings in SETTINGS
        for field in fields(settings)
        if field.name != "function_concurrency" and field.type in {int, float}
    }
    for function in template.functions:
        for variable in defaults.keys() & function.environment.keys():
            assert float(function.environment[variable]) == defaults[variable], variable


def test_a_function_that_reckons_with_its_timeout_knows_it(template: Template) -> None:
    known = {
        function.name: (float(function.environment["FUNCTION_TIMEOUT_S"]), function.timeout_s)
        for function in template.functions
        if "FUNCTION_TIMEOUT_S" in function.environment
    }
    assert known == {
        "deliver_webhook": (30, 30),
        "fetch_source": (60, 60),
        "process_task": (30, 30),
        "sweep_tasks": (60, 60),
    }


def test_a_reserved_concurrency_limits_waits() -> None:
    reserved = load(ROOT / "template.yaml", {**DEPLOYED, "GET_TASK_RESERVED_CONCURRENCY": "7"})
    assert by_name(reserved)["get_task"].environment["FUNCTION_CONCURRENCY"] == "7"
    assert by_name(reserved)["create_task"].environment["FUNCTION_CONCURRENCY"] == "100"


def test_the_queue_gives_the_processor_time_and_attempts(template: Template) -> None:
    processor = by_name(template)["process_task"]
    [trigger] = [trigger for trigger in template.triggers if trigger.function == processor.logical_id]
    assert trigger.max_receive_count > int(processor.environment["MAX_ATTEMPTS"]) + MAX_UNCOUNTED_ATTEMPTS
    assert trigger.batch_size == 1


def test_every_queue_gives_its_function_time_and_none_is_left_without_an_end(template: Template) -> None:
    timeouts = {function.logical_id: function.timeout_s for function in template.functions}
    for trigger in template.triggers:
        assert trigger.visibility_timeout_s >= 6 * timeouts[trigger.function]
        assert trigger.max_receive_count > 0
    assert [(trigger.queue, trigger.dead_letter_queue) for trigger in template.triggers] == [
        ("SourceQueue", "TaskUndeliverableQueue"),
        ("TaskQueue", "TaskUndeliverableQueue"),
        ("TaskUndeliverableQueue", "TaskDeadLetterQueue"),
        ("WebhookQueue", "WebhookDeadLetterQueue"),
    ]


def test_api_functions_answer_before_the_gateway_gives_up(template: Template) -> None:
    assert all(by_name(template)[name].timeout_s < 30 for name in API)


STATUSES = {
    "create_task": 202,
    "create_upload": 201,
    "delete_task": 404,
    "delete_upload": 204,
    "get_task": 404,
    "get_result": 404,
    "list_webhooks": 404,
    "redeliver_webhook": 404,
}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "migrate_database"])
def test_the_event_of_a_function_runs(functions: Functions, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_BUCKETS", "photos")
    event: Any = json.loads((FUNCTIONS / name / "event.json").read_text())
    answer = functions[name].handler(event, Context(name))
    assert answer.get("statusCode", 200) == STATUSES.get(name, 200)
    if name in {"fetch_source", "process_task", "fail_undeliverable_task"}:
        assert answer["batchItemFailures"] == [{"itemIdentifier": event["Records"][0]["messageId"]}]


def test_the_event_of_the_migration_runs(postgres_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_DSN", postgres_dsn)
    event = json.loads((FUNCTIONS / "migrate_database" / "event.json").read_text())
    assert load_handler("migrate_database").handler(event, Context("migrate-database")) == {"revision": NEWEST}


def test_functions_import_neither_one_another_nor_the_local_doors() -> None:
    for name in NAMES:
        assert not imported_packages(FUNCTIONS / name / "handler.py") & {"functions", "local", "tests", "tools", *NAMES}


def test_nothing_imports_functions() -> None:
    modules = [*ROOT.glob("layers/core/python/**/*.py"), *ROOT.glob("local/**/*.py")]
    assert len(modules) > 50
    assert not [path for path in modules if "functions" in imported_packages(path)]


def imported_packages(path: Path) -> set[str]:
    found = imported(ast.parse(path.read_text()), set())
    return {module.partition(".")[0] for module in found}


def test_the_embedded_database_takes_the_connections_of_every_environment(template: Template) -> None:
    """As docs/reliability.md has it: environments times connections, and three that Postgres keeps for a superuser."""
    functions = sum("POSTGRES_DSN" in function.environment for function in template.functions)
    most = functions * HostLimits().max_environments
    assert most + 3 <= int(postgresql.SETTINGS["max_connections"])
