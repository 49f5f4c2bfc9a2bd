"""Reads files of SQL statements."""

from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter

from imagescaler.adapters.clients.postgres import Statement


def load(file: str) -> Any:
    """Return an object with a Statement for each name in a file of this package."""
    text = files("imagescaler.adapters.repositories").joinpath(file).read_text(encoding="utf-8")
    adapter: Any = AsyncPGAdapter()  # type: ignore[no-untyped-call]
    queries = aiosql.from_str(text, lambda: adapter)
    found = {name: getattr(queries, name) for name in queries.available_queries}
    return SimpleNamespace(
        **{name: Statement(query.sql, tuple(adapter.var_sorted[name])) for name, query in found.items()}
    )
