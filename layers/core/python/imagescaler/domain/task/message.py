"""The queue message that asks for a task to be processed."""

import json
from dataclasses import asdict, dataclass
from typing import Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TaskMessage:
    """The id of the task to process, and the ids of its request and trace for the logs."""

    task_id: UUID
    request_id: str = ""
    trace_id: str = ""

    def to_json(self) -> str:
        """Return the message body, a JSON object.

        >>> TaskMessage(UUID(int=1), "r").to_json()
        '{"task_id": "00000000-0000-0000-0000-000000000001", "request_id": "r", "trace_id": ""}'
        """
        return json.dumps(self.log_context)

    @classmethod
    def from_json(cls, body: str) -> Self:
        """Parse a message body; raises ValueError.

        >>> TaskMessage.from_json('{"task_id": "00000000-0000-0000-0000-000000000001"}').task_id
        UUID('00000000-0000-0000-0000-000000000001')
        """
        fields = json.loads(body)
        try:
            return cls(UUID(fields["task_id"]), str(fields.get("request_id", "")), str(fields.get("trace_id", "")))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"The message has no task_id: {body[:100]!r}") from error

    @property
    def log_context(self) -> dict[str, str]:
        """The fields as strings, for each log line about the task."""
        return {name: str(value) for name, value in asdict(self).items()}
