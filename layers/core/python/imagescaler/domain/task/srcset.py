"""What a page needs of a task's renditions: `srcset`, and a `<source>` for each further format (HTML, 4.8.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from imagescaler.domain.formats import Format
from imagescaler.domain.task.outcome import Result
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task

# A browser takes the first <source> that it can show; <img> has what every browser can. None shows TIFF.
SMALLEST_FIRST = (Format.AVIF, Format.WEBP, Format.JPEG, Format.PNG, Format.GIF)
KNOWN_TO_ALL_FIRST = (Format.JPEG, Format.PNG, Format.GIF, Format.WEBP, Format.AVIF)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Values of `srcset` by format: that of `<img>`, and those of the `<source>` elements before it, in their order."""

    srcset: str | None = None
    sources: Mapping[Format, str] = field(default_factory=dict)

    @classmethod
    def of(cls, task: Task) -> Self:
        """Take the renditions that are there."""
        made = [(each, each.result) for each in task.renditions if each.result and task.status is Status.COMPLETED]
        sets = {form: _srcset(task, [(r, result) for r, result in made if result.format is form]) for form in Format}
        there = [form for form in KNOWN_TO_ALL_FIRST if sets[form]]
        if not there:
            return cls()
        return cls(sets[there[0]], {form: sets[form] for form in SMALLEST_FIRST if form in there[1:]})


def url_of(task: Task, rendition: Rendition) -> str:
    """Give the path at which a rendition is."""
    return f"/api/v1/results/{task.id}?rendition={rendition.name}"


def _srcset(task: Task, made: Sequence[tuple[Rendition, Result]]) -> str:
    """List pictures by their widths, of which each may occur once."""
    by_width = {result.width: rendition for rendition, result in reversed(made)}
    return ", ".join(f"{url_of(task, by_width[width])} {width}w" for width in sorted(by_width))
