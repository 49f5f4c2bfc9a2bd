"""Postgres in an encoding that is not Unicode: what we write has to fit all the same."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from imagescaler import repositories
from imagescaler.options import Options
from imagescaler.outcome import Failure
from imagescaler.repositories.migrations import migrate
from imagescaler.task import NewTask
from tests.contract.test_task_repository import SOURCE


@pytest.fixture
async def ascii_dsn(postgres_dsn: str) -> AsyncIterator[str]:
    """Give a database that knows no encoding, as `initdb` makes it where no locale is set."""
    name = f"encodings_{uuid4().hex}"
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(f"create database {name} encoding 'SQL_ASCII' locale 'C' template template0")
    yield f"{postgres_dsn.rpartition('/')[0]}/{name}"
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


async def test_words_in_any_letters_come_back_as_they_were(ascii_dsn: str) -> None:
    await migrate(ascii_dsn)
    tasks = repositories.connect(ascii_dsn)
    task, _ = await tasks.add(NewTask(uuid4(), Options(5), SOURCE))
    failure = Failure("corrupt-image", "Größe → 0", "圖")
    await tasks.abandon(task.id, failure)
    assert (await tasks.get(task.id)).failure == failure
    await tasks._database.close()  # type: ignore[attr-defined]
