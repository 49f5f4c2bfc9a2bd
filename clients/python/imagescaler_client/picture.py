"""Scaled images."""

from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from imagescaler_client.atomic_file import replacing
from imagescaler_client.errors import TaskFailed
from imagescaler_client.models import ResultView, TaskView

REASONS = {
    "expired": "The results of the task have expired.",
    "deleted": "The task was deleted.",
}


@dataclass(frozen=True)
class Picture:
    """A result with its content, the task that made it, and the name of its rendition if it has one."""

    task: TaskView
    result: ResultView
    name: str | None
    bytes: bytes = field(repr=False)

    @property
    def format(self) -> str:
        """Name of the format, such as `jpeg`."""
        return self.result.format

    @property
    def media_type(self) -> str:
        """IANA media type."""
        return self.result.media_type

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.result.width, self.result.height

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture to a file, which is replaced at once; return its path."""
        with replacing(path) as file:
            file.write(self.bytes)
        return Path(path)


def results_of(task: TaskView) -> dict[str | None, ResultView]:
    """Return the results of a task by the names of its renditions; None is the name of the only result.

    Raises TaskFailed if one of them was not made.
    """
    if task.status != "completed":
        raise TaskFailed(task, task.error, REASONS.get(task.status, "The task has not ended."))
    found: dict[str | None, ResultView] = {None: task.result} if task.result else {}
    for each in task.renditions or ():
        if each.result is None:
            raise TaskFailed(task, each.error, REASONS.get(each.status, "It was not made."), each.name)
        found[each.name] = each.result
    return found
