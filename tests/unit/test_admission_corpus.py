"""What is predicted is within a factor of 1.5 of what real pictures took.

What they took, and what their headers say, was recorded by `make bench-costs ARGS=--record`, so that a change of the
model or of its coefficients shows here, on any machine.
"""

from operator import attrgetter

import pytest

from imagescaler.planning.cost.model import fitted_model
from tools.benchmarks.costs.judging import WAYS, Verdict, within
from tools.benchmarks.costs.measured import RECORD, read

VERDICTS = [Verdict.of(fitted_model(), each, cpu_factor=1) for each in read(RECORD)]
PICTURES = 21


def test_all_pictures_were_measured_in_all_ways() -> None:
    assert len({each.job for each in VERDICTS}) == PICTURES * len(WAYS)


@pytest.mark.parametrize("verdict", VERDICTS, ids=attrgetter("job"))
def test_memory_is_predicted(verdict: Verdict) -> None:
    assert within(verdict.memory_ratio)


@pytest.mark.parametrize("verdict", VERDICTS, ids=attrgetter("job"))
def test_seconds_are_predicted(verdict: Verdict) -> None:
    assert within(verdict.time_ratio)
