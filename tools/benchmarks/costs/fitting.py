"""From measurements to coefficients: least squares of logarithms, so that half counts as much as the double."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from imagescaler.planning.cost.stages import KNOWN
from tools.benchmarks.costs.measured import Measured

Amounts = Sequence[Mapping[str, float]]
Floats = NDArray[np.float64]
# What clocks and allocators add to any measurement, so that small ones do not outweigh the others.
NOISE_S, NOISE_BYTES = 0.002, 2_000_000
# A start for the search, seconds and bytes for a pixel; what ends as so small a part of it is nothing.
START_S, START_BYTES = 5e-9, 4.0
NOTHING = 1e-4
# A prediction that is too low weighs a quarter more than one that is too high: it admits what is killed.
TOO_LITTLE = 1.25


def fit(measured: Sequence[Measured]) -> dict[str, Any]:
    """Fit the model."""
    process_bytes = round(float(np.median([each.process_bytes for each in measured])))
    return {"process_bytes": process_bytes, "bytes": _bytes(measured, process_bytes), "seconds": _seconds(measured)}


def _seconds(measured: Sequence[Measured]) -> dict[str, float]:
    work = [{name: amount for part in each.work for name, amount in part.items()} for each in measured]
    names = sorted({name for each in work for name in each})
    matrix, taken = _matrix(work, names), np.array([each.cpu_s for each in measured])
    return _solved(names, lambda each: matrix @ each, taken, NOISE_S, START_S)


def _bytes(measured: Sequence[Measured], process_bytes: int) -> dict[str, float]:
    """Fit such that the largest stage of each is as measured."""
    each_stages = [each.stages for each in measured]
    stages = [stage for each in each_stages for stage in each]
    begins = np.cumsum([0, *(len(each) for each in each_stages)])[:-1]
    names = sorted({name for stage in stages for name in stage} - {KNOWN})
    matrix, known = _matrix(stages, names), np.array([stage[KNOWN] for stage in stages])
    taken = np.array([each.peak_bytes - process_bytes for each in measured])
    return _solved(
        names, lambda each: np.maximum.reduceat(known + matrix @ each, begins), taken, NOISE_BYTES, START_BYTES
    )


def _matrix(rows: Amounts, names: Sequence[str]) -> Floats:
    return np.array([[row.get(name, 0.0) for name in names] for row in rows])


def _solved(
    names: Sequence[str], predict: Callable[[Floats], Floats], taken: Floats, noise: float, start: float
) -> dict[str, float]:
    """Search the coefficients from a first guess for all; each is a factor of that guess, and none is below nothing."""

    def residuals(factors: Floats) -> Floats:
        errors = np.log((predict(factors * start) + noise) / (np.maximum(taken, 0) + noise))
        return np.where(errors < 0, TOO_LITTLE * errors, errors)

    found = least_squares(residuals, np.ones(len(names)), bounds=(0, np.inf), x_scale="jac", loss="soft_l1")
    factors = np.where(found.x < NOTHING, 0, found.x)
    return {name: float(f"{factor * start:.4g}") for name, factor in zip(names, factors, strict=True)}
