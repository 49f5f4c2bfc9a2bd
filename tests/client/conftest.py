"""The service as people run it, and proxies with faults in front of it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local.servers.folders import temporary_data_folder
from tests.client.faulty_proxy import Fault, FaultyProxy, faulty_proxy
from tests.pictures import photograph
from tests.service import starting

PRESETS = {
    "card": {"width": 320, "height": 200, "fit": "cover"},
    "page": {"renditions": [{"name": "small", "width": 100}, {"name": "large", "width": 200}]},
}
Proxied = Callable[..., FaultyProxy]


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one service for all tests."""
    with temporary_data_folder() as data, starting(tmp_path_factory.mktemp("service")) as start:
        yield start(data=data, PRESETS=json.dumps(PRESETS)).url


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Write a photograph of 640 x 427 pixels."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(photograph())
    return path


@pytest.fixture
def proxied(url: str) -> Iterator[Proxied]:
    """Return a function that puts a proxy in front of the service; the first requests have the faults."""
    with ExitStack() as stack:

        def start(*faults: Fault, method: str = "POST GET PUT DELETE") -> FaultyProxy:
            due = list(faults)

            def next_fault(asked: str, _path: str) -> Fault:
                return due.pop(0) if due and asked in method else Fault.NONE

            return stack.enter_context(faulty_proxy(url, next_fault))

        yield start


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("IMAGESCALER_")]:
        monkeypatch.delenv(name)
