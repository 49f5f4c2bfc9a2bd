"""Sees every step of every task in a real database: a trigger writes it down in the step's own transaction."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

INSTALL = """
create table if not exists audit (
    number     bigint generated always as identity primary key,
    task_id    uuid not null,
    old_status text,
    new_status text not null,
    attempt    integer not null,
    at         timestamptz not null default clock_timestamp()
);
create or replace function audit() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into audit (task_id, new_status, attempt) values (new.id, new.status, new.attempt);
    elsif (old.status, old.attempt, old.completed_at) is distinct from (new.status, new.attempt, new.completed_at) then
        insert into audit (task_id, old_status, new_status, attempt)
        values (new.id, old.status, new.status, new.attempt);
    end if;
    return null;
end $$;
create or replace trigger audit after insert or update on tasks for each row execute function audit();
"""
UNINSTALL = "drop trigger if exists audit on tasks; drop function if exists audit; drop table if exists audit"
READ = "select task_id, old_status, new_status, attempt from audit order by number"


@dataclass(frozen=True, slots=True)
class Step:
    """A task came to be (`old` is None), changed its status or attempt, or was ended once more."""

    task_id: UUID
    old: str | None
    new: str
    attempt: int


async def steps(connection: Any) -> list[Step]:
    """Read every step in the order of the writes."""
    return [Step(*row) for row in await connection.fetch(READ)]
