"""The conformance suite: HTTP alone, against any way of running the service.

DEPLOYMENT chooses one that the suite runs by itself: embedded (the default), compose, or sam. BASE_URL is a service
that somebody else runs.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import httpx
import pytest

from tests.drivers import compose, embedded, sam
from tests.drivers.deployment import Deployment, Remote


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Run one service for all tests."""
    with _chosen(tmp_path_factory.mktemp("service")) as running:
        yield running


def _chosen(folder: Path) -> AbstractContextManager[Deployment]:
    if url := os.environ.get("BASE_URL"):
        return nullcontext(Remote(url))
    match os.environ.get("DEPLOYMENT", "embedded"):
        case "embedded":
            return embedded.running(folder)
        case "compose":
            return compose.running()
        case "sam":
            return sam.running(folder)
        case other:
            raise ValueError(f"DEPLOYMENT is {other!r}; it may be embedded, compose or sam")


@pytest.fixture(autouse=True)
def _skip_what_is_not_there(request: pytest.FixtureRequest, deployment: Deployment) -> None:
    for mark in request.node.iter_markers("needs"):
        if reason := deployment.lacks.get(mark.args[0]):
            pytest.skip(reason)


@pytest.fixture(scope="session")
def base_url(deployment: Deployment) -> str:
    return deployment.url


@pytest.fixture
def client(base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{base_url}/api/v1", timeout=60) as made:
        yield made
