"""Reads forms with Starlette's parsers, the file in memory: a Lambda event has at most 6 MB."""

from http import HTTPStatus
from typing import Any

from fastapi import HTTPException, Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

MAX_FIELDS = 100
URLENCODED = "application/x-www-form-urlencoded"
# What to do about an error of the parsers, by the beginning of its message.
ADVICE = {
    "Too many files": "Create a task for each image.",
    "Too many fields": "Each option is a field of its own, and is sent once.",
    "Field exceeded": "Send the image as a file, with curl -F file=@photo.jpg.",
    "Part exceeded": "Send the image as a file, with curl -F file=@photo.jpg.",
}


async def read_multipart(request: Request) -> FormData:
    """Parse the body, with one file at most; raises HTTPException 400."""
    return await _parsed(_Parser(request.headers, request.stream(), max_files=1, max_fields=MAX_FIELDS))


async def read_urlencoded(request: Request) -> FormData:
    """Parse the body, which has no file; raises HTTPException 400."""
    return await _parsed(FormParser(request.headers, request.stream(), max_fields=MAX_FIELDS))


async def _parsed(parser: MultiPartParser | FormParser) -> FormData:
    try:
        return await parser.parse()
    except MultiPartException as error:
        advice = (advice for beginning, advice in ADVICE.items() if error.message.startswith(beginning))
        raise HTTPException(HTTPStatus.BAD_REQUEST, " ".join([error.message, *advice])) from error


class _Parser(MultiPartParser):
    """Keeps files as the pieces of the body that they are, where Starlette's writes and reads a temporary file."""

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        if made := self._current_part.file:
            made.file.close()
            pieces: Any = _Pieces()  # has what UploadFile calls
            self._current_part.file = UploadFile(pieces, size=0, filename=made.filename, headers=made.headers)


class _Pieces:
    """A file that is written once and then read as a whole."""

    _rolled = False  # UploadFile would use a thread for a file on a disk

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def tell(self) -> int:
        return sum(map(len, self._pieces))

    def write(self, piece: bytes) -> None:
        self._pieces.append(piece)

    def seek(self, _: int) -> None:
        """Do nothing: it is only ever read from its beginning."""

    def read(self, _: int) -> bytes:
        return b"".join(self._pieces)  # a single piece is not copied

    def close(self) -> None:
        self._pieces.clear()
