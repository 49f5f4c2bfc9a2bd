"""The functions, invoked as Lambda invokes them, over ports in memory."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from imagescaler.adapters.repositories.memory_tasks import MemoryTaskRepository
from imagescaler.adapters.repositories.memory_webhooks import MemoryWebhookRepository
from imagescaler.runtime import loop, telemetry
from tests.answer import Answer
from tests.handlers import load

SIGNING_KEY = "a secret of 32 characters or more"


CLOSED = {"tasks", "store", "queue", "source_queue", "ends", "keys", "webhooks", "webhook_queue"}


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler of its invocation."""

    function_name: str = "a-function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:a-function"
    aws_request_id: str = "11111111-2222-3333-4444-555555555555"
    left_ms: int = 29_000

    def get_remaining_time_in_millis(self) -> int:
        return self.left_ms


class Functions:
    """All functions of a deployment; they share what is in memory, because each gets the same adapters."""

    def __init__(self) -> None:
        self._loaded: dict[str, ModuleType] = {}
        self.webhooks: Any = None
        self.webhook_queue: Any = None

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            module = load(name)
            if "create_task" in self._loaded:
                first: Any = self._loaded["create_task"]
                for port in {"tasks", "store", "queue", "source_queue", "ends"} & vars(module).keys():
                    setattr(module, port, getattr(first, port))
                if isinstance(first.tasks, MemoryTaskRepository):
                    self._share_webhooks(module, first.tasks)
            self._loaded[name] = module
        return self._loaded[name]

    def _share_webhooks(self, module: Any, tasks: MemoryTaskRepository) -> None:
        if hasattr(module, "webhooks"):
            module.webhooks = self.webhooks = self.webhooks or MemoryWebhookRepository(tasks)
        if hasattr(module, "webhook_queue"):
            module.webhook_queue = self.webhook_queue = self.webhook_queue or module.webhook_queue

    def close(self) -> None:
        """Close the connections of all that are loaded; those to memory are none."""
        for module in self._loaded.values():
            for port in CLOSED & set(vars(module)):
                adapter = getattr(module, port)
                if hasattr(adapter, "_redis"):
                    loop.run(adapter._redis.aclose())
                if hasattr(adapter, "_database"):
                    loop.run(adapter._database.close())

    def http(
        self,
        name: str,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        owner: str | None = None,
    ) -> Answer:
        """Invoke an API function with an event of payload format 2.0; `owner` is whom the authorizer has found."""
        event = self.event(method, path, query=query, headers=headers, body=body, owner=owner)
        answer = self[name].handler(event, Context(name))
        raw = answer["body"].encode()
        body = base64.b64decode(raw) if answer["isBase64Encoded"] else raw
        return Answer(answer["statusCode"], answer["headers"], body)

    @staticmethod
    def event(
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        owner: str | None = None,
    ) -> dict[str, Any]:
        """Make an event of payload format 2.0."""
        return {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": urlencode(query or {}),
            "headers": {"host": "example.org", "x-amzn-trace-id": "Root=1-2-3", **(headers or {})},
            "requestContext": {
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
                "requestId": "request-1",
                **({} if owner is None else {"authorizer": {"lambda": {"owner": owner}}}),
            },
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }

    def invoke(self, name: str, event: bytes, **context: Any) -> Any:
        """Invoke any function with an event as it comes over the wire."""
        return self[name].handler(json.loads(event), Context(name, **context))

    def process(self, *messages: str, **context: Any) -> Any:
        """Invoke the processor with an SQS event."""
        records = [
            {"messageId": str(number), "body": body, "eventSource": "aws:sqs"} for number, body in enumerate(messages)
        ]
        return self["process_task"].handler({"Records": records}, Context("process-task", **context))


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Functions:
    monkeypatch.setenv("POSTGRES_DSN", "memory://")
    monkeypatch.setenv("REDIS_URL", "memory://")
    monkeypatch.setenv("URL_SIGNING_KEY", SIGNING_KEY)
    # The logger of a service is one for the whole process, with the standard output of the test that came first.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", str(uuid4()))
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "ImageScaler")
    for cached in (telemetry.logger, telemetry._metrics):
        cached.cache_clear()
    made = Functions()
    made["create_task"]  # its adapters are everybody's
    return made


def multipart(file: bytes | None = None, /, filename: str = "photo.jpg", **fields: Any) -> tuple[dict[str, str], bytes]:
    """Encode a form as RFC 7578 has it."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    if file is not None:
        head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'
        parts.append(head.encode() + file + b"\r\n")
    return {"content-type": "multipart/form-data; boundary=b"}, b"".join(parts) + b"--b--\r\n"


Post = Callable[..., Answer]


@pytest.fixture
def post(functions: Functions) -> Post:
    """Create a task from a file and form fields."""

    def send(
        file: bytes | None, headers: dict[str, str] | None = None, owner: str | None = None, **fields: Any
    ) -> Answer:
        form_headers, body = multipart(file, **fields)
        return functions.http(
            "create_task", "POST", "/api/v1/tasks", headers={**form_headers, **(headers or {})}, body=body, owner=owner
        )

    return send
