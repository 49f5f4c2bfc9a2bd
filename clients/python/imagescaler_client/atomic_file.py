"""Files that are either complete or not there."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: str | PathLike[str]) -> Iterator[BinaryIO]:
    """Yield a new file that replaces the one at `path` at the end; after an error it is removed. Raises OSError."""
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("w+b") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
