"""template.yaml, deployed: what is wired to what, who may do what, and what is watched."""

import json
import logging
import re
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from imagescaler.adapters import repositories
from imagescaler.adapters.clients import custom_resource
from imagescaler.adapters.repositories.migrations.migrate import NEWEST
from imagescaler.domain.errors import RepositoryUnavailable
from imagescaler.domain.limits import Limits
from imagescaler.runtime import telemetry
from tests.cloud import REGION
from tests.database_roles import MIGRATE, ROLE_OF
from tests.deployed import ACCOUNT, PARAMETERS, Stack, deployed, transformed
from tests.functions.conftest import Context, Functions, multipart
from tests.handlers import NAMES, load
from tests.pictures import photograph

# What moto does not make is looked at in the transformed template instead.
NOT_MADE = (
    r"Tried to parse AWS::((S3::Bucket|SQS::Queue)Policy|CloudWatch::(Alarm|Dashboard)|Logs::MetricFilter"
    r"|Lambda::Alias|ApiGatewayV2::(Api|Stage)) but"
)
TEMPLATE = transformed()
RESERVED = {"GetTaskReservedConcurrency": "7"}
QUEUE, WEBHOOKS, BUCKET = "TaskQueue", "WebhookQueue", "ImageBucket"
LOGINS = {name: role.capitalize() for name, role in ROLE_OF.items() if role != MIGRATE}
SECRETS = {
    f"Postgres{role}SecretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{role}-AbCdEf"
    for role in sorted({*LOGINS.values()} - {"Keys"})
}
MAY = {
    "fail_undeliverable_task": {
        ("TaskUndeliverableQueue", "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes"),
        (WEBHOOKS, "sqs:SendMessage sqs:GetQueueAttributes"),
        ("images/sources/*", "s3:DeleteObject"),
    },
    "deliver_webhook": {(WEBHOOKS, "sqs:ReceiveMessage sqs:DeleteMessage sqs:SendMessage sqs:GetQueueAttributes")},
    "create_task": {
        (QUEUE, "sqs:SendMessage sqs:GetQueueAttributes"),
        ("SourceQueue", "sqs:SendMessage sqs:GetQueueAttributes"),
        ("images/uploads/*", "s3:GetObject"),
        ("images/results/*", "s3:GetObject"),
        ("images/sources/*", "s3:PutObject s3:DeleteObject"),
        (BUCKET, "s3:ListBucket images/uploads/*"),
        (BUCKET, "s3:ListBucket images/results/*"),
    },
    "create_upload": {("images/uploads/*", "s3:PutObject")},
    "delete_task": {("images/sources/*", "s3:DeleteObject"), ("images/results/*", "s3:DeleteObject")},
    "delete_upload": {("images/uploads/*", "s3:DeleteObject")},
    "fetch_source": {
        (WEBHOOKS, "sqs:SendMessage sqs:GetQueueAttributes"),
        ("SourceQueue", "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes"),
        (QUEUE, "sqs:SendMessage sqs:GetQueueAttributes"),
        ("images/sources/*", "s3:PutObject s3:DeleteObject"),
    },
    "get_result": {("images/results/*", "s3:GetObject"), (BUCKET, "s3:ListBucket images/results/*")},
    "health": {(QUEUE, "sqs:GetQueueAttributes"), (BUCKET, "s3:ListBucket images/health")},
    "ingest_object": {
        ("SourceQueue", "sqs:SendMessage sqs:GetQueueAttributes"),
        ("IngestDeadLetterQueue", "sqs:SendMessage"),
    },
    "plan_task": {("images/uploads/*", "s3:GetObject"), (BUCKET, "s3:ListBucket images/uploads/*")},
    "process_task": {
        (QUEUE, "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes"),
        (WEBHOOKS, "sqs:SendMessage sqs:GetQueueAttributes"),
        ("images/sources/*", "s3:GetObject s3:DeleteObject"),
        ("images/results/*", "s3:PutObject s3:DeleteObject"),
        (BUCKET, "s3:ListBucket images/sources/*"),
    },
    "redeliver_webhook": {(WEBHOOKS, "sqs:SendMessage sqs:GetQueueAttributes")},
    "sweep_tasks": {
        (QUEUE, "sqs:SendMessage sqs:GetQueueAttributes"),
        ("SourceQueue", "sqs:SendMessage sqs:GetQueueAttributes"),
        (WEBHOOKS, "sqs:SendMessage sqs:GetQueueAttributes"),
        ("images/sources/*", "s3:GetObject s3:DeleteObject"),
        ("images/results/*", "s3:DeleteObject"),
        (BUCKET, "s3:ListBucket images/sources/*"),
    },
}

