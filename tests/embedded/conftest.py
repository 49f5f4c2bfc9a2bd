"""Services of a test's own, run as people do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.servers import temporary_data_folder
from tests.service import Start, starting


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as made:
        yield made


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """Give a data folder for a service of a test's own."""
    with temporary_data_folder() as folder:
        yield folder
