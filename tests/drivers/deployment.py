"""What the conformance suite needs of a way of running the service, besides its URL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Deployment(Protocol):
    """A running service.

    `lacks` says, for each thing that tests can need and this way of running does not have, why it does not.
    """

    @property
    def url(self) -> str: ...

    @property
    def lacks(self) -> Mapping[str, str]: ...

    def log(self) -> str:
        """Return what all parts have logged so far."""
        ...

    def invoke(self, function: str, event: Any) -> Any:
        """Invoke a function, by its logical id, past the API, and return what it answers."""
        ...

    def kill_processor(self) -> None:
        """Kill every environment of the processor, whatever it is doing, and see to it that there will be others."""
        ...

    def freeze_processor(self) -> None:
        """Stop the processor's processes as a debugger does, so that what they do takes for ever."""
        ...


NO_DRIVER = "of a service at BASE_URL nothing is known but its address"


@dataclass(frozen=True)
class Remote:
    """A service at BASE_URL that somebody else runs."""

    url: str
    lacks: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(("driver", "payload limits"), NO_DRIVER))

    def log(self) -> str:
        raise NotImplementedError(NO_DRIVER)

    def invoke(self, function: str, event: Any) -> Any:
        raise NotImplementedError(NO_DRIVER)

    def kill_processor(self) -> None:
        raise NotImplementedError(NO_DRIVER)

    def freeze_processor(self) -> None:
        raise NotImplementedError(NO_DRIVER)
