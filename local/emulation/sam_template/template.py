"""Reads the declarations of template.yaml that this machine can act on; cfn-lint has checked the rest."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.emulation.eventbridge.rate import period_s
from local.emulation.lambda_host.function import Function
from local.emulation.sam_template import cloudformation
from local.emulation.sam_template.cloudformation import PSEUDO_PARAMETERS, Attribute, TemplateError
from local.emulation.sam_template.declarations import (
    DEFAULT_ROUTE,
    Authorizer,
    Cors,
    QueueTrigger,
    Rate,
    Route,
    Schedule,
    Throttling,
)

Section = Mapping[str, Any]
NO_AUTHORIZER = "NONE"
BACKGROUND = {"SQS", "Schedule"}  # events for which no client waits
PATH = re.compile(r"(?=/)(/([^/{}]*|\{[^/{}+]+\}))*(/\{[^/{}+]+\+\})?")


@dataclass(frozen=True, slots=True)
class Template:
    """The declarations of one template."""

    functions: tuple[Function, ...]
    routes: tuple[Route, ...]
    triggers: tuple[QueueTrigger, ...]
    cors: Cors | None = None
    schedules: tuple[Schedule, ...] = ()
    throttling: Throttling = field(default_factory=Throttling)

    def function(self, logical_id: str) -> Function:
        """Return a function; raises TemplateError when there is none of that name."""
        for function in self.functions:
            if function.logical_id == logical_id:
                return function
        raise TemplateError(f"The template has no function {logical_id}.")


def load(path: Path, environment: Mapping[str, str]) -> Template:
    """Read a SAM template; a variable in `environment` replaces the one of the same name that a function is given.

    Raises TemplateError.
    """
    content = cloudformation.read(path)
    with _reading(str(path)):
        return _template(cloudformation.resolve(content, environment), environment)


@contextmanager
def _reading(place: str) -> Iterator[None]:
    """Put the place before the message of an error."""
    try:
        yield
    except KeyError as error:
        raise TemplateError(f"{place}: {error.args[0]} is missing.") from error
    except ValueError as error:
        raise TemplateError(f"{place}: {error}") from error
    except (AttributeError, TypeError) as error:
        raise TemplateError(f"{place}: a value is of the wrong type; cfn-lint names it.") from error


def _template(content: Section, environment: Mapping[str, str]) -> Template:
    resources, shared = content["Resources"], content.get("Globals", {})
    queues, firewalls = _of_type(resources, "AWS::SQS::Queue"), _of_type(resources, "AWS::WAFv2::WebACL")
    api: dict[str, Any] = {}
    for section in (shared.get("HttpApi", {}), *_of_type(resources, "AWS::Serverless::HttpApi").values()):
        api |= section
    with _reading("Auth"):
        authorizers = _authorizers(api.get("Auth", {}))
    with _reading("CorsConfiguration"):
        cors = _cors(api.get("CorsConfiguration"))
    functions: dict[str, Function] = {}
    routes: dict[str, Route] = {}
    triggers, schedules = [], []
    for logical_id, properties in _of_type(resources, "AWS::Serverless::Function").items():
        with _reading(logical_id):
            function = _function(logical_id, properties, shared.get("Function", {}), environment)
            if functions.setdefault(function.name, function) is not function:
                raise ValueError(f"another function has the name {function.name}.")
        for name, event in properties.get("Events", {}).items():
            with _reading(f"{logical_id}.{name}"):
                source = event.get("Properties", {})
                match event["Type"]:
                    case "HttpApi":
                        route = _route(logical_id, source, authorizers)
                        # The names of a path's variables make no difference.
                        if routes.setdefault(re.sub(r"\{[^}+]*", "{", route.key), route) is not route:
                            raise ValueError(f"another function has the route {route.key}.")
                    case "SQS":
                        triggers.append(_trigger(logical_id, source, queues))
                    case "Schedule":
                        period = period_s(source["Schedule"])
                        schedules.append(Schedule(logical_id + name, logical_id, period, function.timeout_s))
    return Template(
        functions=tuple(functions.values()),
        routes=tuple(routes.values()),
        triggers=tuple(triggers),
        cors=cors,
        schedules=tuple(schedules),
        throttling=Throttling(
            routes={key: _rate(settings) for key, settings in api.get("RouteSettings", {}).items()},
            other_routes=_rate(api["DefaultRouteSettings"]) if "DefaultRouteSettings" in api else None,
            client=next((rate for firewall in firewalls.values() for rate in _client_rates(firewall)), None),
        ),
    )


def _of_type(resources: Section, name: str) -> dict[str, Section]:
    """Return the properties of the resources of one type."""
    found = {key: resource for key, resource in resources.items() if resource.get("Type") == name}
    return {key: resource.get("Properties", {}) for key, resource in found.items()}


def _integer(section: Section, name: str, default: int | None = None) -> int:
    value = section.get(name)
    if value is None and default is not None:
        return default
    if not re.fullmatch(r"[0-9]+", str(value)):
        raise ValueError(f"{name} must be a whole number.")
    return int(str(value))


def _text(value: Any) -> str | None:
    """Write a scalar as CloudFormation passes it on; None for what only a deployed stack has."""
    if isinstance(value, dict | list):
        raise TypeError
    if value is None or isinstance(value, Attribute):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(section: Section, name: str) -> tuple[str, ...]:
    values = section.get(name) or []
    if not isinstance(values, list):
        raise TypeError
    return tuple(text for value in values if (text := _text(value)) is not None)


def _function(logical_id: str, own: Section, shared: Section, environment: Mapping[str, str]) -> Function:
    """Merge a function with Globals.Function as SAM does: its own scalars and variables win."""
    merged = {"Timeout": 3, "MemorySize": 128, **shared, **own}  # Lambda's defaults
    values: dict[str, Any] = {}
    for section in (shared, own):
        values |= section.get("Environment", {}).get("Variables", {})
    variables = {name: environment.get(name, _text(value)) for name, value in values.items()}
    known = {name: value for name, value in variables.items() if value is not None}
    is_background = any(event["Type"] in BACKGROUND for event in own.get("Events", {}).values())
    return Function(logical_id, _integer(merged, "Timeout"), _integer(merged, "MemorySize"), known, is_background)


def _route(function: str, event: Section, authorizers: Mapping[str, Authorizer | None]) -> Route:
    chosen = event.get("Auth", {}).get("Authorizer", "")
    if chosen not in authorizers:
        raise ValueError(f"the API does not have the authorizer {chosen}.")
    if "Method" not in event and "Path" not in event:
        return Route("ANY", DEFAULT_ROUTE, function, authorizers[chosen])
    method, path = event["Method"].upper(), event["Path"]
    if not PATH.fullmatch(path):
        raise ValueError(f"Path is not the path of a route: {path!r}.")
    return Route(method, path, function, authorizers[chosen])


def _authorizers(auth: Section) -> dict[str, Authorizer | None]:
    """Return the authorizers by their names; "" is the one of a route that names none."""
    authorizers: dict[str, Authorizer | None] = {NO_AUTHORIZER: None}
    for name, section in auth.get("Authorizers", {}).items():
        function, identity = section.get("FunctionArn"), section.get("Identity", {})
        if not isinstance(function, Attribute) or section.get("EnableSimpleResponses") is not True:
            raise ValueError(f"{name} must name a function of this template, and enable simple responses.")
        headers = _texts(identity, "Headers") or ("Authorization",)
        ttl_s = _integer(identity, "ReauthorizeEvery", 300)
        authorizers[name] = Authorizer(function, tuple(header.lower() for header in headers), ttl_s)
    return {**authorizers, "": authorizers[auth.get("DefaultAuthorizer", NO_AUTHORIZER)]}


def _trigger(function: str, event: Section, queues: Mapping[str, Section]) -> QueueTrigger:
    queue = _queue(event["Queue"], queues)
    properties = queues[queue]
    redrive = properties.get("RedrivePolicy")
    region, account = PSEUDO_PARAMETERS["AWS::Region"], PSEUDO_PARAMETERS["AWS::AccountId"]
    return QueueTrigger(
        function=function,
        queue=queue,
        arn=f"arn:aws:sqs:{region}:{account}:{queue}",
        batch_size=_integer(event, "BatchSize", 10),
        maximum_concurrency=_integer(event.get("ScalingConfig", {}), "MaximumConcurrency", 2),
        visibility_timeout_s=_integer(properties, "VisibilityTimeout", 30),
        max_receive_count=_integer(redrive, "maxReceiveCount") if redrive else 0,
        dead_letter_queue=_queue(redrive["deadLetterTargetArn"], queues) if redrive else "",
    )


def _queue(reference: Any, queues: Mapping[str, Section]) -> str:
    if not isinstance(reference, Attribute) or reference not in queues:
        raise ValueError(f"the template does not have the queue {reference}.")
    return reference


def _cors(section: Any) -> Cors | None:
    if section is True:
        return Cors(allow_origins=("*",))
    if section is None or section is False:
        return None
    return Cors(
        allow_origins=_texts(section, "AllowOrigins"),
        allow_methods=_texts(section, "AllowMethods"),
        allow_headers=_texts(section, "AllowHeaders"),
        expose_headers=_texts(section, "ExposeHeaders"),
        max_age_s=None if section.get("MaxAge") is None else _integer(section, "MaxAge"),
        allow_credentials=section.get("AllowCredentials") is True,
    )


def _rate(settings: Section) -> Rate:
    return Rate(_integer(settings, "ThrottlingRateLimit"), 1, _integer(settings, "ThrottlingBurstLimit"))


def _client_rates(firewall: Section) -> Iterator[Rate]:
    """Yield the rate-based rules; a limit counts within a window, by default of five minutes."""
    for rule in firewall.get("Rules", []):
        statement = rule.get("Statement", {}).get("RateBasedStatement", {})
        if limit := _integer(statement, "Limit", 0):
            yield Rate(limit, _integer(statement, "EvaluationWindowSec", 300), limit)
