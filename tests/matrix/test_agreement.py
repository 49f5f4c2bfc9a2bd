"""What is said of a file before it is decoded holds: sizes, how it lies, frames."""

from collections.abc import Iterator

import pytest

from tests.matrix.agreement import disagreements
from tests.matrix.all_files import cases
from tests.matrix.case import Case
from tests.matrix.known import DISAGREEING, fault_of

pytestmark = pytest.mark.slow


def parameters() -> Iterator[object]:
    """Give all cases; those that are known to fail are expected to."""
    for case in cases():
        fault = fault_of(case.name, DISAGREEING)
        marks = [pytest.mark.xfail(strict=True, reason=fault)] if fault else []
        yield pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", list(parameters()))
def test_probe_plan_and_decoder_agree(case: Case) -> None:
    assert disagreements(case) == []
