"""How a result came about: with what, by which operations, and at what cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class PeakOf(StrEnum):
    """What a peak of memory is the peak of: the attempt, or everything that its process has done so far."""

    ATTEMPT = "attempt"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Usage:
    """What the work took: seconds on the wall's clock and of all threads on a CPU, and the process' resident bytes."""

    seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    peak_of: PeakOf


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a result was made of, with which versions, by what was really done, in this order.

    The hashes are those of the files, in hexadecimal. Nothing in it comes from the file's metadata.
    """

    source_sha256: str
    result_sha256: str
    software: Mapping[str, str]
    operations: tuple[str, ...]
    usage: Usage
