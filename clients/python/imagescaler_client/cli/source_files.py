"""The files that a command line names: files, folders and patterns."""

import glob
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUFFIXES = {
    ".jpg",
    ".jpeg",
    ".png",
    ".webp",
    ".avif",
    ".heic",
    ".heif",
    ".gif",
    ".tif",
    ".tiff",
    ".bmp",
    ".ico",
    ".jxl",
}


class NothingToScale(Exception):
    """No image, or two for one result; the message is a sentence."""


@dataclass(frozen=True)
class SourceFile:
    """An image, and the path of its result below the output folder, without the suffix."""

    path: Path
    stem: Path


def find_sources(names: Iterable[str], out: Path, options: Mapping[str, Any]) -> list[SourceFile]:
    """List the images of files, folders (all images below them) and patterns, but for those in `out`.

    Raises NothingToScale.
    """
    found = {each.path.resolve(): each for name in names for each in _matches(name)}
    outside = [each for path, each in found.items() if out.resolve() not in path.parents]
    if not outside:
        raise NothingToScale(f"There is no image at {', '.join(names)}.")
    taken: dict[tuple[Path, str], Path] = {}
    for each in outside:
        kind = options.get("format") or mimetypes.guess_type(each.path.name)[0] or each.path.suffix
        other = taken.setdefault((each.stem, kind), each.path)
        if other != each.path:
            raise NothingToScale(f"{other} and {each.path} would have the same result; scale them separately.")
    return outside


def _matches(name: str) -> Iterator[SourceFile]:
    paths = [Path(name)] if Path(name).exists() else sorted(map(Path, glob.glob(name, recursive=True)))  # noqa: PTH207 - of any root
    if not paths:
        raise NothingToScale(f"There is no file {name}.")
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.suffix.lower() in SUFFIXES and not file.name.startswith("."):
                    yield SourceFile(file, file.relative_to(path).with_suffix(""))
        else:
            yield SourceFile(path, Path(path.stem))
