"""Damage in a PNG that costs no pixel: ancillary chunks that are broken (PNG, third edition, 5.3 and 13)."""

import re
import zlib
from collections.abc import Iterator

from imagescaler.probe.png_chunks import END, SIGNATURE

KIND = re.compile(rb"(?=[A-Za-z]{2}[A-Z][A-Za-z])")
# Chunks of one length (11.3), and of one length for each type of color in the header.
LENGTHS = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4, b"pHYs": 9, b"tIME": 7, b"acTL": 8, b"fcTL": 26}
TRANSPARENT, TRANSPARENT_LENGTHS, COLOR_TYPE = b"tRNS", {0: 2, 2: 6}, 25
MAX_CHUNKS, MAX_KINDS = 100_000, 1_000  # that are read, and that are tried behind a wrong length
ANCILLARY, FRAME_DATA = 0x20, b"fdAT"  # the pixels of an animation, without which it is cut off


def without_broken_chunks(image: bytes) -> bytes:
    """Return the file without ancillary chunks whose checksum or length is wrong; the same file if there are none.

    Behind a wrong length the next chunk is the next whose checksum fits.
    """
    kept, size = list[slice](), 0
    for part, is_kept in _parts(image):
        size = part.stop
        kept += [part] if is_kept else []
    rest = slice(size, len(image))
    is_whole = sum(part.stop - part.start for part in (*kept, rest)) == len(image)
    return image if is_whole else b"".join(image[part] for part in (*kept, rest))


def _parts(image: bytes) -> Iterator[tuple[slice, bool]]:
    """Yield the places of signature and chunks, and whether each is kept."""
    at, kind = len(SIGNATURE), b""
    yield slice(0, at), True
    for _ in range(MAX_CHUNKS):
        if kind == END or at + 12 > len(image):
            return
        length, kind = int.from_bytes(image[at : at + 4]), image[at + 4 : at + 8]
        end = at + 12 + length
        if not kind[0] & ANCILLARY or kind == FRAME_DATA:
            yield slice(at, end), True
        elif _fits(image, at):
            least = TRANSPARENT_LENGTHS.get(image[COLOR_TYPE]) if kind == TRANSPARENT else LENGTHS.get(kind)
            yield slice(at, end), least in {None, length}
        else:
            end = end if _begins(image, end) else _next(image, at)
            yield slice(at, end), False
        at = end


def _fits(image: bytes, at: int) -> bool:
    """True if a chunk is whole and has the right checksum."""
    end = at + 8 + int.from_bytes(image[at : at + 4])
    view = memoryview(image)
    return end + 4 <= len(image) and zlib.crc32(view[at + 4 : end]) == int.from_bytes(view[end : end + 4])


def _begins(image: bytes, at: int) -> bool:
    """True if a chunk may begin here: its type is four letters, and it does not reach beyond the file."""
    return bool(KIND.match(image, at + 4)) and at + 12 + int.from_bytes(image[at : at + 4]) <= len(image)


def _next(image: bytes, at: int) -> int:
    """Return the place of the next chunk whose checksum fits; raises ValueError if it is too far away."""
    left = len(image)  # of bytes to sum up
    for _, found in zip(range(MAX_KINDS), KIND.finditer(image, at + 8), strict=False):
        place = found.start() - 4
        if _begins(image, place):
            left -= int.from_bytes(image[place : place + 4])
            if left >= 0 and _fits(image, place):
                return place
    message = "no chunk follows"
    raise ValueError(message)
