"""The items of a HEIF file: pictures, and those that are composed of other items (ISO/IEC 23008-12, 6)."""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod

from imagescaler.domain.geometry.turn import Size
from imagescaler.probe.iso_boxes import VERSION_BYTES, boxes, content_of

MAX_ITEMS = 100_000  # real files have some hundreds at most, the tiles of a grid
MAX_REFERENCES = 100_000
MAX_DEPTH = 8  # of items that are composed of others
WIDE = 4  # bytes of a number that takes two in a table of an earlier version


class Reader:
    """Numbers in a row; raises struct.error behind the end."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data, self.at = data, at

    def number(self, size: int) -> int:
        """Read a number of so many bytes."""
        self.at += size
        if self.at > len(self._data):
            raise struct.error(self.at)
        return int.from_bytes(self._data[self.at - size : self.at])


@dataclass(frozen=True)
class HeifItems:
    """The items of a file, from its `meta` box; properties raise LookupError or struct.error if boxes are damaged."""

    image: bytes

    @cached_property
    def primary(self) -> int:
        """Identifier of the item that is shown."""
        item = content_of(self._meta, b"pitm")
        return int.from_bytes(item[VERSION_BYTES : VERSION_BYTES + (WIDE if item[0] else 2)])

    def properties(self, item: int) -> Iterator[tuple[bytes, bytes]]:
        """Yield kind and content of the properties of an item (9.3)."""
        for index in self._associations.get(item, ()):
            if 0 < index <= len(self._all_properties):
                yield self._all_properties[index - 1]

    def coded_size(self, item: int) -> Size:
        """Return the size of an item in pixels, before it is cut and turned."""
        width, height = struct.unpack_from(">II", dict(self.properties(item))[b"ispe"], VERSION_BYTES)
        return width, height

    def decoded_pixels(self, item: int, depth: int = MAX_DEPTH) -> int:
        """Count the pixels that are decoded for an item, which are those of the items that it is composed of.

        Raises ValueError if these are composed of others again and again.
        """
        if item not in self._parts:
            return prod(self.coded_size(item))
        if item not in self._decoded_pixels:
            if depth == 0:
                raise ValueError(item)
            parts = self._parts[item].items()
            self._decoded_pixels[item] = sum(times * self.decoded_pixels(part, depth - 1) for part, times in parts)
        return self._decoded_pixels[item]

    @cached_property
    def _decoded_pixels(self) -> dict[int, int]:
        """Pixels of the items that were counted, of which each may be a part of many others."""
        return {}

    @cached_property
    def _meta(self) -> bytes:
        return content_of(self.image, b"meta")[VERSION_BYTES:]

    @cached_property
    def _all_properties(self) -> list[tuple[bytes, bytes]]:
        return list(boxes(content_of(self._meta, b"iprp", b"ipco")))

    @cached_property
    def _associations(self) -> dict[int, list[int]]:
        """Indices of the properties of each item, which count from 1."""
        found: dict[int, list[int]] = {}
        for kind, table in boxes(content_of(self._meta, b"iprp")):
            if kind == b"ipma":
                id_bytes, index_bytes = WIDE if table[0] else 2, 2 if table[3] & 1 else 1
                essential, reader = 1 << 8 * index_bytes - 1, Reader(table, VERSION_BYTES)
                for _ in range(min(reader.number(4), MAX_ITEMS)):
                    item = found.setdefault(reader.number(id_bytes), [])
                    item += [reader.number(index_bytes) & ~essential for _ in range(reader.number(1))]
        return found

    @cached_property
    def _parts(self) -> dict[int, Counter[int]]:
        """Items that an item is composed of, each with how often (references `dimg`)."""
        found: dict[int, Counter[int]] = {}
        references = 0
        table = next((content for kind, content in boxes(self._meta) if kind == b"iref"), b"")
        id_bytes = WIDE if table[:1] > b"\0" else 2
        for kind, content in boxes(table[VERSION_BYTES:]):
            if kind == b"dimg":
                reader = Reader(content)
                item, count = reader.number(id_bytes), reader.number(2)
                references += count
                if references > MAX_REFERENCES:
                    raise ValueError(references)
                found[item] = Counter(reader.number(id_bytes) for _ in range(count))
        return found
