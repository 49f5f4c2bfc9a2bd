"""ICC profiles made by hand (ICC.1:2001), and what their colors are in sRGB, by arithmetic of our own."""

import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
D50 = np.array([0.9642, 1.0, 0.8249])
# sRGB's primaries and white, adapted to D50 (IEC 61966-2-1; the columns are those of every sRGB profile).
SRGB_TO_XYZ = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])
WIDE_TO_XYZ = np.array([[0.6097, 0.2053, 0.1492], [0.3111, 0.6257, 0.0632], [0.0195, 0.0609, 0.7446]])
WIDE_GAMMA = 563 / 256
# Cyan, magenta, yellow, black, each full or none, to lightness; a and b say how strongly the inks color.
INKS = np.array([[-18.0, -16.0], [24.0, -4.0], [-3.0, 30.0], [0.0, 0.0]])
DARKENING = np.array([18.0, 22.0, 6.0, 45.0])


def wide_gamut() -> bytes:
    """Give an RGB profile with the primaries of Adobe RGB (1998): three columns and a gamma."""
    columns = {name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), WIDE_TO_XYZ.T, strict=True)}
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(WIDE_GAMMA * 256)) + bytes(2)
    return _profile(b"RGB ", b"XYZ ", {**columns, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve})


def wide_to_srgb(colors: Floats) -> Floats:
    """Convert colors of the wide profile, 0 to 255, to sRGB."""
    return _xyz_to_srgb((colors / 255) ** WIDE_GAMMA @ WIDE_TO_XYZ.T)


def grey(gamma: float) -> bytes:
    """Give a grey profile: a white and a gamma."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    return _profile(b"GRAY", b"XYZ ", {b"kTRC": curve})


def grey_to_srgb(lightness: float, gamma: float) -> float:
    """Convert a grey of such a profile, 0 to 255, to sRGB."""
    return float(_xyz_to_srgb(D50 * (lightness / 255) ** gamma)[1])


def inks(description: str = "inks") -> bytes:
    """Give a CMYK profile: a table of Lab colors at the sixteen corners."""
    corners = np.array([ink_to_lab(np.array([n >> 3 & 1, n >> 2 & 1, n >> 1 & 1, n & 1])) for n in range(16)])
    table = np.round(np.column_stack([corners[:, 0] * 2.55, corners[:, 1:] + 128])).astype(np.uint8)
    identity = struct.pack(">9i", *(np.eye(3).ravel() * 65536).astype(int))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + bytes(range(256)) * 4 + table.tobytes()
    return _profile(b"CMYK", b"Lab ", {b"A2B0": lut + bytes(range(256)) * 3}, description)


def ink_to_lab(amounts: Floats) -> Floats:
    """Give the color of a corner: each of the inks 0 or 1."""
    return np.concatenate([[100 - amounts @ DARKENING], amounts @ INKS])


def lab_to_srgb(lab: Floats) -> Floats:
    """Convert a Lab color (CIE 15) to sRGB, 0 to 255."""
    y = (lab[0] + 16) / 116
    cubes = np.array([y + lab[1] / 500, y, y - lab[2] / 200])
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
