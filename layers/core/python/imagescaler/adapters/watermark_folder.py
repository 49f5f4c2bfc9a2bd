"""The watermarks of the operator, as files in a folder."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from imagescaler.domain.errors import WatermarkNotFound
from imagescaler.domain.options import WATERMARK_NAME
from imagescaler.domain.watermark import upload_of


@dataclass(frozen=True)
class WatermarkFolder:
    """`WATERMARKS_FOLDER`, whose files are named like the watermarks, with any extension; empty for none.

    The folder is listed once; files that are added later are not found.
    """

    watermarks_folder: str = ""

    def __post_init__(self) -> None:
        if self.watermarks_folder and not Path(self.watermarks_folder).is_dir():
            message = f"WATERMARKS_FOLDER: there is no folder {self.watermarks_folder}"
            raise ValueError(message)
        for name, paths in self._files.items():
            if not re.fullmatch(WATERMARK_NAME, name) or upload_of(name):
                message = f"WATERMARKS_FOLDER: {name} must be at most 64 letters, digits, - and _, and no UUID"
                raise ValueError(message)
            if len(paths) > 1:
                message = f"WATERMARKS_FOLDER: several files are named {name}"
                raise ValueError(message)

    def check(self, name: str) -> None:
        if name not in self._files:
            raise WatermarkNotFound.of(name)

    def read(self, name: str) -> bytes:
        self.check(name)
        try:
            return self._files[name][0].read_bytes()
        except FileNotFoundError:
            raise WatermarkNotFound.of(name) from None

    @cached_property
    def _files(self) -> Mapping[str, list[Path]]:
        files = defaultdict[str, list[Path]](list)
        for each in sorted(Path(self.watermarks_folder).iterdir()) if self.watermarks_folder else ():
            if each.is_file():
                files[each.stem].append(each)
        return files
