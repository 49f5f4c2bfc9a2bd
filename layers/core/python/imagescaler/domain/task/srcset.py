"""What a page needs of a task's renditions: `srcset`, and a `<source>` for each further format (HTML, 4.8.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from imagescaler.domain.formats import Format
from imagescaler.domain.task.outcome import Result
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task

# A browser takes the first <source> that it can show, and <img> otherwise: new formats, which make the smallest files,
# go into the former, and the oldest into the latter.
BY_YEAR = [(each.info.browsers_since, each) for each in Format if each.info.browsers_since is not None]
OLDEST_FIRST = [each for _, each in sorted(BY_YEAR, key=lambda row: row[0])]
NEWEST_FIRST = [each for _, each in sorted(BY_YEAR, key=lambda row: -row[0])]


@dataclass(frozen=True, slots=True)
class Pictures:
    """Values of `srcset` by format: that of `<img>`, and those of the `<source>` elements before it, in their order."""

    srcset: str | None = None
    sources: Mapping[Format, str] = field(default_factory=dict)

    @classmethod
    def of(cls, task: Task) -> Self:
        """Take the renditions that are there."""
        made = [(each, each.result) for each in task.renditions if each.result and task.status is Status.COMPLETED]
        sets = {fmt: _srcset(task, [(each, result) for each, result in made if result.format is fmt]) for fmt in Format}
        there = [fmt for fmt in OLDEST_FIRST if sets[fmt]]
        if not there:
            return cls()
        return cls(sets[there[0]], {fmt: sets[fmt] for fmt in NEWEST_FIRST if fmt in there[1:]})


def url_of(task: Task, rendition: Rendition) -> str:
    """Give the path at which a rendition is."""
    return f"/api/v1/results/{task.id}?rendition={rendition.name}"


def _srcset(task: Task, made: Sequence[tuple[Rendition, Result]]) -> str:
    """List pictures by their widths, of which each may occur once."""
    by_width = {result.width: rendition for rendition, result in reversed(made)}
    return ", ".join(f"{url_of(task, by_width[width])} {width}w" for width in sorted(by_width))
