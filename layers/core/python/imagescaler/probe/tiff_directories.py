"""Directories of TIFF (TIFF 6.0, section 2) and BigTIFF files."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

# Codes of `struct` by type: BYTE, SHORT, LONG, the signed ones, IFD, and BigTIFF's LONG8, SLONG8 and IFD8.
INTEGERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
# ASCII, RATIONAL, UNDEFINED, SRATIONAL, FLOAT, DOUBLE: their sizes in bytes.
OTHER_SIZES = {2: 1, 5: 8, 7: 1, 10: 8, 11: 4, 12: 8}
BIG = 43
SUBFILE_TYPE, OLD_SUBFILE_TYPE, WIDTH, LENGTH, SUB_DIRECTORIES = 254, 255, 256, 257, 330
REDUCED, MASK, OLD_REDUCED = 1, 4, 2
# Real files have tens of directories and of fields; the longest field is the table of strips.
MAX_DIRECTORIES, MAX_FIELDS, MAX_NUMBERS = 50, 1000, 200_000


@dataclass(frozen=True, slots=True)
class Field:
    """Type, number of values, and position of the first value in the file."""

    kind: int
    count: int
    position: int

    @property
    def size(self) -> int:
        """Size of all values in bytes, 0 if the type is unknown."""
        code = INTEGERS.get(self.kind)
        return self.count * (struct.calcsize(f"={code}") if code else OTHER_SIZES.get(self.kind, 0))


@dataclass(frozen=True, slots=True)
class Directory:
    """The fields of a page by their tags, and the position of the next directory, 0 if there is none.

    `order` is the byte order, "<" or ">". `is_first` is True if a reader finds this page first.
    """

    data: bytes
    order: str
    is_big: bool
    fields: dict[int, Field]
    following: int
    is_first: bool = True

    def count(self, tag: int) -> int:
        """Return the number of values of a field, 0 if it is missing."""
        return self.fields[tag].count if tag in self.fields else 0

    def numbers(self, tag: int) -> tuple[int, ...]:
        """Return the values of a field of any integer type, () if it is missing or of another type.

        Raises ValueError if they are too many, struct.error if they are cut off.
        """
        field = self.fields.get(tag)
        if field is None or field.kind not in INTEGERS:
            return ()
        if field.count > MAX_NUMBERS:
            message = f"field {tag} has {field.count} values"
            raise ValueError(message)
        return struct.unpack_from(f"{self.order}{field.count}{INTEGERS[field.kind]}", self.data, field.position)

    def number(self, tag: int, default: int) -> int:
        """Return the first value of a field."""
        return next(iter(self.numbers(tag)), default)

    @property
    def is_reduced(self) -> bool:
        """True if the page is a smaller version of another page."""
        return bool(self.number(SUBFILE_TYPE, 0) & REDUCED) or self.number(OLD_SUBFILE_TYPE, 0) == OLD_REDUCED

    @property
    def size(self) -> tuple[int, int]:
        """Stored width and height in pixels."""
        return self.number(WIDTH, 0), self.number(LENGTH, 0)

    def at(self, position: int) -> "Directory":
        """Read another directory of the same file."""
        return replace(_read(self.data, self.order, position, is_big=self.is_big), is_first=False)


def shown_page(data: bytes) -> Directory:
    """Read the directory of the page that is shown: the first, or the largest if the first is a thumbnail.

    Raises struct.error or ValueError if the directories are cut off or too long.
    """
    first = _first(data)
    return max(pages(data), key=lambda page: page.size[0] * page.size[1], default=first) if first.is_reduced else first


def pages(data: bytes) -> Iterator[Directory]:
    """Yield the pages that are no masks: the first, those below it and those that follow.

    Raises struct.error or ValueError if the directories are cut off or too long.
    """
    return (page for page in _pages(_first(data)) if not page.number(SUBFILE_TYPE, 0) & MASK)


def _first(data: bytes) -> Directory:
    order = "<" if data.startswith(b"II") else ">"
    is_big = struct.unpack_from(f"{order}H", data, 2) == (BIG,)
    (start,) = struct.unpack_from(f"{order}Q", data, 8) if is_big else struct.unpack_from(f"{order}I", data, 4)
    return _read(data, order, start, is_big=is_big)


def _pages(first: Directory) -> Iterator[Directory]:
    """Yield a page, those below it and those that follow."""
    waiting, seen = [first], set[int]()
    while waiting:
        page = waiting.pop()
        yield page
        below = page.numbers(SUB_DIRECTORIES) if page.count(SUB_DIRECTORIES) <= MAX_DIRECTORIES else ()
        for position in (page.following, *below):
            if position and position not in seen and len(seen) < MAX_DIRECTORIES:
                seen.add(position)
                waiting.append(first.at(position))


def _read(data: bytes, order: str, position: int, *, is_big: bool) -> Directory:
    size_of_count, word, head = ("Q", "Q", 12) if is_big else ("H", "I", 8)
    entry = head + struct.calcsize(f"={word}")
    (count,) = struct.unpack_from(order + size_of_count, data, position)
    if count > MAX_FIELDS:
        message = f"a directory has {count} fields"
        raise ValueError(message)
    start = position + struct.calcsize(f"={size_of_count}")
    fields = dict[int, Field]()
    for at in range(start, start + count * entry, entry):
        tag, kind, values = struct.unpack_from(f"{order}HH{word}", data, at)
        field = Field(kind, values, at + head)
        if field.size > entry - head:
            field = Field(kind, values, *struct.unpack_from(order + word, data, at + head))
        fields.setdefault(tag, field)
    # Some writers leave out the position of the next directory where there is none.
    end = start + count * entry
    following = int.from_bytes(data[end : end + entry - head], "little" if order == "<" else "big")
    return Directory(data, order, is_big, fields, following)
