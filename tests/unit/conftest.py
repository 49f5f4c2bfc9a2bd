"""Unit tests speak to nobody."""

from collections.abc import Iterator

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Refuse sockets, but for those that event loops wake themselves with."""
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()
