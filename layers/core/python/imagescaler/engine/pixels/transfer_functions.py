"""Transfer functions: light of a sample, relative to the white of paper (ITU-T H.273, table 3; BT.2100; BT.2408)."""

from collections.abc import Callable
from math import exp

from imagescaler.engine.pixels.linear_light import light, sample_of
from imagescaler.probe.color_encoding import ColorEncoding, Curve

SDR_WHITE = 203.0  # cd/m2 of the white of paper in PQ (BT.2408, 3.1)
PQ_PEAK = 1000.0  # cd/m2 that stay below white; most pictures are mastered for no more
HLG_WHITE = 0.75  # the sample of the white of paper in HLG
M1, M2, C1, C2, C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
HLG_A, HLG_B, HLG_C = 0.17883277, 0.28466892, 0.55991073


def light_of(encoding: ColorEncoding, sample: float) -> float:
    """Return the light of a sample, both 0 to 1; PQ and HLG are tone-mapped to SDR.

    >>> from imagescaler.probe.color_encoding import BT709
    >>> linear, hlg = ColorEncoding(BT709, 1.0), ColorEncoding(BT709, Curve.HLG)
    >>> light_of(linear, 0.5), round(light_of(hlg, 0.5), 2), round(light_of(hlg, 0.75), 2), round(light_of(hlg, 1), 6)
    (0.5, 0.31, 0.82, 1.0)
    """
    if bits := encoding.narrow_bits:
        unit = 2 ** (bits - 8)  # narrow range: 16 to 235 of 255, and the same with zeros behind for more bits
        sample = min(max((sample * (2**bits - 1) - 16 * unit) / (219 * unit), 0), 1)
    curve = encoding.curve
    return CURVES[curve](sample) if isinstance(curve, Curve) else float(sample**curve)


def to_srgb_table(encoding: ColorEncoding, size: int) -> list[int]:
    """Return the sample of sRGB, 0 to 255, for each of `size` samples, of the same primaries."""
    return [round(255 * sample_of(light_of(encoding, number / (size - 1)))) for number in range(size)]


def _bt709(sample: float) -> float:
    return sample / 4.5 if sample < 0.0812429 else ((sample + 0.0992968) / 1.0992968) ** (1 / 0.45)  # noqa: PLR2004


def _smpte240(sample: float) -> float:
    return sample / 4 if sample < 0.0912863 else ((sample + 0.1115722) / 1.1115722) ** (1 / 0.45)  # noqa: PLR2004


def _log(decades: float) -> Callable[[float], float]:
    return lambda sample: 10 ** ((sample - 1) * decades) if sample else 0.0


def _smpte428(sample: float) -> float:
    """Return light relative to white, 48 cd/m2 of a peak of 52.37."""
    return min(float(sample**2.6) * 52.37 / 48, 1.0)


def _pq(sample: float) -> float:
    return _tone_mapped(_nits_of_pq(sample), PQ_PEAK)


def _hlg(sample: float) -> float:
    """Show the light of the scene, as a display of 300 cd/m2 does: its system gamma is 1 (BT.2390, 6.2).

    So the channels are independent, as they are not with the gamma of 1.2 of brighter displays.
    """
    nits = SDR_WHITE / _scene_light(HLG_WHITE)
    return _tone_mapped(_scene_light(sample) * nits, nits)


def _scene_light(sample: float) -> float:
    return sample**2 / 3 if sample <= 0.5 else (exp((sample - HLG_C) / HLG_A) + HLG_B) / 12  # noqa: PLR2004


def _nits_of_pq(sample: float) -> float:
    power = sample ** (1 / M2)
    return float(10000 * (max(power - C1, 0) / (C2 - C3 * power)) ** (1 / M1))


def _pq_of_nits(nits: float) -> float:
    power = (nits / 10000) ** M1
    return float(((C1 + C2 * power) / (1 + C3 * power)) ** M2)


def _tone_mapped(nits: float, peak_nits: float) -> float:
    """Roll off what is near or above the white of paper, up to a peak that becomes white (BT.2390, 5.4: EETF)."""
    peak = _pq_of_nits(peak_nits)
    white, level = _pq_of_nits(SDR_WHITE) / peak, min(_pq_of_nits(nits) / peak, 1)
    knee = 1.5 * white - 0.5
    if level > knee:
        t = (level - knee) / (1 - knee)
        level = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * white
    return min(_nits_of_pq(level * peak) / SDR_WHITE, 1.0)


CURVES: dict[Curve, Callable[[float], float]] = {
    Curve.SRGB: light,
    Curve.BT709: _bt709,
    Curve.SMPTE240: _smpte240,
    Curve.LOG_100: _log(2),
    Curve.LOG_316: _log(2.5),
    Curve.SMPTE428: _smpte428,
    Curve.PQ: _pq,
    Curve.HLG: _hlg,
}
