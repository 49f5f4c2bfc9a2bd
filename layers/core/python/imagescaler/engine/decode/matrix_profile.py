"""ICC profiles of primaries and curves, or of a curve for grey (ICC.1:2022, 8.3), where eight bits may be too few."""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from imagescaler.engine.decode.icc_profile import curve_of, described_profile, opened_profile, to_d50
from imagescaler.engine.pixels.linear_light import sample_of
from imagescaler.probe.color_encoding import BT709, NAMELESS, SRGB

VALUES = 2**16
COLORANTS, CURVES = (b"rXYZ", b"gXYZ", b"bXYZ"), (b"rTRC", b"gTRC", b"bTRC")
GREY_CURVES = (b"kTRC",)
CONNECTION, XYZ_SPACE = slice(20, 24), b"XYZ "  # a curve for grey may also lead to L* (8.3.4)
LUTS = (b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"D2B1", b"D2B2")  # which littleCMS prefers
TAGS, ENTRY, HEAD = 128, struct.Struct(">4sII"), 12
MAX_TAGS = 200
XYZ, TOLERANCE = struct.Struct(">8x3i"), 0.005  # profiles are rounded differently
Curve = Callable[[float], float]
Table = Sequence[int]
# By the type of a parametric curve (10.18): the number of its parameters.
PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}


@dataclass(frozen=True, slots=True)
class MatrixProfile:
    """The description, the contents of the tags of the primaries, none for grey, and those of the curves."""

    description: str
    colorants: Mapping[bytes, bytes]
    curves: tuple[bytes, ...]

    @classmethod
    def of(cls, profile: bytes | None, *, is_grey: bool = False) -> "MatrixProfile | None":
        """Read a profile for RGB, or for grey; None if there is none, or it is of another kind or damaged."""
        opened = opened_profile(profile, "L" if is_grey else "RGB")
        colorants, curves = ((), GREY_CURVES) if is_grey else (COLORANTS, CURVES)
        if opened is None or profile is None:
            return None
        try:
            (count,) = struct.unpack_from(">I", profile, TAGS)
            entries = [ENTRY.unpack_from(profile, TAGS + 4 + ENTRY.size * at) for at in range(min(count, MAX_TAGS))]
            tags = {name: profile[start : start + size] for name, start, size in entries}
            if any(name in tags for name in LUTS) or (is_grey and profile[CONNECTION] != XYZ_SPACE):
                return None
            made = cls(
                str(opened.profile.profile_description or NAMELESS),
                {name: tags[name] for name in colorants},
                tuple(tags[name] for name in curves),
            )
            for curve in made.curves:
                _curve(curve)(0.5)
            for colorant in made.colorants.values():
                XYZ.unpack_from(colorant)
        except (struct.error, LookupError, ArithmeticError, TypeError, ValueError):
            return None
        return made

    @property
    def is_srgb(self) -> bool:
        """True if samples of 8 bits are those of sRGB, or next to them."""
        primaries = [[each / 65536 for each in XYZ.unpack_from(self.colorants[name])] for name in COLORANTS]
        exact = zip(*to_d50(BT709), strict=True)
        distances = [
            abs(a - b) for one, other in zip(primaries, exact, strict=True) for a, b in zip(one, other, strict=True)
        ]
        curves = map(_curve, set(self.curves))
        return max(distances) < TOLERANCE and all(
            abs(_level(curve, value / 255) - value) <= 1 for curve in curves for value in range(256)
        )

    def tables(self) -> tuple[Table, ...] | None:
        """Return for each color the sample of sRGB, 0 to 255, for each of 2^16 samples; None if they are the same."""
        made = {curve: _table(_curve(curve)) for curve in set(self.curves)}
        identity = list(range(256))
        is_same = all(table[:: VALUES // 255] == identity for table in made.values())
        return None if is_same else tuple(made[curve] for curve in self.curves)

    def with_curve_of_srgb(self) -> bytes:
        """Return a profile of the same primaries with the curve of sRGB."""
        curves, space = (CURVES, b"RGB ") if self.colorants else (GREY_CURVES, b"GRAY")
        tags = dict(self.colorants) | dict.fromkeys(curves, curve_of(SRGB))
        return described_profile(f"{self.description} with another curve", tags, space)


def _table(curve: Curve) -> list[int]:
    return [_level(curve, value / (VALUES - 1)) for value in range(VALUES)]


def _level(curve: Curve, sample: float) -> int:
    return round(255 * sample_of(min(max(curve(sample), 0), 1)))


def _curve(content: bytes) -> Curve:
    """Return a curve (10.6 and 10.18); raises struct.error, LookupError or ValueError."""
    if content.startswith(b"para"):
        (kind,) = struct.unpack_from(">H", content, 8)
        fixed = struct.unpack_from(f">{PARAMETERS[kind]}i", content, HEAD)
        return _parametric(kind, [each / 65536 for each in fixed])
    if not content.startswith(b"curv"):
        raise ValueError(content[:4])
    (count,) = struct.unpack_from(">I", content, 8)
    if count == 0:
        return lambda sample: sample
    values = struct.unpack_from(f">{count}H", content, HEAD)
    if count == 1:
        return _power(values[0] / 256)
    last = count - 1

    def interpolated(sample: float) -> float:
        at = min(int(sample * last), last - 1)
        part = sample * last - at
        return float((values[at] * (1 - part) + values[at + 1] * part) / 65535)

    return interpolated


def _power(exponent: float) -> Curve:
    return lambda sample: float(sample**exponent)


def _parametric(kind: int, parameters: list[float]) -> Curve:
    g, a, b, c, d, e, f = (*parameters, *[0.0] * 7)[:7]
    if kind == 0:
        return _power(g)
    if kind in {1, 2}:  # the constant is added to both parts
        limit, constant = -b / a, c
        return lambda sample: constant + (float((a * sample + b) ** g) if sample >= limit else 0)
    return lambda sample: float(max(a * sample + b, 0) ** g) + e if sample >= d else c * sample + f
