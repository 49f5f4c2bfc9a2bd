"""`srcset` for the `<img>` and `<source>` elements of a page, from a task's renditions (HTML, 4.8.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.task.outcome import Result
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task

# A browser takes the first <source> that it supports, else <img>. The newest formats have the smallest files, so they
# are first; the oldest format is supported by all browsers, so it is in <img>.
BY_YEAR = [(each.info.browsers_since, each) for each in RESULT_FORMATS if each.info.browsers_since is not None]
OLDEST_FIRST = [each for _, each in sorted(BY_YEAR, key=lambda row: row[0])]
NEWEST_FIRST = [each for _, each in sorted(BY_YEAR, key=lambda row: -row[0])]


@dataclass(frozen=True, slots=True)
class Pictures:
    """The `srcset` of `<img>`, and those of the `<source>` elements before it, by format and in order."""

    srcset: str | None = None
    sources: Mapping[Format, str] = field(default_factory=dict)

    @classmethod
    def of(cls, task: Task) -> Self:
        """Create them from the results of a completed task."""
        made = [(each, each.result) for each in task.renditions if each.result and task.status is Status.COMPLETED]
        sets = {
            fmt: _srcset(task, [(each, result) for each, result in made if result.format is fmt])
            for fmt in RESULT_FORMATS
        }
        formats = [fmt for fmt in OLDEST_FIRST if sets[fmt]]
        if not formats:
            return cls()
        return cls(sets[formats[0]], {fmt: sets[fmt] for fmt in NEWEST_FIRST if fmt in formats[1:]})


def url_of(task: Task, rendition: Rendition | None = None) -> str:
    """Return the path of a task's result, or of a rendition's."""
    return f"/api/v1/results/{task.id}" + (f"?rendition={rendition.name}" if rendition else "")


def _srcset(task: Task, made: Sequence[tuple[Rendition, Result]]) -> str:
    """Join the results by width; of several with the same width, the first is taken."""
    by_width = {result.width: rendition for rendition, result in reversed(made)}
    return ", ".join(f"{url_of(task, by_width[width])} {width}w" for width in sorted(by_width))
