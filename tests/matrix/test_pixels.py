"""Every file comes out right, or is refused with a sentence that says what it is; none comes out wrong."""

from collections.abc import Iterator

import pytest

from tests.matrix.all_files import cases
from tests.matrix.case import Case
from tests.matrix.known import KNOWN, fault_of
from tests.matrix.verdicts import Verdict, judge

pytestmark = pytest.mark.slow


def parameters() -> Iterator[object]:
    """Give all cases; those that are known to fail are expected to."""
    for case in cases():
        fault = fault_of(case.name, KNOWN)
        marks = [pytest.mark.xfail(strict=True, reason=fault)] if fault else []
        yield pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", list(parameters()))
def test_comes_out_right_or_is_refused_for_what_it_is(case: Case) -> None:
    verdict, why = judge(case)
    assert verdict in {Verdict.RIGHT, Verdict.REFUSED}, why
