"""What the emulation read out of a template, and what they say of a broken one."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from local.emulation.api_gateway.routes import Router
from local.emulation.lambda_host.function import Function, service_of
from local.emulation.sam_template.cloudformation import TemplateError
from local.emulation.sam_template.declarations import Cors, QueueTrigger, Route, Schedule
from local.emulation.sam_template.template import Template, load

REPOSITORY = Path(__file__).parents[2]

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(text: str) -> Path:
        path = tmp_path / "template.yaml"
        path.write_text(text)
        return path

    return _write


def function(properties: str, name: str = "TaskFunction") -> str:
    return f"  {name}: {{Type: 'AWS::Serverless::Function', Properties: {{{properties}}}}}\n"


def queue(properties: str, name: str = "TaskQueue") -> str:
    return f"  {name}: {{Type: 'AWS::SQS::Queue', Properties: {{{properties}}}}}\n"


def http(properties: str = "") -> str:
    return f"{{Type: HttpApi, Properties: {{{properties}}}}}"


def sqs(properties: str) -> str:
    return f"Events: {{Task: {{Type: SQS, Properties: {{{properties}}}}}}}"


# The template of this repository


@pytest.fixture(scope="module")
def own() -> Template:
    return load(REPOSITORY / "template.yaml", {"POSTGRES_DSN": "postgresql://here", "MAX_ATTEMPTS": "5"})


def by_name(template: Template, name: str) -> Function:
    return next(function for function in template.functions if function.name == name)


def test_the_own_template_gives_every_route_to_its_function(own: Template) -> None:
    keys = {route.key: route.function for route in own.routes}
    assert keys["POST /api/v1/tasks"] == "CreateTaskFunction"
    assert keys["HEAD /api/v1/results/{task_id}"] == "GetResultFunction"
    assert keys["$default"] == "DocsFunction"


def test_the_own_template_has_head_wherever_it_has_get(own: Template) -> None:
    router = Router(own.routes)
    for route in (route for route in own.routes if route.method == "GET"):
        path = re.sub(r"\{[^}]+\}", "1", route.path)
        head, get = router.match("HEAD", path), router.match("GET", path)
        assert head, path
        assert get, path
        assert (head.route.function, head.route.authorizer) == (get.route.function, get.route.authorizer), path


def test_the_own_template_merges_what_all_functions_share(own: Template) -> None:
    create, process = by_name(own, "create_task"), by_name(own, "process_task")
    assert (create.timeout_s, create.memory_mib) == (29, 512)
    assert (process.timeout_s, process.memory_mib) == (30, 2048)
    assert create.environment["POWERTOOLS_SERVICE_NAME"] == "imagescaler"


def test_the_functions_of_queues_and_schedules_are_in_the_background(own: Template) -> None:
    background = {function.name for function in own.functions if function.is_background}
    assert background == {"deliver_webhook", "fail_undeliverable_task", "fetch_source", "process_task", "sweep_tasks"}


def test_the_own_template_takes_values_from_the_environment_or_from_defaults(own: Template) -> None:
    environment = by_name(own, "process_task").environment
    assert environment["POSTGRES_DSN"] == "postgresql://here"
    assert environment["MAX_ATTEMPTS"] == "5"
    assert environment["RESULT_TTL_S"] == "86400"
    assert "REDIS_URL" not in environment


def test_the_own_template_has_a_trigger_for_the_queue_and_for_what_comes_too_often(own: Template) -> None:
    assert own.triggers == (
        QueueTrigger(
            function="FetchSourceFunction",
            queue="SourceQueue",
            arn="arn:aws:sqs:us-east-1:000000000000:SourceQueue",
            batch_size=1,
            maximum_concurrency=5,
            visibility_timeout_s=360,
            max_receive_count=12,
            dead_letter_queue="TaskUndeliverableQueue",
        ),
        QueueTrigger(
            function="ProcessTaskFunction",
            queue="TaskQueue",
            arn="arn:aws:sqs:us-east-1:000000000000:TaskQueue",
            batch_size=1,
            maximum_concurrency=2,
            visibility_timeout_s=180,
            max_receive_count=12,
            dead_letter_queue="TaskUndeliverableQueue",
        ),
        QueueTrigger(
            function="FailUndeliverableTaskFunction",
            queue="TaskUndeliverableQueue",
            arn="arn:aws:sqs:us-east-1:000000000000:TaskUndeliverableQueue",
            batch_size=1,
            maximum_concurrency=2,
            visibility_timeout_s=60,
            max_receive_count=3,
            dead_letter_queue="TaskDeadLetterQueue",
        ),
        QueueTrigger(
            function="DeliverWebhookFunction",
            queue="WebhookQueue",
            arn="arn:aws:sqs:us-east-1:000000000000:WebhookQueue",
            batch_size=1,
            maximum_concurrency=10,
            visibility_timeout_s=180,
            max_receive_count=12,
            dead_letter_queue="WebhookDeadLetterQueue",
        ),
    )


def test_the_own_template_sweeps_every_minute(own: Template) -> None:
    assert own.schedules == (Schedule("SweepTasksFunctionEveryMinute", "SweepTasksFunction", 60, 60),)


def test_the_own_template_lets_browsers_in_from_everywhere(own: Template) -> None:
    assert own.cors is not None
    assert own.cors.allow_origins == ("*",)
    assert own.cors.max_age_s == 600


# Names


@pytest.mark.parametrize(
    ("logical_id", "service"),
    [("CreateTaskFunction", "create-task"), ("HealthFunction", "health"), ("Worker", "worker")],
)
def test_names_are_derived_from_the_logical_id(logical_id: str, service: str) -> None:
    assert service_of(logical_id) == service
    assert Function(logical_id, 1, 1).service == service
    assert Function(logical_id, 1, 1).name == service.replace("-", "_")


# Functions


def test_a_function_has_the_defaults_of_lambda(write: Write) -> None:
    template = load(write("Resources:\n" + function("PackageType: Image")), {})
    assert template == Template((Function("TaskFunction", 3, 128, {}),), (), (), None)


def test_a_function_overrides_what_all_share_and_keeps_the_rest(write: Write) -> None:
    shared = "Globals: {Function: {Timeout: 10, MemorySize: 256, Environment: {Variables: {A: shared, B: shared}}}}\n"
    own = function("Timeout: 20, Environment: {Variables: {B: own, C: own}}")
    (task,) = load(write(f"{shared}Resources:\n{own}"), {}).functions
    assert (task.timeout_s, task.memory_mib) == (20, 256)
    assert task.environment == {"A": "shared", "B": "own", "C": "own"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("5", "5"),
        ("true", "true"),
        ("''", ""),
        ("!Ref Known", "7"),
        ("{Ref: Known}", "7"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Sub 'a ${Known} b ${!Literal}'", "a 7 b ${!Literal}"),
        ("!Ref Unknown", None),
        ("!Ref Resource", None),
        ("!Sub 'a ${Resource.Arn}'", None),
        ("!GetAtt Resource.Arn", None),
        ("!Join ['', [a, b]]", None),
        ("!Transform {Name: x}", None),
        ("{'Fn::GetAtt': [Resource, Arn]}", None),
        ("!If [IsSeven, yes-7, !Ref Known]", "yes-7"),
        ("!If [IsOther, 8, !Ref Known]", "7"),
        ("!If [IsSeven, !Ref AWS::NoValue, 8]", None),
        ("!If [IsUnknown, 8, 9]", "9"),
    ],
)
def test_a_variable_has_the_value_that_this_machine_can_know(write: Write, value: str, expected: str | None) -> None:
    parameters = "Parameters: {Known: {Type: Number, Default: 7}, Unknown: {Type: String}}\n"
    parameters += "Conditions:\n  IsSeven: !Equals [!Ref Known, '7']\n  IsOther: !Not [!Equals [!Ref Known, 7]]\n"
    resources = "Resources:\n" + function(f"Environment: {{Variables: {{NAME: {value}}}}}")
    (known,) = load(write(parameters + resources), {"OTHER": "x"}).functions
    assert known.environment.get("NAME") == expected
    (given,) = load(write(parameters + resources), {"NAME": "given"}).functions
    assert given.environment == {"NAME": "given"}


def test_a_number_may_come_from_a_parameter(write: Write) -> None:
    parameters = "Parameters: {Time: {Type: Number, Default: 7}}\n"
    (task,) = load(write(parameters + "Resources:\n" + function("Timeout: !Ref Time")), {}).functions
    assert task.timeout_s == 7


def test_a_function_is_found_by_its_logical_id(write: Write) -> None:
    template = load(write("Resources:\n" + function("Timeout: 7")), {})
    assert template.function("TaskFunction").timeout_s == 7
    with pytest.raises(TemplateError, match=r"^The template has no function OtherFunction\.$"):
        template.function("OtherFunction")


# Routes


def test_routes_come_from_http_events(write: Write) -> None:
    events = ", ".join(
        [
            "A: " + http("Method: get, Path: '/a/{id}'"),
            "B: " + http("Method: ANY, Path: '/b/{rest+}'"),
            "C: " + http(),
            "D: {Type: S3}",
        ]
    )
    routes = load(write("Resources:\n" + function(f"Events: {{{events}}}")), {}).routes
    assert routes == (
        Route("GET", "/a/{id}", "TaskFunction"),
        Route("ANY", "/b/{rest+}", "TaskFunction"),
        Route("ANY", "$default", "TaskFunction"),
    )


# Queues


def test_a_queue_trigger_has_the_defaults_of_sqs(write: Write) -> None:
    text = "Resources:\n" + function(sqs("Queue: !GetAtt TaskQueue.Arn")) + queue("")
    assert load(write(text), {}).triggers == (
        QueueTrigger("TaskFunction", "TaskQueue", "arn:aws:sqs:us-east-1:000000000000:TaskQueue", 10, 2, 30, 0, ""),
    )


# Schedules


def schedule(expression: str) -> str:
    return f"Events: {{Task: {{Type: Schedule, Properties: {{Schedule: {expression}}}}}}}"


def test_a_schedule_is_named_after_its_function_and_event(write: Write) -> None:
    template = load(write("Resources:\n" + function("Timeout: 7, " + schedule("rate(2 hours)"))), {})
    assert template.schedules == (Schedule("TaskFunctionTask", "TaskFunction", 7200, 7),)


# CORS


@pytest.mark.parametrize(
    ("configuration", "cors"),
    [
        ("true", Cors(allow_origins=("*",))),
        ("false", None),
        ("{AllowMethods: !Ref Unknown}", Cors()),
        (
            "{AllowOrigins: ['https://a.example'], ExposeHeaders: [etag], MaxAge: 5, AllowCredentials: true}",
            Cors(("https://a.example",), (), (), ("etag",), 5, allow_credentials=True),
        ),
    ],
)
def test_cors_comes_from_the_api_or_from_what_all_apis_share(
    write: Write, configuration: str, cors: Cors | None
) -> None:
    api = (
        f"Resources: {{Api: {{Type: 'AWS::Serverless::HttpApi', Properties: {{CorsConfiguration: {configuration}}}}}}}"
    )
    assert load(write(api), {}).cors == cors
    shared = f"Globals: {{HttpApi: {{CorsConfiguration: {configuration}}}}}\nResources: {{}}"
    assert load(write(shared), {}).cors == cors


# Broken templates

IN_EVENT = "template.yaml: TaskFunction.Task: "
NO_QUEUE = IN_EVENT + "the template does not have the queue "
WRONG_TYPE = "a value is of the wrong type; cfn-lint names it."
NO_RESOURCES = "template.yaml is not a template: it has no Resources."

BROKEN = {
    "a: [b": "template.yaml is not YAML at line 1: expected ',' or ']', but got '<stream end>'.",
    "a: \x00": "template.yaml is not YAML: it has characters that are not text.",
    "just text": NO_RESOURCES,
    "Description: nothing": NO_RESOURCES,
    "Resources: [1]": "template.yaml: " + WRONG_TYPE,
    "Resources: {A: 1}": "template.yaml: " + WRONG_TYPE,
    "Resources:\n" + function("Timeout: soon"): ("template.yaml: TaskFunction: Timeout must be a whole number."),
    "Resources:\n" + function("Environment: {Variables: {A: [1]}}"): ("template.yaml: TaskFunction: " + WRONG_TYPE),
    "Resources:\n" + function("") + function("", "Task"): ("template.yaml: Task: another function has the name task."),
    "Resources:\n" + function("Events: {Task: " + http("Path: /a") + "}"): (IN_EVENT + "Method is missing."),
    "Resources:\n" + function("Events: {Task: " + http("Path: a, Method: GET") + "}"): (
        IN_EVENT + "Path is not the path of a route: 'a'."
    ),
    "Resources:\n" + function("Events: {Task: " + http("Path: '/{a+}/b', Method: GET") + "}"): (
        IN_EVENT + "Path is not the path of a route: '/{a+}/b'."
    ),
    "Resources:\n"
    + function("Events: {One: " + http("Path: '/{a}', Method: GET") + "}")
    + function("Events: {Two: " + http("Path: '/{b}', Method: get") + "}", "OtherFunction"): (
        "template.yaml: OtherFunction.Two: another function has the route GET /{b}."
    ),
    "Resources:\n" + function(sqs("Queue: !GetAtt TaskQueu.Arn")) + queue(""): IN_EVENT
    + "the template does not have the queue TaskQueu.",
    "Resources:\n" + function(sqs("Queue: arn:aws:sqs:us-east-1:1:q")): IN_EVENT
    + "the template does not have the queue arn:aws:sqs:us-east-1:1:q.",
    "Resources:\n" + function(schedule("'cron(0 8 * * ? *)'")): (
        IN_EVENT + "'cron(0 8 * * ? *)' is not a rate expression."
    ),
    "Resources:\n" + function(sqs("BatchSize: 1")): IN_EVENT + "Queue is missing.",
    "Resources:\n"
    + function(sqs("Queue: !GetAtt TaskQueue.Arn"))
    + queue("RedrivePolicy: {deadLetterTargetArn: !GetAtt Gone.Arn, maxReceiveCount: 3}"): (NO_QUEUE + "Gone."),
    "Resources:\n"
    + function(sqs("Queue: !GetAtt TaskQueue.Arn"))
    + queue("RedrivePolicy: {deadLetterTargetArn: !GetAtt TaskQueue.Arn}"): (
        IN_EVENT + "maxReceiveCount must be a whole number."
    ),
    "Globals: {HttpApi: {CorsConfiguration: {AllowOrigins: '*'}}}\nResources: {}": (
        "template.yaml: CorsConfiguration: " + WRONG_TYPE
    ),
    "Globals: {HttpApi: {CorsConfiguration: {AllowOrigins: [[a]]}}}\nResources: {}": (
        "template.yaml: CorsConfiguration: " + WRONG_TYPE
    ),
}


@pytest.mark.parametrize(
    ("text", "sentence"),
    BROKEN.items(),
    ids=[f"{number} {sentence}" for number, sentence in enumerate(BROKEN.values())],
)
def test_a_broken_template_is_told_in_one_sentence_with_its_place(
    write: Write, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    monkeypatch.chdir(write(text).parent)
    with pytest.raises(TemplateError) as caught:
        load(Path("template.yaml"), {})
    assert str(caught.value) == sentence


def test_a_missing_template_is_told_by_its_name() -> None:
    with pytest.raises(TemplateError, match=r"^gone\.yaml cannot be read: No such file or directory\.$"):
        load(Path("gone.yaml"), {})
