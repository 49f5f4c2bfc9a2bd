"""List the tasks of an owner."""

from collections.abc import Sequence

from imagescaler.domain.task.task import Task
from imagescaler.domain.task.task_filter import Cursor, TaskFilter
from imagescaler.usecases.ports import TaskRepository


async def list_tasks(
    owner: str, chosen: TaskFilter, *, limit: int, tasks: TaskRepository
) -> tuple[Sequence[Task], Cursor | None]:
    """Return at most `limit` tasks, newest first, and the cursor of the next page if there is one."""
    found = await tasks.list_tasks(owner, chosen, limit=limit + 1)
    page = found[:limit]
    return page, Cursor(page[-1].created_at, page[-1].id) if len(found) > limit else None
