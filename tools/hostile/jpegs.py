"""JPEGs whose segments are false, repeated or missing (ITU-T T.81)."""

import struct
from functools import partial

from tests.pictures import encoded, segment
from tools.hostile.case import COMPLETED, CORRUPT, FAILED_CORRUPT, FAILED_STRANGE, SCANS, Table, images
from tools.hostile.files import END, PICTURE, arithmetic, hidden_scans, in_pieces, padded, scan_bomb

START, FRAME, TABLES, CODES, SCAN = b"\xff\xd8", b"\xff\xc0", b"\xff\xdb", b"\xff\xc4", b"\xff\xda"
HONEST = encoded(PICTURE, "JPEG")


def starting(marker: bytes) -> int:
    """Find a segment."""
    return HONEST.index(marker)


def patched(marker: bytes, offset: int, replacement: bytes) -> bytes:
    """Replace bytes of a segment; `offset` counts from its marker."""
    at = starting(marker) + offset
    return HONEST[:at] + replacement + HONEST[at + len(replacement) :]


def without(marker: bytes) -> bytes:
    """Drop all segments of a kind."""
    data = HONEST
    while (at := data.find(marker)) >= 0:
        data = data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4]) :]
    return data


def before(marker: bytes, inserted: bytes) -> bytes:
    """Put something before a segment."""
    at = starting(marker)
    return HONEST[:at] + inserted + HONEST[at:]


def in_data(inserted: bytes) -> bytes:
    """Put something into the middle of the entropy-coded data."""
    at = (starting(SCAN) + len(HONEST)) // 2
    return HONEST[:at] + inserted + HONEST[at:]


def two_frames(width: int, height: int) -> bytes:
    """Put a second frame header, of another size, before the scan."""
    at = starting(FRAME)
    frame = HONEST[at : at + 19]
    return before(SCAN, frame[:5] + struct.pack(">HH", height, width) + frame[9:])


def components(count: int) -> bytes:
    """Claim so many components, each with a table of its own."""
    each = b"".join(bytes([number % 256, 0x11, 0]) for number in range(count))
    frame = segment(0xC0, b"\x08" + struct.pack(">HHB", 32, 48, count) + each)
    at = starting(FRAME)
    return HONEST[:at] + frame + HONEST[at + 19 :]


def cmyk() -> bytes:
    """Return a JPEG of four components without a marker for their color space."""
    data = encoded(PICTURE.convert("CMYK"), "JPEG")
    at = data.index(b"\xff\xee")
    return data[:at] + data[at + 16 :]


