"""The watermarks of the operator, as files in a folder."""

import re
from dataclasses import dataclass
from pathlib import Path

from imagescaler.domain.errors import WatermarkNotFound
from imagescaler.domain.options import WATERMARK_NAME
from imagescaler.domain.watermark import upload_of


@dataclass(frozen=True, slots=True)
class WatermarkFolder:
    """`WATERMARKS_FOLDER`, whose files are named like the watermarks, with any extension; empty for none."""

    watermarks_folder: str = ""

    def __post_init__(self) -> None:
        if not self.watermarks_folder:
            return
        if not Path(self.watermarks_folder).is_dir():
            message = f"WATERMARKS_FOLDER: there is no folder {self.watermarks_folder}"
            raise ValueError(message)
        names = [each.stem for each in self._files()]
        for name in names:
            if not re.fullmatch(WATERMARK_NAME, name) or upload_of(name):
                message = f"WATERMARKS_FOLDER: {name} must be at most 64 letters, digits, - and _, and no UUID"
                raise ValueError(message)
            if names.count(name) > 1:
                message = f"WATERMARKS_FOLDER: several files are named {name}"
                raise ValueError(message)

    def check(self, name: str) -> None:
        self._path(name)

    def read(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def _path(self, name: str) -> Path:
        found = next((each for each in self._files() if each.stem == name), None)
        if found is None:
            raise WatermarkNotFound.of(name)
        return found

    def _files(self) -> list[Path]:
        if not self.watermarks_folder:
            return []
        return sorted(each for each in Path(self.watermarks_folder).iterdir() if each.is_file())
