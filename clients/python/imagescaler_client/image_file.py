"""Images to send: files, bytes and open files."""

import mimetypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import BinaryIO, TypeAlias

import filetype

Source: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO
"""The path of an image, its bytes, or a file that is open for reading and can be rewound."""

FORM_BYTES = 4_400_000
"""Size up to which an image fits into one request: an event of AWS Lambda has 6,291,556 bytes, in base64."""

SIGNATURE_BYTES = 8192


@dataclass(frozen=True)
class ImageFile:
    """An open image with its size in bytes."""

    file: BinaryIO
    name: str
    size: int

    @property
    def fits_in_form(self) -> bool:
        """True if the image can be sent in one request."""
        return self.size <= FORM_BYTES

    def read(self, start: int = 0, size: int = FORM_BYTES) -> bytes:
        """Read at most `size` bytes."""
        self.file.seek(start)
        return self.file.read(size)

    def media_type(self) -> str:
        """Return the type of an image by its content or its name, else that of unknown bytes."""
        guess: str = filetype.guess_mime(self.read(size=SIGNATURE_BYTES)) or mimetypes.guess_type(self.name)[0] or ""
        return guess if guess.startswith("image/") else "application/octet-stream"


@contextmanager
def open_image(source: Source) -> Iterator[ImageFile]:
    """Open an image. Raises OSError."""
    if isinstance(source, bytes):
        yield ImageFile(BytesIO(source), "image", len(source))
    elif isinstance(source, (str, os.PathLike)):
        with Path(source).open("rb") as file:
            yield _measured(file, Path(source).name)
    else:
        yield _measured(source, "image")


def _measured(file: BinaryIO, name: str) -> ImageFile:
    return ImageFile(file, name, file.seek(0, SEEK_END))
