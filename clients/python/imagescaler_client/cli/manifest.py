"""What has been done in an output folder, so that a command which was interrupted goes on."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagescaler_client.cli.source_files import SourceFile

NAME = ".imagescaler.jsonl"


class Manifest:
    """A line for each image whose results are complete: a hash of its content and the options, and the files."""

    def __init__(self, folder: Path, options: Mapping[str, Any]) -> None:
        self._folder, self._path = folder, folder / NAME
        self._options = json.dumps(options, sort_keys=True).encode()
        self._done: dict[str, dict[str, int]] = {}
        text = self._path.read_text() if self._path.exists() else ""
        for line in text.splitlines(keepends=True):
            if line.endswith("}\n"):  # the last line may have been cut off
                self._done.update(json.loads(line))

    def key(self, source: SourceFile) -> str:
        """Hash an image, where its result goes, and the options. Raises OSError."""
        digest = hashlib.sha256(self._options + str(source.stem).encode())
        with source.path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        return digest.hexdigest()

    def results(self, key: str) -> list[str] | None:
        """Return the results if all of them are there in their full size, else None."""
        files = self._done.get(key, {})
        sizes = {name: path.stat().st_size for name in files if (path := self._folder / name).is_file()}
        return list(files) if files and sizes == files else None

    def add(self, key: str, results: list[Path]) -> None:
        """Note complete results."""
        files = {str(path.relative_to(self._folder)): path.stat().st_size for path in results}
        with self._path.open("a") as file:
            file.write(json.dumps({key: files}) + "\n")
