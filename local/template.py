"""What template.yaml says, as far as this machine can do it: functions, routes, queue triggers."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Function:
    """A function: `CreateTaskFunction` is the folder `create_task` and the container `create-task`."""

    logical_id: str
    timeout_s: int
    memory_mib: int
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the HTTP API; `method` is ANY or an HTTP method, `path` is like `/tasks/{id}`; `$default` takes the rest."""

    method: str
    path: str
    function: str


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """An SQS event source: which function takes which queue's messages, and how."""

    function: str
    queue: str
    arn: str
    batch_size: int
    maximum_concurrency: int
    visibility_timeout_s: int
    max_receive_count: int
    dead_letter_queue: str


