"""What work takes of its process is measured, and not what came before."""

import time
from pathlib import Path

import pytest

from imagescaler.domain.task.receipt import PeakOf
from imagescaler.runtime import meter
from imagescaler.runtime.meter import Meter

MEGABYTE = 1_000_000


def test_the_peak_is_that_of_the_work_and_not_of_what_came_before() -> None:
    def use(size_bytes: int) -> int:
        measured = Meter.start()
        bytearray(size_bytes)
        usage = measured.read()
        assert usage.peak_of is PeakOf.ATTEMPT
        return usage.peak_memory_bytes

    idle, large, again = use(0), use(300 * MEGABYTE), use(0)
    assert 295 * MEGABYTE < large - idle < 350 * MEGABYTE
    assert again < large - 200 * MEGABYTE


def test_time_asleep_is_time_but_not_the_processor_s() -> None:
    measured = Meter.start()
    time.sleep(0.2)
    usage = measured.read()
    assert usage.seconds >= 0.2
    assert 0 <= usage.cpu_seconds < usage.seconds


@pytest.mark.parametrize("file", ["not-there/clear_refs", "."])
def test_where_the_peak_cannot_start_anew_it_is_that_of_the_process(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meter, "RESET", tmp_path / file)
    usage = Meter.start().read()
    assert usage.peak_of is PeakOf.PROCESS
    assert usage.peak_memory_bytes > 20 * MEGABYTE
