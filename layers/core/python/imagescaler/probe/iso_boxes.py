"""The boxes of which an AVIF is made (ISO/IEC 14496-12, section 4.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

Data = TypeVar("Data", bytes, memoryview)
HEAD_BYTES, VERSION_BYTES = 8, 4
# Real files have some tens of boxes in a row.
MAX_BOXES = 1000


@dataclass(frozen=True, slots=True)
class Field:
    """A number in a box that has versions: where it stands and how many bytes it has, in version 0 and in version 1.

    >>> duration = Field((2, 3), (1, 2))
    >>> duration.read(bytes([0, 0, 7])), duration.read(bytes([1, 0, 0, 2, 7])), duration.largest(bytes([1]))
    (7, 519, 65535)
    """

    places: tuple[int, int]
    sizes: tuple[int, int] = (4, 8)

    def read(self, box: bytes | memoryview) -> int:
        """Read it; raises IndexError where the box ends before."""
        place = self._place(box)
        if len(box) < place.stop:
            raise IndexError(place.stop)
        return int.from_bytes(box[place])

    def write(self, box: memoryview, number: int) -> None:
        """Write it, in place; raises OverflowError for one that is too large."""
        place = self._place(box)
        box[place] = number.to_bytes(place.stop - place.start)

    def largest(self, box: bytes | memoryview) -> int:
        """Give the largest number that it can be; of a duration it says that there is no end."""
        return (1 << 8 * self.sizes[box[0] > 0]) - 1

    def _place(self, box: bytes | memoryview) -> slice:
        at, size = self.places[box[0] > 0], self.sizes[box[0] > 0]
        return slice(at, at + size)


def content_of(data: Data, *path: bytes) -> Data:
    """Give what is in a box that is in boxes; raises LookupError where one is missing."""
    for wanted in path:
        data = next((content for kind, content in boxes(data) if kind == wanted), data[:0])
        if not data:
            raise LookupError(wanted)
    return data


def boxes(data: Data) -> Iterator[tuple[bytes, Data]]:
    """Go through the boxes in a row: a length of all, a kind, and the content; the last may reach to the end.

    Of a view the contents are views, too, into which may be written.
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
