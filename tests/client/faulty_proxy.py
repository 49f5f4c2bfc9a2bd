"""An HTTP proxy in front of the service, with the faults of gateways and networks, in an order that a test chooses."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import httpx

HOP_BY_HOP = {"connection", "date", "keep-alive", "server", "transfer-encoding"}


class Fault(Enum):
    """What becomes of a request."""

    NONE = auto()
    OVERLOADED = auto()  # 503, with a problem and Retry-After
    THROTTLED = auto()  # 429 as API Gateway sends it, with Retry-After
    BAD_GATEWAY = auto()  # 502 as nginx sends it
    UNHEALTHY = auto()  # 503, as GET /api/v1/health answers while a server is away
    NO_WAIT = auto()  # the service answers at once, as it does when too many requests wait
    ANSWER_LOST = auto()  # the service has executed the request, and the connection breaks
    ANSWER_CUT = auto()  # in the middle of its body


SERVERS = {name: {"status": "unavailable", "ms": 2000.0} for name in ("postgres", "queue", "store")}
PROBLEM = {"type": "/problems/queue-full", "title": "Full", "status": 503, "detail": "The queue is full."}
ANSWERS = {
    Fault.OVERLOADED: (503, {"Retry-After": "0", "Content-Type": "application/problem+json"}, json.dumps(PROBLEM)),
    Fault.THROTTLED: (429, {"Retry-After": "1"}, '{"message": "Too Many Requests"}'),
    Fault.BAD_GATEWAY: (502, {"Content-Type": "text/html"}, "<h1>502 Bad Gateway</h1>"),
    Fault.UNHEALTHY: (503, {}, json.dumps({"status": "unavailable", **SERVERS})),
}


@dataclass
class FaultyProxy:
    """Forwards to a service; `fault` chooses what becomes of a method and a path. `seen` has what clients sent."""

    service: httpx.Client
    fault: Callable[[str, str], Fault]
    url: str = ""
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def decide(self, method: str, path: str, headers: dict[str, str]) -> Fault:
        """Note a request and choose its fault."""
        with self._lock:
            self.seen.append((method, path, headers))
            return self.fault(method, path)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: FaultyProxy

    def _forward(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        fault = self.proxy.decide(self.command, self.path, headers)
        if fault in ANSWERS:
            status, answered, text = ANSWERS[fault]
            self._answer(status, answered, text.encode())
            return
        sent = {name: value for name, value in headers.items() if (fault, name) != (Fault.NO_WAIT, "prefer")}
        response = self.proxy.service.request(self.command, self.path, headers=sent, content=body)
        self.close_connection = fault in {Fault.ANSWER_LOST, Fault.ANSWER_CUT}
        if fault is not Fault.ANSWER_LOST:
            kept = {name: value for name, value in response.headers.items() if name not in HOP_BY_HOP}
            self._answer(response.status_code, kept, response.content)

    do_GET = do_POST = do_PUT = do_DELETE = _forward  # noqa: N815 - the names are those of http.server

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name != "content-length":
                self.send_header(name, value)
        if status != httpx.codes.NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.close_connection else body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def faulty_proxy(target: str, fault: Callable[[str, str], Fault]) -> Iterator[FaultyProxy]:
    """Run a proxy for as long as the context lasts."""
    with httpx.Client(base_url=target, timeout=60) as service:
        proxy = FaultyProxy(service, fault)
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": proxy}))
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
