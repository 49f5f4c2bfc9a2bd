"""ICC profiles made by hand (ICC.1:2001), and what their colors are in sRGB, by arithmetic of our own."""

import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tests.reference import light

Floats = NDArray[np.float64]
D50 = np.array([0.9642, 1.0, 0.8249])
# sRGB's primaries and white, adapted to D50 (IEC 61966-2-1; the columns are those of every sRGB profile).
SRGB_TO_XYZ = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])
WIDE_TO_XYZ = np.array([[0.6097, 0.2053, 0.1492], [0.3111, 0.6257, 0.0632], [0.0195, 0.0609, 0.7446]])
WIDE_GAMMA = 563 / 256
# Display P3: red, green and blue of SMPTE EG 432-1 and the white D65, as x and y of CIE 1931.
P3_CHROMATICITIES = np.array([[0.680, 0.320], [0.265, 0.690], [0.150, 0.060]])
D65 = np.array([0.3127, 0.3290])
# Bradford's cone responses, in which ICC.1:2022, annex E, adapts colors from one white to another.
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
# The curve of sRGB (IEC 61966-2-1) as a parametric one of type 3: gamma, a, b, c, d (ICC.1:2022, 10.18).
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
# Cyan, magenta, yellow, black, each full or none, to lightness; a and b say how strongly the inks color.
INKS = np.array([[-26.0, -32.0], [46.0, -6.0], [-6.0, 54.0], [0.0, 0.0]])
DARKENING = np.array([22.0, 26.0, 6.0, 45.0])


def wide_gamut() -> bytes:
    """Return an RGB profile with the primaries of Adobe RGB (1998): three columns and a gamma."""
    columns = {name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), WIDE_TO_XYZ.T, strict=True)}
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(WIDE_GAMMA * 256)) + bytes(2)
    return _profile(b"RGB ", b"XYZ ", {**columns, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve})


def wide_to_srgb(colors: Floats) -> Floats:
    """Convert colors of the wide profile, 0 to 255, to sRGB."""
    return _xyz_to_srgb((colors / 255) ** WIDE_GAMMA @ WIDE_TO_XYZ.T)


def display_p3() -> bytes:
    """Return the RGB profile of most cameras and screens of today."""
    names = (b"rXYZ", b"gXYZ", b"bXYZ")
    columns = {name: _xyz(column) for name, column in zip(names, _p3_to_xyz().T, strict=True)}
    curve = b"para" + bytes(4) + struct.pack(">Hxx5i", 3, *(round(number * 65536) for number in SRGB_CURVE))
    return _profile(b"RGB ", b"XYZ ", {**columns, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}, "Display P3")


def display_p3_to_srgb(colors: Floats) -> Floats:
    """Convert colors of Display P3, 0 to 255, to sRGB; those outside of it are cut."""
    return _xyz_to_srgb(light(colors) @ _p3_to_xyz().T)


def _p3_to_xyz() -> Floats:
    """Return the matrix from light to XYZ under D50."""
    points = np.vstack([P3_CHROMATICITIES, D65])
    red_green_blue, white = np.split(np.column_stack([points, 1 - points.sum(axis=1)]) / points[:, 1:], [3])
    colors = red_green_blue.T * np.linalg.solve(red_green_blue.T, white[0])
    adaptation = np.linalg.inv(BRADFORD) @ np.diag(BRADFORD @ D50 / (BRADFORD @ white[0])) @ BRADFORD
    matrix: Floats = adaptation @ colors
    return matrix


def grey(gamma: float) -> bytes:
    """Return a grey profile: a white and a gamma."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    return _profile(b"GRAY", b"XYZ ", {b"kTRC": curve})


def grey_to_srgb(lightness: float, gamma: float) -> float:
    """Convert a grey of such a profile, 0 to 255, to sRGB."""
    return float(_xyz_to_srgb(D50 * (lightness / 255) ** gamma)[1])


def inks(description: str = "inks") -> bytes:
    """Return a CMYK profile: a table of Lab colors at the sixteen corners."""
    corners = np.array([ink_to_lab(np.array([n >> 3 & 1, n >> 2 & 1, n >> 1 & 1, n & 1])) for n in range(16)])
    table = np.round(np.column_stack([corners[:, 0] * 2.55, corners[:, 1:] + 128])).astype(np.uint8)
    identity = struct.pack(">9i", *(np.eye(3).ravel() * 65536).astype(int))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + bytes(range(256)) * 4 + table.tobytes()
    return _profile(b"CMYK", b"Lab ", {b"A2B0": lut + bytes(range(256)) * 3}, description)


def ink_to_lab(amounts: Floats) -> Floats:
    """Return the colors of amounts, 0 to 1, of the four inks, interpolated between the corners of the table."""
    return np.concatenate([100 - (amounts @ DARKENING)[..., None], amounts @ INKS], axis=-1)


def lab_to_srgb(lab: Floats) -> Floats:
    """Convert Lab colors (CIE 15) to sRGB, 0 to 255."""
    y = (lab[..., 0] + 16) / 116
    cubes = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    return _xyz_to_srgb(D50 * np.where(cubes > 6 / 29, cubes**3, (cubes - 4 / 29) * 3 * (6 / 29) ** 2))


def _xyz_to_srgb(xyz: Floats) -> Floats:
    linear = np.clip(xyz @ np.linalg.inv(SRGB_TO_XYZ).T, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def _profile(space: bytes, pcs: bytes, tags: Mapping[bytes, bytes], description: str = "made by hand") -> bytes:
    text = description.encode() + b"\0"
    tags = {
        **tags,
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": _xyz(D50),
    }
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    kind = b"prtr" if space == b"CMYK" else b"mntr"
    head = struct.pack(">I4sI4s4s4s12x4s28x", offset + len(body), b"none", 0x02400000, kind, space, pcs, b"acsp")
    return head + struct.pack(">3i", *(D50 * 65536).astype(int)) + bytes(48) + table + body


def _xyz(values: Floats) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *np.round(values * 65536).astype(int))
