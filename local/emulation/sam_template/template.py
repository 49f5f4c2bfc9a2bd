"""What template.yaml says, as far as this machine can do it: functions, routes, queue triggers, schedules."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from local.emulation.eventbridge.rate import period_s
from local.emulation.sam_template.authorizers import Authorizers
from local.emulation.sam_template.cloudformation import PSEUDO_PARAMETERS, Node, TemplateError
from local.emulation.sam_template.declarations import DEFAULT_ROUTE, Cors, Function, QueueTrigger, Route, Schedule
from local.emulation.sam_template.throttling import Throttling, throttling

__all__ = ["Cors", "Function", "QueueTrigger", "Route", "Schedule", "Template", "TemplateError", "load"]

DEFAULT_TIMEOUT_S, DEFAULT_MEMORY_MIB = 3, 128  # Lambda's
DEFAULT_BATCH_SIZE, DEFAULT_CONCURRENCY = 10, 2  # of an SQS event source, as SAM and Lambda have them
DEFAULT_VISIBILITY_TIMEOUT_S = 30  # SQS's


@dataclass(frozen=True, slots=True)
class Template:
    """Everything that the emulation need to know."""

    functions: tuple[Function, ...]
    routes: tuple[Route, ...]
    triggers: tuple[QueueTrigger, ...]
    cors: Cors | None = None
    schedules: tuple[Schedule, ...] = ()
    throttling: Throttling = field(default_factory=Throttling)

    def function(self, logical_id: str) -> Function:
        """Give a function; raises TemplateError when there is none of that name."""
        for function in self.functions:
            if function.logical_id == logical_id:
                return function
        raise TemplateError(f"The template has no function {logical_id}.")


def load(path: Path, environment: Mapping[str, str]) -> Template:
    """Read a SAM template; a variable that a function is given takes its value from `environment` where that has it.

    Raises TemplateError with one sentence that names the file and the place.
    """
    root = Node.read(path, environment)
    if root.get("Resources").value is None:
        raise TemplateError(f"{path} is not a template: it has no Resources.")
    nodes = dict(_resources(root, "AWS::Serverless::Function"))
    queues = dict(_resources(root, "AWS::SQS::Queue"))
    functions = tuple(_distinct((_function(*item, root, environment) for item in nodes.items()), root))
    return Template(
        functions=functions,
        routes=tuple(_routes(nodes, Authorizers.of(_apis(root)))),
        triggers=tuple(_trigger(name, event, queues) for name, node in nodes.items() for event in _events(node, "SQS")),
        cors=_cors(root),
        schedules=tuple(
            _schedule(function, name, event)
            for function in functions
            for name, event in nodes[function.logical_id].get("Properties", "Events").items()
            if event.get("Type").value == "Schedule"
        ),
        throttling=throttling(root),
    )


def _resources(root: Node, kind: str) -> Iterator[tuple[str, Node]]:
    return ((name, node) for name, node in root.get("Resources").items() if node.get("Type").value == kind)


def _events(function: Node, kind: str) -> Iterator[Node]:
    events = (event for _, event in function.get("Properties", "Events").items())
    return (event for event in events if event.get("Type").value == kind)


def _function(logical_id: str, node: Node, root: Node, environment: Mapping[str, str]) -> Function:
    """Merge a function with Globals.Function as SAM does: its own scalars and variables win."""
    shared, own = root.get("Globals", "Function"), node.get("Properties")
    variables = [*shared.get("Environment", "Variables").items(), *own.get("Environment", "Variables").items()]
    values = {name: environment.get(name, value.text()) for name, value in variables}
    return Function(
        logical_id=logical_id,
        timeout_s=own.get("Timeout").integer(shared.get("Timeout").integer(DEFAULT_TIMEOUT_S)),
        memory_mib=own.get("MemorySize").integer(shared.get("MemorySize").integer(DEFAULT_MEMORY_MIB)),
        environment={name: value for name, value in values.items() if value is not None},
    )


def _distinct(functions: Iterable[Function], root: Node) -> Iterator[Function]:
    seen: dict[str, str] = {}
    for function in functions:
        if function.service in seen:
            place = root.get("Resources", function.logical_id)
            raise place.error(f"has the same name as {seen[function.service]}: {function.name}")
        seen[function.service] = function.logical_id
        yield function


def _routes(functions: Mapping[str, Node], authorizers: Authorizers) -> Iterator[Route]:
    seen: set[tuple[str, str]] = set()
    for logical_id, node in functions.items():
        for event in _events(node, "HttpApi"):
            route = replace(_route(logical_id, event), authorizer=authorizers.choose(event))
            shape = (route.method, re.sub(r"\{[^}+]*", "{", route.path))  # variables' names make no difference
            if shape in seen:
                raise event.error(f"repeats the route {route.key}")
            seen.add(shape)
            yield route


def _route(function: str, event: Node) -> Route:
    method, path = (event.get("Properties", key).text() for key in ("Method", "Path"))
    if method is None and path is None:
        return Route("ANY", DEFAULT_ROUTE, function)
    if method is None or path is None:
        raise event.error("must have both a Method and a Path, or neither")
    if not re.fullmatch(r"(?=/)(/([^/{}]*|\{[^/{}+]+\}))*(/\{[^/{}+]+\+\})?", path):
        raise event.get("Properties", "Path").error(f"is not the path of a route: {path!r}")
    return Route(method.upper(), path, function)


def _trigger(function: str, event: Node, queues: Mapping[str, Node]) -> QueueTrigger:
    source = event.get("Properties")
    queue = _queue(source.get("Queue"), queues)
    properties = queues[queue].get("Properties")
    redrive = properties.get("RedrivePolicy")
    dead_letters = redrive.value is not None
    region, account = PSEUDO_PARAMETERS["AWS::Region"], PSEUDO_PARAMETERS["AWS::AccountId"]
    return QueueTrigger(
        function=function,
        queue=queue,
        arn=f"arn:aws:sqs:{region}:{account}:{queue}",
        batch_size=source.get("BatchSize").integer(DEFAULT_BATCH_SIZE),
        maximum_concurrency=source.get("ScalingConfig", "MaximumConcurrency").integer(DEFAULT_CONCURRENCY),
        visibility_timeout_s=properties.get("VisibilityTimeout").integer(DEFAULT_VISIBILITY_TIMEOUT_S),
        max_receive_count=redrive.get("maxReceiveCount").integer() if dead_letters else 0,
        dead_letter_queue=_queue(redrive.get("deadLetterTargetArn"), queues) if dead_letters else "",
    )


def _queue(reference: Node, queues: Mapping[str, Node]) -> str:
    queue = reference.attribute_of()
    if queue is None or queue not in queues:
        raise reference.error(f"names a queue that the template does not have: {queue or reference.value}")
    return queue


def _schedule(function: Function, name: str, event: Node) -> Schedule:
    expression = event.get("Properties", "Schedule")
    try:
        period = period_s(expression.text() or "")
    except ValueError as error:
        raise expression.error(f"cannot be followed here, it is {error}") from error
    return Schedule(function.logical_id + name, function.logical_id, period, function.timeout_s)


def _apis(root: Node) -> Iterator[Node]:
    yield from (api.get("Properties") for _, api in _resources(root, "AWS::Serverless::HttpApi"))
    yield root.get("Globals", "HttpApi")


def _cors(root: Node) -> Cors | None:
    for api in _apis(root):
        configuration = api.get("CorsConfiguration")
        if configuration.value is True:
            return Cors(allow_origins=("*",))
        if configuration.value:
            age = configuration.get("MaxAge")
            return Cors(
                allow_origins=configuration.get("AllowOrigins").texts(),
                allow_methods=configuration.get("AllowMethods").texts(),
                allow_headers=configuration.get("AllowHeaders").texts(),
                expose_headers=configuration.get("ExposeHeaders").texts(),
                max_age_s=None if age.resolve() is None else age.integer(),
                allow_credentials=configuration.get("AllowCredentials").text() == "true",
            )
    return None
