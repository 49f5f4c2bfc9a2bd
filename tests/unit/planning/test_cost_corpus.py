"""Estimates are near what real pictures took, which `make bench-costs ARGS=--record` recorded."""

import pytest

from tools.benchmarks.costs.record import MEMORY_BOUND, RECORD, TIME_BOUND, Measured, is_within, read

MEASURED = read(RECORD)
JOBS = 84  # 21 pictures in four ways


def test_all_pictures_were_measured_in_all_ways() -> None:
    assert len({str(each) for each in MEASURED}) == JOBS


@pytest.mark.parametrize("measured", MEASURED, ids=str)
def test_memory_and_time_are_estimated(measured: Measured) -> None:
    assert is_within(measured.memory_ratio, MEMORY_BOUND)
    assert is_within(measured.time_ratio, TIME_BOUND)