WITH_DATABASE = sorted(ROLE_OF)


def secret_of(name: str) -> str:
    """The ARN of a function's secret; the operator's function has none of its own in this stack."""
    return SECRETS.get(f"Postgres{LOGINS.get(name, '')}SecretArn", PARAMETERS["PostgresSecretArn"])


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", NOT_MADE)
        with deployed(**RESERVED, **SECRETS) as made:
            yield made


def of_type(kind: str) -> dict[str, Any]:
    return {name: made["Properties"] for name, made in TEMPLATE["Resources"].items() if made["Type"] == kind}


def logical_id(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_")) + "Function"


# What is deployed


def test_the_stack_is_made(stack: Stack) -> None:
    assert stack.status == "CREATE_COMPLETE"
    assert {logical_id(name) for name in NAMES} <= set(stack.resources)


@pytest.mark.parametrize(
    ("queue", "function", "concurrency"),
    [
        (QUEUE, "ProcessTaskFunction", 2),
        ("TaskUndeliverableQueue", "FailUndeliverableTaskFunction", 2),
        (WEBHOOKS, "DeliverWebhookFunction", 10),
    ],
)
def test_a_queues_function_takes_messages_one_by_one_and_reports_each(
    stack: Stack, queue: str, function: str, concurrency: int
) -> None:
    trigger = stack.trigger(function)
    assert stack.name_of(trigger["EventSourceArn"]) == queue
    assert (trigger["BatchSize"], trigger["FunctionResponseTypes"]) == (1, ["ReportBatchItemFailures"])
    assert trigger["ScalingConfig"] == {"MaximumConcurrency": concurrency}


def test_the_queue_gives_time_and_attempts_and_buries_what_fails(stack: Stack) -> None:
    sqs = stack.client("sqs")
    queue, burial, dead = (
        sqs.get_queue_attributes(QueueUrl=stack.resources[name], AttributeNames=["All"])["Attributes"]
        for name in (QUEUE, "TaskUndeliverableQueue", "TaskDeadLetterQueue")
    )
    processor = stack.configuration("process_task")
    assert int(queue["VisibilityTimeout"]) >= 6 * processor["Timeout"]
    assert int(burial["VisibilityTimeout"]) >= 6 * stack.configuration("fail_undeliverable_task")["Timeout"]
    redrive = json.loads(queue["RedrivePolicy"])
    assert int(redrive["maxReceiveCount"]) > int(processor["Environment"]["Variables"]["MAX_ATTEMPTS"])
    assert redrive["deadLetterTargetArn"] == burial["QueueArn"]
    assert json.loads(burial["RedrivePolicy"])["deadLetterTargetArn"] == dead["QueueArn"]
    assert {each["SqsManagedSseEnabled"] for each in (queue, burial, dead)} == {"true"}


def test_the_sweeper_runs_every_minute(stack: Stack) -> None:
    [rule] = stack.client("events").list_rules()["Rules"]
    [target] = stack.client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    assert target["Arn"].endswith(stack.resources["SweepTasksFunction"])


@pytest.mark.parametrize("name", NAMES)
def test_a_function_may_do_what_it_does_and_nothing_else(stack: Stack, name: str) -> None:
    allowed = set()
    for statement in stack.statements(name):
        actions = statement["Action"]
        verbs = actions if isinstance(actions, str) else " ".join(actions)
        prefixes = [prefix for condition in statement.get("Condition", {}).values() for prefix in condition.values()]
        allowed.add((stack.name_of(statement["Resource"]), " ".join([verbs, *prefixes])))
    secrets = {(secret_of(name), "secretsmanager:GetSecretValue")} if name in WITH_DATABASE else set()
    assert allowed == MAY.get(name, set()) | secrets


def test_health_asks_of_the_bucket_what_its_policy_allows(
    stack: Stack, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A HEAD of the bucket has no prefix, and would be refused."""
    variables = stack.configuration("health")["Environment"]["Variables"]
    monkeypatch.setenv("STORE_URL", variables["STORE_URL"])
    asked: list[Any] = []
    store = functions["health"].servers["store"]
    store._client.raw.meta.events.register(
        "provide-client-params.s3", lambda params, model, **_: asked.append((model.name, params["Prefix"]))
    )
    assert functions.http("health", "GET", "/api/v1/health").json["store"]["status"] == "ok"
    assert asked == [("ListObjectsV2", "images/health")]


def test_logs_are_kept_for_a_month(stack: Stack) -> None:
    groups = stack.client("logs").describe_log_groups()["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [30, 30]


@pytest.mark.parametrize("name", WITH_DATABASE)
def test_a_function_of_the_database_knows_the_secret_of_its_role(stack: Stack, name: str) -> None:
    assert stack.configuration(name)["Environment"]["Variables"]["POSTGRES_SECRET_ARN"] == secret_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_password_is_in_the_environment_of_a_function(stack: Stack, name: str) -> None:
    variables = stack.configuration(name)["Environment"]["Variables"]
    assert "resolve:secretsmanager" not in str(variables)
    assert variables.get("POSTGRES_DSN", PARAMETERS["PostgresDsn"]) == PARAMETERS["PostgresDsn"]
    assert ("POSTGRES_DSN" in variables) == ("POSTGRES_SECRET_ARN" in variables) == (name in WITH_DATABASE)


@pytest.mark.parametrize(
    ("dsn", "accepted"),
    [
        ("postgresql://host/database", True),
        ("postgres://host:5432/database?sslmode=verify-full&sslrootcert=/opt/certificates/amazon-rds.pem", True),
        ("postgresql://user:password@host/database", False),
        ("postgresql://user@host/database", False),
        ("mysql://host/database", False),
        ("", False),
    ],
)
def test_the_url_of_the_database_may_hold_no_login(dsn: str, *, accepted: bool) -> None:
    pattern = TEMPLATE["Parameters"]["PostgresDsn"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, dsn)) is accepted


def test_a_task_goes_through_the_deployed_queue_and_bucket(
    stack: Stack, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the variables that the stack gives to a function, but for the database."""
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.delenv("URL_SIGNING_KEY")
    for variable, value in stack.configuration("create_task")["Environment"]["Variables"].items():
        if not variable.startswith(("POSTGRES", "POWERTOOLS")):
            monkeypatch.setenv(variable, str(value))
    monkeypatch.setenv("WEBHOOK_QUEUE_URL", stack.resources[WEBHOOKS])
    functions._loaded.clear()
    trigger = stack.trigger("ProcessTaskFunction")
    stack.client("lambda").update_event_source_mapping(UUID=trigger["UUID"], Enabled=False)  # moto would run the image
    headers, body = multipart(photograph(), width=320)
    task = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body).json
    sqs, bucket = stack.client("sqs"), stack.resources[BUCKET]
    assert task["status"] == "pending"
    [message] = sqs.receive_message(QueueUrl=stack.resources[QUEUE])["Messages"]
    assert functions.process(message["Body"]) == {"batchItemFailures": []}
    keys = [each["Key"] for each in stack.client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == [f"images/results/{task['id']}/1"]


# What moto does not make


def test_every_function_is_an_image_with_a_log_group_and_an_architecture() -> None:
    for name in NAMES:
        properties = TEMPLATE["Resources"][logical_id(name)]["Properties"]
        assert properties["PackageType"] == "Image"
        assert properties["Code"]["ImageUri"].endswith(":" + name.replace("_", "-"))
        assert properties["Architectures"] == [{"Ref": "Architecture"}]
        assert properties["LoggingConfig"] == {"LogGroup": {"Ref": "FunctionLogs"}}


def test_functions_are_in_a_vpc_if_there_is_one() -> None:
    [(condition, inside, outside)] = {
        json.dumps(properties["VpcConfig"]["Fn::If"]): properties["VpcConfig"]["Fn::If"]
        for properties in of_type("AWS::Lambda::Function").values()
    }.values()
    assert (condition, outside) == ("InVpc", {"Ref": "AWS::NoValue"})
    assert inside == {"SubnetIds": {"Ref": "SubnetIds"}, "SecurityGroupIds": {"Ref": "SecurityGroupIds"}}


def test_no_role_has_a_policy_for_everything() -> None:
    known = {"AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSXrayWriteOnlyAccess"}
    for properties in of_type("AWS::IAM::Role").values():
        managed = set(re.findall(r"policy/(?:service-role/)?(\w+)", json.dumps(properties["ManagedPolicyArns"])))
        assert managed <= known
        assert '"*"' not in json.dumps(properties.get("Policies", []))


@pytest.mark.parametrize(("kind", "resource"), [("AWS::S3::BucketPolicy", BUCKET), ("AWS::SQS::QueuePolicy", QUEUE)])
def test_queue_and_bucket_speak_tls_alone(kind: str, resource: str) -> None:
    [policy] = of_type(kind).values()
    [statement] = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {"Fn::GetAtt": [resource, "Arn"]} in statement["Resource"]


def test_a_dead_letter_queue_is_open_to_its_source_alone(stack: Stack) -> None:
    queues = of_type("AWS::SQS::Queue")
    sources = {"TaskUndeliverableQueue": [QUEUE, "SourceQueue"], "TaskDeadLetterQueue": ["TaskUndeliverableQueue"]}
    for letters, names in sources.items():
        allowed = queues[letters]["RedriveAllowPolicy"]
        assert allowed["redrivePermission"] == "byQueue"
        values = {"Partition": "aws", "Region": REGION, "AccountId": ACCOUNT, "StackName": "imagescaler"}
        arns = " ".join(each["Fn::Sub"] for each in allowed["sourceQueueArns"])
        for name, value in values.items():
            arns = arns.replace(f"${{AWS::{name}}}", value)
        assert arns.split() == [arn_of(stack, source) for source in names]


def arn_of(stack: Stack, queue: str) -> Any:
    url = stack.resources[queue]
    return stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def test_the_bucket_is_private_and_encrypted() -> None:
    bucket = of_type("AWS::S3::Bucket")[BUCKET]
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert "AES256" in json.dumps(bucket["BucketEncryption"])


@pytest.mark.parametrize(("name", "longest"), [("Source", "Source"), ("Upload", "Upload"), ("Result", "MaxResult")])
def test_the_bucket_keeps_objects_until_they_have_expired_and_not_much_longer(name: str, longest: str) -> None:
    rules = of_type("AWS::S3::Bucket")[BUCKET]["LifecycleConfiguration"]["Rules"]
    [rule] = [each for each in rules if each["Prefix"] == f"images/{name.lower()}s/"]
    table, parameter, column = rule["ExpirationInDays"]["Fn::FindInMap"]
    assert parameter == {"Ref": f"{longest}TtlSeconds"}
    for ttl_s in TEMPLATE["Parameters"][parameter["Ref"]]["AllowedValues"]:
        days = TEMPLATE["Mappings"][table][ttl_s][column]
        assert int(ttl_s) < days * 86_400 <= int(ttl_s) + 86_400
    variable = f"{name.upper()}_TTL_S"
    functions = of_type("AWS::Lambda::Function").values()
    given = [made["Environment"]["Variables"].get(variable) for made in functions]
    count = {"Source": 3, "Upload": 2, "Result": 1}[name]
    assert [value for value in given if value] == [{"Ref": f"{name}TtlSeconds"}] * count


def test_results_may_be_kept_for_as_long_as_the_longest_default() -> None:
    default, longest = (TEMPLATE["Parameters"][f"{name}TtlSeconds"] for name in ("Result", "MaxResult"))
    assert default["AllowedValues"] == longest["AllowedValues"]
    assert int(default["Default"]) < int(longest["Default"]) == Limits().max_result_ttl_s


def test_a_browser_may_send_to_the_bucket_what_was_signed() -> None:
    [rule] = of_type("AWS::S3::Bucket")[BUCKET]["CorsConfiguration"]["CorsRules"]
    assert set(rule["AllowedMethods"]) == {"GET", "HEAD", "PUT"}
    assert rule["AllowedOrigins"] == {"Ref": "AllowedOrigins"}


def test_the_api_has_a_log_and_limits() -> None:
    [stage] = of_type("AWS::ApiGatewayV2::Stage").values()
    assert stage["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}
    assert json.loads(stage["AccessLogSettings"]["Format"])["requestId"] == "$context.requestId"
    limits = {"ThrottlingRateLimit": {"Ref": "RequestsPerSecond"}, "ThrottlingBurstLimit": {"Ref": "RequestsPerSecond"}}
    assert stage["DefaultRouteSettings"] == limits


def test_alarms_watch_what_matters_and_tell_whom_they_are_to() -> None:
    alarms = of_type("AWS::CloudWatch::Alarm")
    topic = {"Fn::If": ["NotifiesOfAlarms", {"Ref": "AlarmTopicArn"}, {"Ref": "AWS::NoValue"}]}
    assert all(alarm["AlarmActions"] == alarm["OKActions"] == [topic] for alarm in alarms.values())
    watched = {name: set(re.findall(r'"MetricName": "(\w+)"', json.dumps(alarm))) for name, alarm in alarms.items()}
    assert watched == {
        "DeadLetterAlarm": {"ApproximateNumberOfMessagesVisible"},
        "QueueAgeAlarm": {"ApproximateAgeOfOldestMessage"},
        "SourceAgeAlarm": {"ApproximateAgeOfOldestMessage"},
        "WebhookDeadLetterAlarm": {"ApproximateNumberOfMessagesVisible"},
        "IngestDeadLetterAlarm": {"ApproximateNumberOfMessagesVisible"},
        "ApiErrorAlarm": {"5xx"},
        "FunctionErrorAlarm": {"Errors"},
        "ResultDamageAlarm": {"ResultsDamaged"},
        "InvocationsPerTaskAlarm": {"Invocations", "TasksCreated"},
        "ApiThrottleAlarm": {"Throttles"},
        "ListThrottleAlarm": {"Throttles"},
        "WorkerThrottleAlarm": {"Throttles"},
        "RequestThrottleAlarm": {"RequestsThrottled"},
        "SweeperSilentAlarm": {"Invocations"},
        "DatabaseAlarm": {"DatabaseUnavailable"},
    }
    [dimension] = alarms["DeadLetterAlarm"]["Dimensions"]
    assert dimension["Value"] == {"Fn::GetAtt": ["TaskDeadLetterQueue", "QueueName"]}


def test_the_metric_that_an_alarm_divides_by_is_the_one_that_is_counted(
    functions: Functions, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = TEMPLATE["Resources"]["CreateTaskFunction"]["Properties"]["Environment"]["Variables"]
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", variables["POWERTOOLS_SERVICE_NAME"])
    headers, body = multipart(photograph(), width=320)
    functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "TasksCreated" in line]
    [emitted] = [metric for line in lines for metric in line["_aws"]["CloudWatchMetrics"]]
    [watched] = [
        each["MetricStat"]["Metric"]
        for each in of_type("AWS::CloudWatch::Alarm")["InvocationsPerTaskAlarm"]["Metrics"]
        if each["Id"] == "created"
    ]
    assert (watched["Namespace"], watched["MetricName"]) == (emitted["Namespace"], emitted["Metrics"][0]["Name"])
    assert [[dimension["Name"] for dimension in watched["Dimensions"]]] == emitted["Dimensions"]
    assert watched["Dimensions"][0]["Value"] == lines[0]["service"]


def test_an_alarm_on_throttles_watches_every_function() -> None:
    alarms = of_type("AWS::CloudWatch::Alarm")
    watched = []
    for name in ("ApiThrottleAlarm", "ListThrottleAlarm", "WorkerThrottleAlarm"):
        total, *metrics = alarms[name]["Metrics"]
        assert len(metrics) < 10  # CloudWatch's limit for one alarm
        filled = re.findall(r"FILL\((\w+), 0\)", total["Expression"])  # a function without invocations has no data
        assert filled == [each["Id"] for each in metrics]
        watched += [each["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"] for each in metrics]
    assert sorted(watched) == sorted(map(logical_id, NAMES))


def test_a_sum_of_metrics_has_a_value_though_one_of_them_has_none() -> None:
    for name, alarm in of_type("AWS::CloudWatch::Alarm").items():
        if name != "InvocationsPerTaskAlarm":  # no invocations are no alarm
            for total in (each["Expression"] for each in alarm.get("Metrics", []) if "Expression" in each):
                assert not re.search(r"(?<!FILL\()\b[a-z]\w*", total), name


def test_a_sweeper_that_is_not_invoked_raises_an_alarm() -> None:
    alarm = of_type("AWS::CloudWatch::Alarm")["SweeperSilentAlarm"]
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "SweepTasksFunction"}}]
    assert (alarm["Statistic"], alarm["Period"], alarm["Threshold"]) == ("Sum", 300, 1)
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("LessThanThreshold", "breaching")


