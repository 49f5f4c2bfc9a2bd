"""The numbers that the files of the matrix are made of: no two rows, columns or channels alike."""

import numpy as np

from tests.matrix.case import Pixels, Samples

HEIGHT, WIDTH = 29, 37  # no multiples of a tile, a strip or a byte

# Linear light of a colour space to XYZ of D50, by Bradford (the matrices of IEC 61966-2-1, SMPTE EG 432-1, BT.2020).
SRGB_XY = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
P3_XY = (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
BT2020_XY = (0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046)
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
D50 = np.array([0.9642, 1.0, 0.8249])


def samples(channels: int, bits: int, seed: int = 1) -> Samples:
    """Give random samples (H, W, channels) over a gradient, from 0 to the largest; all corners of the range occur."""
    most = 2**bits - 1
    rng = np.random.default_rng([seed, channels, bits])
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    slopes = rng.uniform(0.2, 1, (2, channels))
    gradient = (rows[..., None] / HEIGHT * slopes[0] + columns[..., None] / WIDTH * slopes[1]) / slopes.sum(axis=0)
    noisy = np.clip(gradient + rng.normal(0, 0.1, gradient.shape), 0, 1)
    noisy[0, :channels], noisy[1, :channels] = np.eye(channels), 1 - np.eye(channels)
    kind = np.uint8 if bits <= 8 else np.uint16 if bits <= 16 else np.uint32
    made: Samples = np.rint(noisy * most).astype(kind)
    return made


def smooth(channels: int, seed: int = 1) -> Pixels:
    """Give smooth samples (H, W, channels) of eight bits, which codecs that lose something keep nearly."""
    rng = np.random.default_rng([seed, channels])
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    phases, pace = rng.uniform(0, 6, (2, channels)), rng.uniform(0.05, 0.12, (2, channels))
    waves = np.sin(rows[..., None] * pace[0] + phases[0]) + np.sin(columns[..., None] * pace[1] + phases[1])
    made: Pixels = np.rint(127.5 + 60 * waves).astype(np.uint8)
    return made


def to_light(encoded: Samples) -> Samples:
    """Undo the curve of sRGB (IEC 61966-2-1), of values from 0 to 1."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def from_light(light: Samples) -> Samples:
    """Apply the curve of sRGB; what is outside is clipped."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def to_xyz(chromaticities: tuple[float, ...]) -> Samples:
    """Give the matrix from linear light to XYZ, adapted to D50, of a white and three primaries (xy each)."""
    xy = np.array(chromaticities).reshape(4, 2)
    xyz = np.array([[x / y, 1, (1 - x - y) / y] for x, y in xy])
    white, primaries = xyz[0], xyz[1:].T
    matrix = primaries * np.linalg.solve(primaries, white)
    cones = np.diag((BRADFORD @ D50) / (BRADFORD @ white))
    adapted: Samples = np.linalg.inv(BRADFORD) @ cones @ BRADFORD @ matrix
    return adapted


def to_srgb(light: Samples, chromaticities: tuple[float, ...]) -> Samples:
    """Convert linear light (H, W, 3) of some primaries to sRGB, 0 to 255; colours beyond sRGB are clipped."""
    matrix = np.linalg.inv(to_xyz(SRGB_XY)) @ to_xyz(chromaticities)
    return 255 * from_light(light @ matrix.T)


def inside_srgb(light: Samples, chromaticities: tuple[float, ...]) -> Samples:
    """Draw colours towards grey until sRGB has them, so that nothing is clipped, which is done in several ways."""
    most = 0.7 if chromaticities == P3_XY else 0.4 if chromaticities == BT2020_XY else 1.0
    grey: Samples = light.mean(axis=-1, keepdims=True)
    return grey + (light - grey) * most


def lab_to_srgb(lab: Samples) -> Samples:
    """Convert L*a*b* of D50 (L from 0 to 100) to sRGB, 0 to 255."""
    y = (lab[..., 0] + 16) / 116
    parts = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    xyz = D50 * np.where(parts > 6 / 29, parts**3, 3 * (6 / 29) ** 2 * (parts - 4 / 29))
    srgb: Samples = 255 * from_light(xyz @ np.linalg.inv(to_xyz(SRGB_XY)).T)
    return srgb


def cmyk_to_rgb(inks: Samples) -> Samples:
    """Convert inks (H, W, 4) from 0 to 255 to RGB without a profile: what each and black let through, multiplied."""
    rgb: Samples = (255 - inks[..., :3]) * (255 - inks[..., 3:]) / 255
    return rgb


def ycbcr_to_rgb(ycbcr: Samples, red: float = 0.299, blue: float = 0.114) -> Samples:
    """Convert full-range YCbCr to RGB, 0 to 255; the coefficients are those of BT.601 (ITU-T T.871)."""
    y, cb, cr = ycbcr[..., 0], ycbcr[..., 1] - 128, ycbcr[..., 2] - 128
    r, b = y + 2 * (1 - red) * cr, y + 2 * (1 - blue) * cb
    return np.clip(np.stack([r, (y - red * r - blue * b) / (1 - red - blue), b], axis=-1), 0, 255)


def rgb_to_ycbcr(rgb: Samples, red: float = 0.299, blue: float = 0.114) -> Samples:
    """Convert RGB to full-range YCbCr, not rounded."""
    y = rgb @ np.array([red, 1 - red - blue, blue])
    cb, cr = (rgb[..., 2] - y) / (2 * (1 - blue)), (rgb[..., 0] - y) / (2 * (1 - red))
    return np.stack([y, cb + 128, cr + 128], axis=-1)
