"""ISO base media file format: files made of boxes, such as AVIF (ISO/IEC 14496-12, 4.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

Data = TypeVar("Data", bytes, memoryview)
HEAD_BYTES, VERSION_BYTES = 8, 4
MAX_BOXES = 1000  # in a row; real files have some tens
MAX_BRANDS_BYTES = 256  # real files have some brands of four bytes


@dataclass(frozen=True, slots=True)
class Field:
    """A number in a box that has versions: its place and its size in bytes, in version 0 and in version 1.

    >>> duration = Field((2, 3), (1, 2))
    >>> duration.read(bytes([0, 0, 7])), duration.read(bytes([1, 0, 0, 2, 7])), duration.largest(bytes([1]))
    (7, 519, 65535)
    """

    places: tuple[int, int]
    sizes: tuple[int, int] = (4, 8)

    def read(self, box: bytes | memoryview) -> int:
        """Read the number; raises IndexError if the box is too short."""
        place = self._place(box)
        if len(box) < place.stop:
            raise IndexError(place.stop)
        return int.from_bytes(box[place])

    def write(self, box: memoryview, number: int) -> None:
        """Write the number in place; raises OverflowError if it is too large."""
        place = self._place(box)
        box[place] = number.to_bytes(place.stop - place.start)

    def largest(self, box: bytes | memoryview) -> int:
        """Return the largest possible number; as a duration it means forever."""
        return (1 << 8 * self.sizes[box[0] > 0]) - 1

    def _place(self, box: bytes | memoryview) -> slice:
        at, size = self.places[box[0] > 0], self.sizes[box[0] > 0]
        return slice(at, at + size)


def brands_of(image: bytes) -> set[bytes]:
    """Return the major and the compatible brands of a file (4.3)."""
    end = min(int.from_bytes(image[:4]), MAX_BRANDS_BYTES)
    return {image[at : at + 4] for at in (HEAD_BYTES, *range(16, end, 4))}


def content_of(data: Data, *path: bytes) -> Data:
    """Return the content of a box inside boxes; raises LookupError if one is missing."""
    for wanted in path:
        data = next((content for kind, content in boxes(data) if kind == wanted), data[:0])
        if not data:
            raise LookupError(wanted)
    return data


def boxes(data: Data) -> Iterator[tuple[bytes, Data]]:
    """Yield type and content of each box in a row. The last box may reach to the end of the data (length 0).

    The contents of a memoryview are memoryviews, so that boxes can be changed in place.
    """
    at = 0
    for _ in range(MAX_BOXES):
        if len(data) - at < HEAD_BYTES:
            return
        length, head = int.from_bytes(data[at : at + 4]), HEAD_BYTES
        if length == 1:
            length, head = int.from_bytes(data[at + HEAD_BYTES : at + 2 * HEAD_BYTES]), 2 * HEAD_BYTES
        end = len(data) if length == 0 else at + length
        if end < at + head:
            return
        yield bytes(data[at + 4 : at + HEAD_BYTES]), data[at + head : end]
        at = end
