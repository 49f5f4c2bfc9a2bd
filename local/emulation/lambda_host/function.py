"""A function, as the host needs to know it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Function:
    """A function: `CreateTaskFunction` is the folder `create_task` and the container `create-task`.

    One that is in the background, for a queue or on a schedule, yields the CPU to those that answer requests.
    """

    logical_id: str
    timeout_s: int
    memory_mib: int
    environment: Mapping[str, str] = field(default_factory=dict)
    is_background: bool = False

    @property
    def name(self) -> str:
        """Name of the folder.

        >>> Function("CreateTaskFunction", 29, 512).name
        'create_task'
        """
        return self.service.replace("-", "_")

    @property
    def service(self) -> str:
        """Name of the container."""
        return service_of(self.logical_id)


def service_of(logical_id: str) -> str:
    """Return the container's name of a function.

    >>> service_of("CreateTaskFunction")
    'create-task'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "-", logical_id.removesuffix("Function")).lower()
