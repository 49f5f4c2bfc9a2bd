"""ICC profiles: of files, and made of what files state instead, so that all colors are converted in one way.

Those that are made have version 2.4 (ICC.1:2001-04), which every reader has.
"""

import struct
from io import BytesIO

from PIL import ImageCms

from imagescaler.engine.pixels.transfer_functions import light_of
from imagescaler.probe.color_encoding import Chromaticities, ColorEncoding

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]  # rows

# The modes to which a profile for a color space can be applied; F is 16-bit grey.
SPACES = {"RGB ": {"RGB", "RGBA"}, "CMYK": {"CMYK"}, "GRAY": {"L", "LA", "F"}}
D50: Vector = (0.9642, 1.0, 0.8249)
BRADFORD: Matrix = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
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
    curve = (round(65535 * light_of(encoding, number / (SAMPLES - 1))) for number in range(SAMPLES))
    light = struct.pack(f">4s4xI{SAMPLES}H", b"curv", SAMPLES, *curve)
    name = encoding.name.encode()
    tags = [
        (b"desc", b"desc" + bytes(4) + struct.pack(">I", len(name) + 1) + name + bytes(1 + 78)),
        (b"cprt", b"text" + bytes(4) + b"CC0\0"),
        (b"wtpt", _xyz(D50)),
    ]
    if is_grey:
        tags.append((b"kTRC", light))
    else:
        columns = zip(*_to_d50(encoding.primaries), strict=True)
        tags += [(name, _xyz(column)) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)]
        tags += [(name, light) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return _file(b"GRAY" if is_grey else b"RGB ", tags)


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


def _xyz(color: Vector) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(color)


def _fixed(color: Vector) -> bytes:
    return struct.pack(">3i", *(round(65536 * each) for each in color))


def _to_d50(chromaticities: Chromaticities) -> Matrix:
    """Return the matrix from linear RGB to XYZ, adapted from the white of the encoding to D50 by Bradford."""
    xyz = [(x, y, 1 - x - y) for x, y in zip(chromaticities[::2], chromaticities[1::2], strict=True)]
    white: Vector = (xyz[0][0] / xyz[0][1], 1.0, xyz[0][2] / xyz[0][1])
    primaries: Matrix = (xyz[1], xyz[2], xyz[3])
    # Columns of primaries, of which white is the sum
    sums = _applied(_inverse(_transposed(primaries)), white)
    scaled = _transposed((_times(primaries[0], sums[0]), _times(primaries[1], sums[1]), _times(primaries[2], sums[2])))
    ratios = [there / here for there, here in zip(_applied(BRADFORD, D50), _applied(BRADFORD, white), strict=True)]
    adapted = (_times(BRADFORD[0], ratios[0]), _times(BRADFORD[1], ratios[1]), _times(BRADFORD[2], ratios[2]))
    return _product(_inverse(BRADFORD), _product(adapted, scaled))


def _times(vector: Vector, factor: float) -> Vector:
    return vector[0] * factor, vector[1] * factor, vector[2] * factor


def _dot(one: Vector, other: Vector) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def _cross(one: Vector, other: Vector) -> Vector:
    return (
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )


def _applied(matrix: Matrix, vector: Vector) -> Vector:
    return _dot(matrix[0], vector), _dot(matrix[1], vector), _dot(matrix[2], vector)


def _transposed(matrix: Matrix) -> Matrix:
    first, second, third = matrix
    return (first[0], second[0], third[0]), (first[1], second[1], third[1]), (first[2], second[2], third[2])


def _product(one: Matrix, other: Matrix) -> Matrix:
    columns = _transposed(other)
    return _transposed((_applied(one, columns[0]), _applied(one, columns[1]), _applied(one, columns[2])))


def _inverse(matrix: Matrix) -> Matrix:
    first, second, third = matrix
    factor = 1 / _dot(first, _cross(second, third))
    columns = _cross(second, third), _cross(third, first), _cross(first, second)
    return _transposed((_times(columns[0], factor), _times(columns[1], factor), _times(columns[2], factor)))