def counted(name: str, line: dict[str, Any]) -> bool:
    """True if a metric filter counts a line of the log. Filters here compare one property with one text."""
    [(key, value)] = re.findall(
        r'^{ \$\.(\w+) = "([^"]+)" }$', of_type("AWS::Logs::MetricFilter")[name]["FilterPattern"]
    )
    return bool(line.get(key) == value)


async def test_the_log_of_a_database_that_does_not_answer_is_counted(
    caplog: pytest.LogCaptureFixture, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = telemetry.logger()
    monkeypatch.setattr(logging.getLogger("imagescaler"), "handlers", [caplog.handler])
    tasks = repositories.connect(f"postgresql://someone:secret@127.0.0.1:{unused_tcp_port}/imagescaler")
    with pytest.raises(RepositoryUnavailable):
        await tasks.ping()
    lines = [json.loads(log.registered_formatter.format(record)) for record in caplog.records]
    assert [counted("DatabaseFailures", line) for line in lines] == [True]


def test_a_request_that_api_gateway_throttles_is_counted() -> None:
    [stage] = of_type("AWS::ApiGatewayV2::Stage").values()
    log = stage["AccessLogSettings"]["Format"]
    assert counted("ThrottledRequests", json.loads(log.replace("$context.status", "429")))
    assert not counted("ThrottledRequests", json.loads(log.replace("$context.status", "503")))


def test_an_alarm_on_a_counted_line_watches_the_metric_of_its_filter() -> None:
    alarms = of_type("AWS::CloudWatch::Alarm")
    for filtered, alarm in (("ThrottledRequests", "RequestThrottleAlarm"), ("DatabaseFailures", "DatabaseAlarm")):
        [metric] = of_type("AWS::Logs::MetricFilter")[filtered]["MetricTransformations"]
        watched = alarms[alarm]["Namespace"], alarms[alarm]["MetricName"]
        assert watched == (metric["MetricNamespace"], metric["MetricName"])


def test_functions_are_traced_if_that_is_wanted() -> None:
    assert TEMPLATE["Parameters"]["Tracing"]["Default"] == "PassThrough"
    for name in NAMES:
        assert TEMPLATE["Resources"][logical_id(name)]["Properties"]["TracingConfig"] == {"Mode": {"Ref": "Tracing"}}
    for properties in of_type("AWS::IAM::Role").values():
        assert "AWSXrayWriteOnlyAccess" in json.dumps(properties["ManagedPolicyArns"])


def test_the_dashboard_is_json_and_shows_resources_of_the_stack() -> None:
    [dashboard] = of_type("AWS::CloudWatch::Dashboard").values()
    text, names = dashboard["DashboardBody"]["Fn::Sub"]
    assert len(json.loads(text)["widgets"]) == 6
    shown = set(re.findall(r"\${(\w+)}", text)) - names.keys()
    assert shown <= TEMPLATE["Resources"].keys()


CONNECTIONS = re.compile(r"^\| `(\w+)` \| (\d) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def test_the_example_of_reservations_leaves_connections_for_an_operator() -> None:
    page = Path(__file__).parents[2].joinpath("docs/deployment.md").read_text()
    rows = {name: tuple(map(int, numbers)) for name, *numbers in CONNECTIONS.findall(page)}
    variables = {name: made["Environment"]["Variables"] for name, made in of_type("AWS::Lambda::Function").items()}
    assert rows.keys() == {name for name, given in variables.items() if "POSTGRES_DSN" in given}
    second = "ProcessTaskFunction"  # its deadline ends an attempt on a connection of its own
    for name, (each, reserved, total) in rows.items():
        assert (each, total) == (1 + (name == second), each * reserved), name
    sums = [sum(row[column] for row in rows.values()) for column in (1, 2)]
    assert f"| together | | {sums[0]} | {sums[1]} |" in page
    assert sums[1] <= 100 - 3  # max_connections and superuser_reserved_connections of Postgres
    for name in (second, "FailUndeliverableTaskFunction"):  # else messages are throttled, and use up their receives
        [trigger] = (
            made
            for made in of_type("AWS::Lambda::EventSourceMapping").values()
            if made["FunctionName"] == {"Ref": name}
        )
        most = trigger["ScalingConfig"]["MaximumConcurrency"]
        assert rows[name][1] >= (most if isinstance(most, int) else TEMPLATE["Parameters"][most["Ref"]]["Default"])


def test_the_concurrency_of_each_function_can_be_reserved(stack: Stack) -> None:
    for name in NAMES:
        condition, reserved, _ = of_type("AWS::Lambda::Function")[logical_id(name)]["ReservedConcurrentExecutions"][
            "Fn::If"
        ]
        assert TEMPLATE["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [reserved, 0]}]}
    concurrency = {
        name: stack.client("lambda").get_function(FunctionName=stack.resources[logical_id(name)]).get("Concurrency")
        for name in NAMES
    }
    assert {name for name, reserved in concurrency.items() if reserved} == {"get_task"}
    assert concurrency["get_task"] == {"ReservedConcurrentExecutions": int(RESERVED["GetTaskReservedConcurrency"])}
    variables = stack.configuration("get_task")["Environment"]["Variables"]
    assert str(variables["FUNCTION_CONCURRENCY"]) == RESERVED["GetTaskReservedConcurrency"]


# The migration


def test_the_migration_runs_before_any_other_function_is_updated(stack: Stack) -> None:
    schema = TEMPLATE["Resources"]["DatabaseSchema"]["Properties"]
    assert schema["ServiceToken"] == {"Fn::GetAtt": ["MigrateDatabaseFunction", "Arn"]}
    assert TEMPLATE["Resources"][schema["FunctionVersion"]["Ref"]]["Type"] == "AWS::Lambda::Version"
    for name in set(NAMES) - {"migrate_database"}:
        assert TEMPLATE["Resources"][logical_id(name)]["DependsOn"] == "DatabaseSchema"
    [request] = stack.requests
    assert (request["RequestType"], request["LogicalResourceId"]) == ("Create", "DatabaseSchema")


def test_the_migration_runs_again_when_its_image_has_changed_and_only_then() -> None:
    versions = [transformed(image)["Resources"]["DatabaseSchema"]["Properties"]["FunctionVersion"] for image in "aab"]
    assert versions[0] == versions[1] != versions[2]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is sent to CloudFormation."""
    sent: list[Any] = []
    monkeypatch.setattr(custom_resource, "_put", lambda url, body: sent.append((url, json.loads(body))))
    return sent


def request_of(kind: str) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": "https://bucket.example/answer",
        "StackId": "arn:stack",
        "RequestId": "one",
        "LogicalResourceId": "DatabaseSchema",
        "ResourceProperties": {"FunctionVersion": "2"},
    }


SAME = {"StackId": "arn:stack", "RequestId": "one", "LogicalResourceId": "DatabaseSchema"}


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_cloudformation_is_told_the_revision(
    kind: str, answers: list[Any], postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_DSN", postgres_dsn)
    load("migrate_database").handler(request_of(kind), Context("migrate-database"))
    [(url, answer)] = answers
    assert url == "https://bucket.example/answer"
    data = {"revision": NEWEST}
    assert answer == {"Status": "SUCCESS", "Data": data, "PhysicalResourceId": "database-schema", **SAME}


def test_a_migration_that_fails_fails_the_deployment_and_says_why(
    answers: list[Any], unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_DSN", f"postgresql://someone:secret@127.0.0.1:{unused_tcp_port}/none")
    load("migrate_database").handler(request_of("Create"), Context("migrate-database"))
    [(_, answer)] = answers
    assert answer["Status"] == "FAILED"
    assert "refused" in answer["Reason"] or "Connect" in answer["Reason"]
    assert "secret" not in answer["Reason"]
    assert answer["PhysicalResourceId"] == "database-schema"


def test_the_database_stays_when_the_stack_is_deleted(
    answers: list[Any], unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_DSN", f"postgresql://someone:secret@127.0.0.1:{unused_tcp_port}/none")
    load("migrate_database").handler(request_of("Delete"), Context("migrate-database"))
    assert answers[0][1] == {"Status": "SUCCESS", "PhysicalResourceId": "database-schema", **SAME}


def test_an_answer_is_a_put_without_a_content_type(unused_tcp_port: int) -> None:
    """CloudFormation's URL is signed for it."""
    received: list[Any] = []

    class Bucket(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((self.path, self.headers["content-type"], json.loads(body)["Status"]))
            self.send_response(503 if len(received) == 1 else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Bucket) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/answer?signature=x"
        custom_resource.answer({**request_of("Update"), "ResponseURL": url}, "database-schema", dict)
        server.shutdown()
    assert received == [("/answer?signature=x", "", "SUCCESS")] * 2
