"""Makes ICC profiles of three primaries and a power, or of grey (ICC.1:2001, version 2)."""

import struct

import numpy as np

from tests.matrix.pictures import D50, to_xyz


def matrix_profile(chromaticities: tuple[float, ...] | None, exponent: float) -> bytes:
    """Make a profile of a white and three primaries (xy each), or of grey (None), whose light is a power of samples."""
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 9) + b"a matrix\0" + bytes(78),
        b"wtpt": _xyz(D50),
        b"cprt": b"text" + bytes(4) + b"none\0",
    }
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(256 * exponent))
    if chromaticities is None:
        tags[b"kTRC"] = curve
    else:
        columns = to_xyz(chromaticities).T
        for name, column in zip((b"r", b"g", b"b"), columns, strict=True):
            tags[name + b"XYZ"] = _xyz(column)
            tags[name + b"TRC"] = curve
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", tag, at + len(body), len(content))
        body += padded
    size = at + len(body)
    space = b"GRAY" if chromaticities is None else b"RGB "
    header = struct.pack(">I4sI4s4s4s12x4s", size, bytes(4), 0x02400000, b"mntr", space, b"XYZ ", b"acsp")
    header += bytes(28) + struct.pack(">3i", *(round(each * 65536) for each in D50))
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _xyz(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(each * 65536) for each in values))
