"""Databases in SQL_ASCII, which is not Unicode, store every text that we write."""

from uuid import uuid4

import pytest

from imagescaler.adapters.clients.postgres import Database
from imagescaler.adapters.repositories.migrations.migrate import migrate
from imagescaler.adapters.repositories.postgres_tasks import PostgresTaskRepository
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Failure
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.task import NewTask


@pytest.mark.parametrize("empty_database", ["encoding 'SQL_ASCII' locale 'C' template template0"], indirect=True)
async def test_words_in_any_letters_come_back_as_they_were(empty_database: str) -> None:
    await migrate(empty_database)
    database = Database(empty_database, statement_cache_size=100)
    tasks = PostgresTaskRepository(database)
    task, _ = await tasks.add(NewTask(uuid4(), Options(5), Source(Format.JPEG, 40, 30, 1_900)))
    failure = Failure("corrupt-image", "Größe → 0", "圖")
    await tasks.abandon(task.id, failure)
    assert (await tasks.get(task.id)).failure == failure
    await database.close()
