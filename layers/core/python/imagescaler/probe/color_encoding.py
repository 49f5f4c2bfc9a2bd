"""Colors that a file states by numbers in place of an ICC profile (ITU-T H.273)."""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import isclose
from typing import Final, Self

# x and y of white, red, green and blue, in the order of a PNG's cHRM.
Chromaticities = tuple[float, float, float, float, float, float, float, float]

D65, ILLUMINANT_C = (0.3127, 0.3290), (0.310, 0.316)
BT709: Final[Chromaticities] = (*D65, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060)
SMPTE170: Final[Chromaticities] = (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070)
# By the code of H.273, table 2.
PRIMARIES: Final[dict[int, tuple[str, Chromaticities]]] = {
    1: ("BT.709", BT709),
    4: ("BT.470 M", (*ILLUMINANT_C, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08)),
    5: ("BT.470 BG", (*D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06)),
    6: ("SMPTE 170M", SMPTE170),
    7: ("SMPTE 170M", SMPTE170),  # SMPTE 240M has the same
    8: ("film", (*ILLUMINANT_C, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049)),
    9: ("BT.2020", (*D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046)),
    10: ("XYZ", (1 / 3, 1 / 3, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0)),
    11: ("DCI-P3", (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)),
    12: ("Display P3", (*D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)),
    22: ("EBU 3213", (*D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077)),
}
NAMELESS = "RGB"
TOLERANCE = 0.002  # writers round chromaticities differently
SRGB_POWERS = (2.17, 2.23)  # gAMA by which writers mean sRGB


class Curve(StrEnum):
    """Transfer functions that are no power; the values are their names."""

    SRGB = "sRGB"
    BT709 = "BT.709"
    SMPTE240 = "SMPTE 240M"
    LOG_100 = "log 100:1"
    LOG_316 = "log 316:1"
    SMPTE428 = "SMPTE 428"
    PQ = "PQ"
    HLG = "HLG"


# By the code of H.273, table 3; a number is the power by which samples become light.
CURVES: Final[dict[int, Curve | float]] = {
    **dict.fromkeys((1, 6, 11, 12, 14, 15), Curve.BT709),
    4: 2.2,
    5: 2.8,
    7: Curve.SMPTE240,
    8: 1.0,
    9: Curve.LOG_100,
    10: Curve.LOG_316,
    13: Curve.SRGB,
    16: Curve.PQ,
    17: Curve.SMPTE428,
    18: Curve.HLG,
}


@dataclass(frozen=True, slots=True)
class ColorEncoding:
    """Primaries and white, and the curve or the power by which samples become light.

    `narrow_bits` are the bits of samples that have the narrow range of video (H.273, 8.3), 0 for the full range.
    """

    primaries: Chromaticities
    curve: Curve | float
    narrow_bits: int = 0

    @property
    def with_curve_of_srgb(self) -> Self:
        """Encoding of the same primaries, with the curve of sRGB and the full range."""
        return replace(self, curve=Curve.SRGB, narrow_bits=0)

    @property
    def name(self) -> str:
        """Name for receipts and profiles, such as `Display P3` and `BT.2020 PQ`; the curve of sRGB is not named."""
        if self == SRGB:
            return "sRGB"
        parts = [next((name for name, known in PRIMARIES.values() if known == self.primaries), NAMELESS)]
        if self.curve != Curve.SRGB:
            parts.append(self.curve if isinstance(self.curve, Curve) else f"gamma {self.curve:.4g}")
        return " ".join([*parts, "of narrow range"] if self.narrow_bits else parts)


SRGB: Final = ColorEncoding(BT709, Curve.SRGB)


@dataclass(frozen=True, slots=True)
class ColorSignals:
    """Colors as a file states them: one encoding that precedes an ICC profile, and one that counts without a profile.

    Each is None if the file does not have it.
    """

    before_profile: ColorEncoding | None = None
    without_profile: ColorEncoding | None = None


def of_code_points(primaries: int, transfer: int, narrow_bits: int = 0) -> ColorEncoding | None:
    """Return the encoding of two codes; None if both are unspecified or unknown. One that is counts as that of sRGB.

    >>> of_code_points(12, 13).name, of_code_points(9, 16).name, of_code_points(2, 2)
    ('Display P3', 'BT.2020 PQ', None)
    """
    if primaries not in PRIMARIES and transfer not in CURVES:
        return None
    _, chromaticities = PRIMARIES.get(primaries, ("", BT709))
    return ColorEncoding(chromaticities, CURVES.get(transfer, Curve.SRGB), narrow_bits)


def of_power(power: float, chromaticities: Chromaticities | None) -> ColorEncoding:
    """Return the encoding of a power, with the primaries of sRGB if none are given or no colors can have them.

    >>> of_power(2.2, None) == SRGB, of_power(1.0, None).name
    (True, 'BT.709 gamma 1')
    """
    known = BT709 if chromaticities is None or not _encloses_white(chromaticities) else _named(chromaticities)
    is_srgb = known == BT709 and SRGB_POWERS[0] < power < SRGB_POWERS[1]
    return SRGB if is_srgb else ColorEncoding(known, power)


def _named(chromaticities: Chromaticities) -> Chromaticities:
    def is_near(known: Chromaticities) -> bool:
        return all(isclose(a, b, abs_tol=TOLERANCE) for a, b in zip(chromaticities, known, strict=True))

    return next((known for _, known in PRIMARIES.values() if is_near(known)), chromaticities)


def _encloses_white(chromaticities: Chromaticities) -> bool:
    """True if white is inside the triangle of the primaries, and that is no line."""
    white, *corners = zip(chromaticities[::2], chromaticities[1::2], strict=True)
    red, green, blue = corners
    areas = [_doubled_area(white, *side) for side in ((red, green), (green, blue), (blue, red))]
    return white[1] > TOLERANCE and (min(areas) > TOLERANCE or max(areas) < -TOLERANCE)


def _doubled_area(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
