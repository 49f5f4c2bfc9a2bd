"""The declarations of a template: routes, CORS, queue triggers, schedules and throttling."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_ROUTE = "$default"


@dataclass(frozen=True, slots=True)
class Authorizer:
    """A Lambda authorizer: it needs these request headers, and its answer is cached for `ttl_s` seconds."""

    function: str
    headers: tuple[str, ...]
    ttl_s: int


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the HTTP API.

    `method` is ANY or an HTTP method, `path` is like `/tasks/{id}`; the path `$default` matches every other request.
    """

    method: str
    path: str
    function: str
    authorizer: Authorizer | None = None

    @property
    def key(self) -> str:
        """Route key of events: `GET /tasks/{id}` or `$default`."""
        return self.path if self.path == DEFAULT_ROUTE else f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """An SQS event source of a function.

    Without a redrive policy `dead_letter_queue` is empty and `max_receive_count` is 0: a message is retried for ever.
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


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: `burst` requests at once, and `requests` in each `period_s` from then on."""

    requests: int
    period_s: int
    burst: int


@dataclass(frozen=True, slots=True)
class Throttling:
    """The rates of routes by their key (`POST /tasks`), of every other route, and of one client; None is no limit."""

    routes: Mapping[str, Rate] = field(default_factory=dict)
    other_routes: Rate | None = None
    client: Rate | None = None