FRAMES: Table = {
    "frame of no width": (CORRUPT, partial(patched, FRAME, 7, b"\0\0")),
    "frame of no height": (CORRUPT, partial(patched, FRAME, 5, b"\0\0")),
    "frame of 12 bits": (FAILED_STRANGE, partial(patched, FRAME, 4, b"\x0c")),
    "frame of 0 bits": (FAILED_CORRUPT, partial(patched, FRAME, 4, b"\0")),
    "frame of no components": (FAILED_CORRUPT, partial(components, 0)),
    "frame of five components": (FAILED_STRANGE, partial(components, 5)),
    "frame of 255 components": (FAILED_STRANGE, partial(components, 255)),
    "frame of components all alike": (FAILED_CORRUPT, partial(patched, FRAME, 10, b"\1\x11\0\1\x11\0\1\x11\0")),
    "frame with no sampling": (FAILED_CORRUPT, partial(patched, FRAME, 11, b"\0")),
    "frame with sampling of 15 x 15": (FAILED_CORRUPT, partial(patched, FRAME, 11, b"\xff")),
    "frame with sampling of 4 x 4": (FAILED_CORRUPT, partial(patched, FRAME, 11, b"\x44")),
    "frame with a table that is not there": (FAILED_CORRUPT, partial(patched, FRAME, 12, b"\3")),
    "frame with table 255": (FAILED_CORRUPT, partial(patched, FRAME, 12, b"\xff")),
    "frame shorter than its components": (FAILED_CORRUPT, partial(patched, FRAME, 2, b"\0\x09")),
    "frame of no length": (CORRUPT, partial(patched, FRAME, 2, b"\0\0")),
    "frame longer than the file": (FAILED_CORRUPT, partial(patched, FRAME, 2, b"\xff\xff")),
    "frame said to be progressive": (FAILED_CORRUPT, partial(patched, FRAME, 0, b"\xff\xc2")),
    "frame said to be lossless": (FAILED_STRANGE, partial(patched, FRAME, 0, b"\xff\xc3")),
    "frame said to be hierarchical": (FAILED_STRANGE, partial(patched, FRAME, 0, b"\xff\xc5")),
    "frame said to be arithmetic": (FAILED_STRANGE, partial(patched, FRAME, 0, b"\xff\xc9")),
    "frame said to be JPEG-LS": (FAILED_STRANGE, partial(patched, FRAME, 0, b"\xff\xf7")),
    "no frame": (CORRUPT, partial(without, FRAME)),
    "second frame of another size": (FAILED_CORRUPT, partial(two_frames, 640, 480)),
    "second frame of 4 GP": (SCANS, partial(two_frames, 65_535, 65_535)),
}
SEGMENTS: Table = {
    "no quantization tables": (FAILED_CORRUPT, partial(without, TABLES)),
    "no Huffman tables": (COMPLETED, partial(without, CODES)),
    "quantization by zero": (COMPLETED, partial(patched, TABLES, 5, bytes(64))),
    "quantization table 15": (FAILED_CORRUPT, partial(patched, TABLES, 4, b"\x0f")),
    "quantization table of 7 bits": (FAILED_CORRUPT, partial(patched, TABLES, 4, b"\x70")),
    "Huffman codes beyond the last": (FAILED_CORRUPT, partial(patched, CODES, 5, b"\xff" * 16)),
    "Huffman table of no codes": (FAILED_CORRUPT, partial(patched, CODES, 5, bytes(16))),
    "Huffman table 255": (FAILED_CORRUPT, partial(patched, CODES, 4, b"\xff")),
    "scan of no components": (FAILED_CORRUPT, partial(patched, SCAN, 4, b"\0")),
    "scan of 255 components": (FAILED_CORRUPT, partial(patched, SCAN, 4, b"\xff")),
    "scan of strange components": (FAILED_CORRUPT, partial(patched, SCAN, 5, b"\x63")),
    "scan before the frame": (CORRUPT, partial(before, FRAME, HONEST[starting(SCAN) :][:14])),
    "segment of length 0": (COMPLETED, partial(before, FRAME, b"\xff\xe5\0\0")),
    "segment of length 1": (COMPLETED, partial(before, FRAME, b"\xff\xe5\0\1")),
    "segment longer than the file": (CORRUPT, partial(before, TABLES, b"\xff\xe5\xff\xff")),
    "number of lines after the scan": (COMPLETED, partial(before, END, segment(0xDC, b"\xff\xff"))),
    "end at once": (COMPLETED, lambda: START + END + HONEST[2:]),
    "start twice": (COMPLETED, lambda: START + HONEST),
    "restart interval of one": (COMPLETED, partial(before, SCAN, segment(0xDD, b"\0\1"))),
    "restart interval of no length": (FAILED_CORRUPT, partial(before, SCAN, segment(0xDD, b""))),
    "color transform 255": (COMPLETED, partial(before, FRAME, segment(0xEE, b"Adobe\0\x64\0\0\0\0\xff"))),
    "four components without a word": (COMPLETED, cmyk),
    "density of 0": (COMPLETED, partial(patched, b"\xff\xe0", 11, bytes(5))),
    "thumbnail larger than its segment": (COMPLETED, partial(patched, b"\xff\xe0", 16, b"\xff\xff")),
    "data of zeros": (COMPLETED, lambda: HONEST[: starting(SCAN) + 14] + bytes(1000) + END),
    "no data": (COMPLETED, lambda: HONEST[: starting(SCAN) + 14] + END),
}
FLOODS: Table = {
    "101 scans": (SCANS, partial(scan_bomb, 101)),
    "2,000 scans": (SCANS, partial(scan_bomb, 2_000)),
    "20,000 scans": (SCANS, partial(scan_bomb, 20_000)),
    "200 scans behind a reserved marker": (SCANS, partial(hidden_scans, 200)),
    "100 arithmetic-coded scans of 100 MP": (FAILED_STRANGE, partial(arithmetic, 10_000, 100)),
    "100,001 empty segments": (FAILED_CORRUPT, partial(in_pieces, 100_001)),
    "1,000,000 empty segments": (CORRUPT, partial(in_pieces, 1_000_000)),
    "100,001 fill bytes": (COMPLETED, partial(padded, 100_001)),
    "4,000,000 fill bytes": (COMPLETED, partial(padded, 4_000_000)),
    "1,000,000 restarts in the data": (COMPLETED, partial(in_data, b"\xff\xd0" * 1_000_000)),
    "3,000,000 fill bytes in the data": (FAILED_CORRUPT, partial(in_data, b"\xff" * 3_000_000)),
    "2,000,000 stuffed bytes in the data": (COMPLETED, partial(in_data, b"\xff\0" * 1_000_000)),
    "1,000,000 reserved markers in the data": (COMPLETED, partial(in_data, b"\xff\x01" * 1_000_000)),
    "50,000 Huffman tables": (COMPLETED, partial(before, SCAN, HONEST[starting(CODES) :][:33] * 50_000)),
    "60 comments of 64 KB": (COMPLETED, partial(before, FRAME, segment(0xFE, bytes(65_533)) * 60)),
    "5,000 empty comments in the header": (COMPLETED, partial(before, FRAME, segment(0xFE, b"") * 5_000)),
    "nothing but starts": (CORRUPT, lambda: START * 1_000_000),
    "nothing but fill bytes": (CORRUPT, lambda: START + b"\xff" * 3_000_000),
}
CASES = [
    *images("JPEG frames", FRAMES),
    *images("JPEG segments", SEGMENTS),
    *images("JPEG floods", FLOODS),
]
