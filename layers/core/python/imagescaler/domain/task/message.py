"""The queue message that asks for a task to be processed."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Self
from uuid import UUID


def group_of(owner: str) -> str:
    """Return the group of an owner's messages: a hash, since names have other characters than groups may have.

    >>> group_of("")
    'e3b0c44298fc1c149afbf4c8996fb924'
    """
    return hashlib.sha256(owner.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class TaskMessage:
    """The id of the task to process, the ids of its request and trace for the logs, and the group of its owner.

    Queues let groups take turns.
    """

    task_id: UUID
    request_id: str = ""
    trace_id: str = ""
    group: str = ""

    def to_json(self) -> str:
        """Return the message body, a JSON object.

        >>> TaskMessage(UUID(int=1), "r").to_json()
        '{"task_id": "00000000-0000-0000-0000-000000000001", "request_id": "r", "trace_id": "", "group": ""}'
        """
        return json.dumps({**self.log_context, "group": self.group})

    @classmethod
    def from_json(cls, body: str) -> Self:
        """Parse a message body; raises ValueError.

        >>> TaskMessage.from_json('{"task_id": "00000000-0000-0000-0000-000000000001"}').task_id
        UUID('00000000-0000-0000-0000-000000000001')
        """
        fields = json.loads(body)
        try:
            others = (str(fields.get(name, "")) for name in ("request_id", "trace_id", "group"))
            return cls(UUID(fields["task_id"]), *others)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"The message has no task_id: {body[:100]!r}") from error

    @property
    def log_context(self) -> dict[str, str]:
        """The ids as strings, for each log line about the task."""
        return {name: str(value) for name, value in asdict(self).items() if name != "group"}
