"""Measures the time and memory that a piece of work takes."""

import re
import resource
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from imagescaler.domain.task.receipt import PeakOf, Usage

RESET, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
RESET_PEAK = "5"  # proc_pid_clear_refs(5): resets the peak to the current resident size
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)  # proc_pid_status(5)
KIB = 1024


@dataclass(frozen=True, slots=True)
class Meter:
    """Measures the whole process, so other threads count as well."""

    peak_of: PeakOf
    _wall_s: float = field(default_factory=time.perf_counter)
    _cpu_s: float = field(default_factory=time.process_time)

    @classmethod
    def start(cls) -> Self:
        """Start measuring. If the kernel cannot reset the memory peak, it is that of the whole process."""
        try:
            RESET.write_text(RESET_PEAK)
        except OSError:
            return cls(PeakOf.PROCESS)
        return cls(PeakOf.ATTEMPT)

    def read(self) -> Usage:
        """Return the usage since the start."""
        seconds, cpu_seconds = time.perf_counter() - self._wall_s, time.process_time() - self._cpu_s
        return Usage(round(seconds, 4), round(cpu_seconds, 4), self._peak_bytes(), self.peak_of)

    def _peak_bytes(self) -> int:
        if self.peak_of is PeakOf.ATTEMPT and (found := PEAK.search(STATUS.read_text())):
            return int(found[1]) * KIB
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB
