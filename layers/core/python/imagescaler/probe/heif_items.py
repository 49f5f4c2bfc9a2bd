"""The items of a HEIF file: pictures, and those that are composed of other items (ISO/IEC 23008-12, 6)."""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from math import prod

from imagescaler.domain.geometry.turn import Size
from imagescaler.probe import hevc_pictures
from imagescaler.probe.av1_frames import FrameCounter
from imagescaler.probe.coded_units import UnitLimit
from imagescaler.probe.iso_boxes import VERSION_BYTES, boxes, content_of

MAX_ITEMS = 100_000  # real files have some hundreds at most, the tiles of a grid
MAX_REFERENCES = 100_000
MAX_EXTENTS = 100_000  # pieces of all items; real files have one of each
MAX_DEPTH = 8  # of items that are composed of others
MOST_SHARED = 2  # times that all data may be longer than the file, of which parts may belong to two items
IN_ITEM_DATA = 1  # the method by which data in the box `idat` is found
# Auxiliary pictures that are decoded with an item, others being depths and gain maps (23008-12, 6.5.8, annex B).
ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")
Extents = tuple[tuple[int, int, int], ...]  # method, begin and end of each
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
    """The items of a file, from its `meta` box; all raise LookupError, ValueError or struct.error for damaged boxes."""

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
        """Return the size of an item in pixels, before it is cut and turned; raises ValueError if it has several."""
        [ispe] = [content for kind, content in self.properties(item) if kind == b"ispe"]
        width, height = struct.unpack_from(">II", ispe, VERSION_BYTES)
        return width, height

    def decoded_pixels(self, item: int, *, with_alpha: bool = True, depth: int = MAX_DEPTH) -> int:
        """Count the pixels that are decoded for an item: of all frames in its data, and of items it is composed of.

        Raises ValueError if items are composed of others again and again, or of too much data, IndexError if the data
        is damaged.
        """
        key = item, with_alpha
        if key not in self._decoded_pixels:
            if depth == 0:
                raise ValueError(item)
            count = partial(self.decoded_pixels, with_alpha=with_alpha, depth=depth - 1)
            parts, pixels = self._parts.get(item), self._coded_pixels(item)
            if parts is None:
                pixels = max(pixels, prod(self.coded_size(item)))
            else:
                pixels += sum(times * count(part) for part, times in parts.items())
            alphas = self._auxiliaries.get(item, ()) if with_alpha else ()
            self._decoded_pixels[key] = pixels + sum(count(each) for each in alphas if self._is_alpha(each))
        return self._decoded_pixels[key]

    def _is_alpha(self, item: int) -> bool:
        kinds = (content[VERSION_BYTES:] for kind, content in self.properties(item) if kind == b"auxC")
        return any(kind.startswith(ALPHA) for kind in kinds)

    def data(self, item: int) -> memoryview:
        """Return the data of an item (14496-12, 8.11.3), as far as the file has it; raises ValueError for too much."""
        extents = [self._source(method)[start:end] for method, start, end in self._extents.get(item, ())]
        return extents[0] if len(extents) == 1 else memoryview(b"".join(extents))

    def _coded_pixels(self, item: int) -> int:
        """Count the pixels of the frames in an item's data."""
        pixels = 0
        for kind, configuration in self.properties(item):
            key = kind, configuration, self._extents.get(item, ())
            if kind in {b"av1C", b"hvcC"} and key not in self._coded:
                data = self.data(item)
                self._coded[key] = (
                    FrameCounter(self._limit).pixels(data)
                    if kind == b"av1C"
                    else hevc_pictures.coded_pixels(configuration, data, self._limit)
                )
            pixels = max(pixels, self._coded.get(key, 0))
        return pixels

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
    def _decoded_pixels(self) -> dict[tuple[int, bool], int]:
        """Pixels of the items that were counted, of which each may be a part of many others."""
        return {}

    @cached_property
    def _coded(self) -> dict[tuple[bytes, bytes, Extents], int]:
        """Pixels of the data that was counted, which may be that of many items."""
        return {}

    @cached_property
    def _limit(self) -> UnitLimit:
        return UnitLimit()

    @cached_property
    def _parts(self) -> dict[int, Counter[int]]:
        """Items that an item is composed of, each with how often."""
        found: dict[int, Counter[int]] = {}
        for item, parts in self._references(b"dimg"):
            found.setdefault(item, Counter()).update(parts)
        return found

    @cached_property
    def _auxiliaries(self) -> dict[int, list[int]]:
        """Auxiliary items of each item."""
        found: dict[int, list[int]] = {}
        for auxiliary, items in self._references(b"auxl"):
            for item in items:
                found.setdefault(item, []).append(auxiliary)
        return found

    def _references(self, wanted: bytes) -> Iterator[tuple[int, list[int]]]:
        """Yield each item that refers to others in a way, and these (14496-12, 8.11.12)."""
        references = 0
        table = next((content for kind, content in boxes(self._meta) if kind == b"iref"), b"")
        id_bytes = WIDE if table[:1] > b"\0" else 2
        for kind, content in boxes(table[VERSION_BYTES:]):
            if kind == wanted:
                reader = Reader(content)
                item, count = reader.number(id_bytes), reader.number(2)
                references += count
                if references > MAX_REFERENCES:
                    raise ValueError(references)
                yield item, [reader.number(id_bytes) for _ in range(count)]

    @cached_property
    def _extents(self) -> dict[int, Extents]:
        """Where the data of each item is, as far as the file has it; raises ValueError for more than there can be."""
        found: dict[int, Extents] = {}
        total = 0
        table = next((content for kind, content in boxes(self._meta) if kind == b"iloc"), bytes(8))
        version, reader = table[0], Reader(table, VERSION_BYTES)
        sizes = reader.number(2)
        offset_bytes, length_bytes, base_bytes, index_bytes = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
        id_bytes = WIDE if version > 1 else 2
        for _ in range(reader.number(id_bytes)):
            item = reader.number(id_bytes)
            method = reader.number(2) & 15 if version else 0
            reader.number(2)
            base, count = reader.number(base_bytes), reader.number(2)
            total += 1 + count
            if total > MAX_EXTENTS:
                raise ValueError(total)
            extents = []
            for _ in range(count):
                reader.number(index_bytes if version else 0)
                start, length = base + reader.number(offset_bytes), reader.number(length_bytes)
                end = min(start + length if length else len(self.image), len(self._source(method)))
                extents.append((method, start, max(end, start)))
            if item in found:
                raise ValueError(item)
            found[item] = tuple(extents)
        lengths = {extents: sum(end - start for _, start, end in extents) for extents in found.values()}
        if max(lengths.values(), default=0) > len(self.image) or sum(lengths.values()) > MOST_SHARED * len(self.image):
            message = "the items have more data than the file"
            raise ValueError(message)
        return found

    def _source(self, method: int) -> memoryview:
        """Return what extents are parts of, empty for what decoders do not read."""
        return {0: memoryview(self.image), IN_ITEM_DATA: self._item_data}.get(method, memoryview(b""))

    @cached_property
    def _item_data(self) -> memoryview:
        return memoryview(next((content for kind, content in boxes(self._meta) if kind == b"idat"), b""))
