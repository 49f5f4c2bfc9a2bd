"""ICC profiles: of files, and made of what files state instead, so that all colors are converted in one way.

Those that are made have version 2.4 (ICC.1:2001-04), which every reader has.
"""

import struct
from collections.abc import Mapping, Sequence
from io import BytesIO

from PIL import ImageCms

from imagescaler.engine.pixels.transfer_functions import light_of
from imagescaler.probe.color_encoding import Chromaticities, ColorEncoding

Matrix = Sequence[Sequence[float]]  # rows

# The modes to which a profile for a color space can be applied; F is 16-bit grey.
SPACES = {"RGB ": {"RGB", "RGBA"}, "CMYK": {"CMYK"}, "GRAY": {"L", "LA", "F"}}
D50 = (0.9642, 1.0, 0.8249)
BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
SAMPLES = 4 * 255 + 1  # of a curve: every sample of eight bits is one of them
HEADER_BYTES, ENTRY_BYTES = 128, 12
VERSION = 0x02400000


def opened_profile(profile: bytes | None, mode: str) -> ImageCms.ImageCmsProfile | None:
    """Open a profile; None if there is none, or it is damaged or made for another mode."""
    try:
        opened = ImageCms.getOpenProfile(BytesIO(profile or b""))
        return opened if mode in SPACES.get(opened.profile.xcolor_space, set()) else None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def profile_of(encoding: ColorEncoding, *, is_grey: bool) -> bytes:
    """Return a profile of three primaries and a curve, or of the curve alone for grey."""
    light = curve_of(encoding)
    if is_grey:
        return described_profile(encoding.name, {b"kTRC": light}, b"GRAY")
    columns = zip(*to_d50(encoding.primaries), strict=True)
    tags = {name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)}
    return described_profile(encoding.name, tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), light))


def curve_of(encoding: ColorEncoding) -> bytes:
    """Return the content of a tag for the curve of an encoding."""
    curve = (round(65535 * light_of(encoding, number / (SAMPLES - 1))) for number in range(SAMPLES))
    return struct.pack(f">4s4xI{SAMPLES}H", b"curv", SAMPLES, *curve)


def described_profile(description: str, tags: Mapping[bytes, bytes], space: bytes = b"RGB ") -> bytes:
    """Return a profile of tags, with a description, a license and the white of D50."""
    name = description.encode("ascii", "replace")
    described = [
        (b"desc", b"desc" + bytes(4) + struct.pack(">I", len(name) + 1) + name + bytes(1 + 78)),
        (b"cprt", b"text" + bytes(4) + b"CC0\0"),
        (b"wtpt", _xyz(D50)),
    ]
    return _file(space, [*described, *tags.items()])


def _file(space: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    """Return header, table and contents; equal contents of tags are stored once."""
    places, body = dict[bytes, int](), b""
    start = HEADER_BYTES + 4 + ENTRY_BYTES * len(tags)
    for _, content in tags:
        if content not in places:
            places[content] = start + len(body)
            body += content + bytes(-len(content) % 4)
    table = b"".join(struct.pack(">4sII", name, places[content], len(content)) for name, content in tags)
    head = struct.pack(">I4xI4s4s4s12x4s", start + len(body), VERSION, b"mntr", space, b"XYZ ", b"acsp")
    head += bytes(28) + _fixed(D50)
    return head.ljust(HEADER_BYTES, b"\0") + struct.pack(">I", len(tags)) + table + body


def _xyz(color: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(color)


def _fixed(color: Sequence[float]) -> bytes:
    return struct.pack(">3i", *(round(65536 * each) for each in color))


def to_d50(chromaticities: Chromaticities) -> Matrix:
    """Return the matrix from linear RGB to XYZ, adapted from the white of the encoding to D50 by Bradford."""
    white, *primaries = [(x, y, 1 - x - y) for x, y in zip(chromaticities[::2], chromaticities[1::2], strict=True)]
    column = [(each / white[1],) for each in white]
    unscaled = list(zip(*primaries, strict=True))
    to_xyz = _product(unscaled, _diagonal(_product(_inverse(unscaled), column)))  # white is the sum of the primaries
    here, there = _product(BRADFORD, column), _product(BRADFORD, [(each,) for each in D50])
    ratios = [(after / before,) for (after,), (before,) in zip(there, here, strict=True)]
    return _product(_product(_inverse(BRADFORD), _product(_diagonal(ratios), BRADFORD)), to_xyz)


def _product(one: Matrix, other: Matrix) -> Matrix:
    columns = list(zip(*other, strict=True))
    return [[sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in one]


def _diagonal(column: Matrix) -> Matrix:
    return [[value if row == place else 0.0 for place in range(3)] for row, (value,) in enumerate(column)]


def _inverse(matrix: Matrix) -> Matrix:
    """Return the inverse of 3 x 3 numbers by their cofactors."""

    def cofactor(row: int, column: int) -> float:
        (a, b), (c, d) = ([matrix[(row + i) % 3][(column + j) % 3] for j in (1, 2)] for i in (1, 2))
        return a * d - b * c

    determinant = sum(matrix[0][column] * cofactor(0, column) for column in range(3))
    return [[cofactor(row, column) / determinant for row in range(3)] for column in range(3)]
