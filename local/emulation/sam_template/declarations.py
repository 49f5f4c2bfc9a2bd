"""What a template can declare for this machine: functions, routes and their CORS, queue triggers, schedules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_ROUTE = "$default"


@dataclass(frozen=True, slots=True)
class Function:
    """A function: `CreateTaskFunction` is the folder `create_task` and the container `create-task`."""

    logical_id: str
    timeout_s: int
    memory_mib: int
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Give the name of the folder.

        >>> Function("CreateTaskFunction", 29, 512).name
        'create_task'
        """
        return self.service.replace("-", "_")

    @property
    def service(self) -> str:
        """Give the name of the container."""
        return service_of(self.logical_id)


@dataclass(frozen=True, slots=True)
class Authorizer:
    """A function that says who may pass, from headers that must be there; its answer holds for `ttl_s` seconds."""

    function: str
    headers: tuple[str, ...]
    ttl_s: int


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the HTTP API.

    `method` is ANY or an HTTP method, `path` is like `/tasks/{id}`; the path `$default` takes all the rest.
    """

    method: str
    path: str
    function: str
    authorizer: Authorizer | None = None

    @property
    def key(self) -> str:
        """Give the route key of events: `GET /tasks/{id}` or `$default`."""
        return self.path if self.path == DEFAULT_ROUTE else f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """An SQS event source: which function takes which queue's messages, and how.

    Without a redrive policy `dead_letter_queue` is empty and `max_receive_count` is 0: messages come again for ever.
    """

    function: str
    queue: str
    arn: str
    batch_size: int
    maximum_concurrency: int
    visibility_timeout_s: int
    max_receive_count: int
    dead_letter_queue: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule of EventBridge: the function is invoked every `period_s` seconds; `rule` is the schedule's name."""

    rule: str
    function: str
    period_s: int
    timeout_s: int


@dataclass(frozen=True, slots=True)
class Cors:
    """The HTTP API's CorsConfiguration; `allow_origins` may hold `*`, and `https://*` for every origin of a scheme."""

    allow_origins: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_s: int | None = None
    allow_credentials: bool = False


def service_of(logical_id: str) -> str:
    """Give the container's name of a function.

    >>> service_of("CreateTaskFunction")
    'create-task'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "-", logical_id.removesuffix("Function")).lower()
