"""The database roles of the functions: which function has which, what it uses, and repositories that have the roles."""

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg

from imagescaler.adapters.repositories.migrations import migrate as migrations
from imagescaler.adapters.repositories.migrations.migrate import migrate
from imagescaler.adapters.task_ends import polling
from imagescaler.usecases import ports
from imagescaler.web.requests import key_commands
from tests.handlers import FUNCTIONS

ROLES_SQL = (migrations.FOLDER / "roles.sql").read_text()
GRANTS_SQL = (migrations.FOLDER / "grants.sql").read_text()
MIGRATE = "migrate"
ROLE_OF = {
    "authorize": "authorize",
    "create_task": "create",
    "delete_task": "delete",
    "deliver_webhook": "deliver",
    "fail_undeliverable_task": "process",
    "fetch_source": "fetch",
    "get_result": "read",
    "get_task": "read",
    "health": "read",
    "ingest_object": "create",
    "list_tasks": "read",
    "list_webhooks": "read",
    "manage_keys": "keys",
    "migrate_database": MIGRATE,
    "process_task": "process",
    "redeliver_webhook": "deliver",
    "sweep_tasks": "sweep",
}
ROLES = sorted({*ROLE_OF.values()})
PASSWORD = "a password"
USECASES = Path(ports.__file__).parent
COMMANDS = Path(key_commands.__file__).parent
IMPORT = re.compile(r"^from imagescaler\.usecases\.(\w+) import (.+)$", re.MULTILINE)
IMPORT_OF_COMMANDS = re.compile(r"^from imagescaler\.web\.requests\.(\w+_commands?) import", re.MULTILINE)
PORTS = {"tasks": ports.TaskRepository, "keys": ports.ApiKeyRepository, "webhooks": ports.WebhookRepository}
Uses = Mapping[str, list[str]]


async def with_roles(dsn: str) -> dict[str, str]:
    """Create the roles and migrate as their owner; return the DSN of each role. Safe to repeat."""
    admin = await asyncpg.connect(dsn)
    await admin.execute(ROLES_SQL)
    for role in ROLES:
        await admin.execute(f"alter role imagescaler_{role} password '{PASSWORD}'")
    await admin.close()
    dsns = {role: dsn_as(dsn, role) for role in ROLES}
    await migrate(dsns[MIGRATE])
    return dsns


def dsn_as(dsn: str, role: str) -> str:
    """Return the DSN with the login of a role."""
    parts = urlsplit(dsn)
    login = f"imagescaler_{role}:{quote(PASSWORD)}"
    return parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}").geturl()


def uses(port: str) -> Uses:
    """Return the roles that use each method of a port, as read from handlers, their commands and use cases."""
    methods = {name for each in PORTS[port].__mro__ for name in vars(each) if not name.startswith("_")}
    found: dict[str, list[str]] = defaultdict(list)
    if port == "tasks":
        found["ping"].append(ROLE_OF["health"])  # which knows its servers by other names
    for function, role in ROLE_OF.items():
        source = _source(FUNCTIONS / function / "handler.py")
        if "ends.wait(" in source:  # without Redis, requests that wait poll and count themselves in the repository
            source += Path(polling.__file__).read_text().replace("waits.", "tasks.")
        for method in methods.intersection(re.findall(rf"\b{port}\.(\w+)", source)):
            if role not in found[method]:
                found[method].append(role)
    return found


def _source(path: Path) -> str:
    """Read a module, and the commands and the functions (in lower case) or recoveries of use cases that it imports."""
    text = path.read_text()
    text += "".join(_source(COMMANDS / f"{name}.py") for name in IMPORT_OF_COMMANDS.findall(text))
    used = (name for name, imported in IMPORT.findall(text) if any(map(_acts, imported.split(", "))))
    return text + "".join(_source(USECASES / f"{name}.py") for name in used)


def _acts(name: str) -> bool:
    return name.islower() or name.endswith("Recovery")


class AsRoles:
    """A repository whose methods are executed by the roles that use them, each in its turn."""

    def __init__(self, repositories: Mapping[str, Any], uses: Uses) -> None:
        self._repositories = repositories
        self._turns = {method: cycle(roles) for method, roles in uses.items()}
        self._database = self  # which closes all of them

    def __getattr__(self, method: str) -> Any:
        return getattr(self._repositories[next(self._turns[method])], method)

    async def close(self) -> None:
        for repository in self._repositories.values():
            await repository._database.close()
