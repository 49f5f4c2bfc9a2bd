"""Rewrites the directory of a page, since Pillow does not read all of them."""

import struct
from collections.abc import Mapping, Sequence

from imagescaler.engine.decode.metadata import FOLDERS
from imagescaler.probe.tiff_directories import SUB_DIRECTORIES, Directory

LONG, INLINE = 4, 4
EIGHT_BYTES = {16, 17, 18}  # types that only BigTIFF has


def with_directory(page: Directory, changes: Mapping[int, Sequence[int]]) -> bytes:
    """Return the file with one directory, which is that of a page with some fields changed; () removes a field.

    The directory is a classic one, appended to the file; what fields and strips point to stays where it is.
    """
    tail, start = bytearray(len(page.data) % 2), len(page.data)
    changed = {SUB_DIRECTORIES: (), **changes}
    if page.is_big:
        for folder in FOLDERS:
            if position := page.number(folder, 0):
                changed[folder] = (_append(tail, start, page.at(position), dict.fromkeys(FOLDERS, ())),)
    position = _append(tail, start, page, changed)
    head = struct.pack(f"{page.order}2sHI", b"II" if page.order == "<" else b"MM", 42, position)
    return b"".join((head, memoryview(page.data)[len(head) :], tail))


def _append(tail: bytearray, start: int, page: Directory, changes: Mapping[int, Sequence[int]]) -> int:
    """Append a directory to what follows the file, which ends at `start`; return its position."""
    entries = list[bytes]()
    for tag in sorted(page.fields.keys() | changes.keys()):
        field = page.fields.get(tag)
        if tag in changes or (field and field.kind in EIGHT_BYTES):
            numbers = changes[tag] if tag in changes else page.numbers(tag)
            kind, count, content = LONG, len(numbers), struct.pack(f"{page.order}{len(numbers)}I", *numbers)
            if len(content) > INLINE:
                tail += content
                content = struct.pack(f"{page.order}I", start + len(tail) - len(content))
        elif field:
            kind, count = field.kind, field.count
            content = page.data[field.position : field.position + field.size]
            if field.size > INLINE:
                content = struct.pack(f"{page.order}I", field.position)
        if count:
            entries.append(struct.pack(f"{page.order}HHI4s", tag, kind, count, content))
    tail += bytes(len(tail) % 2 ^ start % 2)
    position = start + len(tail)
    tail += struct.pack(f"{page.order}H", len(entries)) + b"".join(entries) + bytes(4)
    return position
