"""The receipt of a result: software, operations and resources used."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class PeakOf(StrEnum):
    """Period of a memory peak: the attempt, or the whole life of its process."""

    ATTEMPT = "attempt"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Usage:
    """Resources of one attempt: wall-clock seconds, CPU seconds of all threads, peak resident memory in bytes."""

    seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    peak_of: PeakOf


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a result was made: the versions of the software, and the operations applied, in order.

    The hashes are those of the files, in hexadecimal. `warnings` are sentences for the client about what a result lacks
    or could do better. `score` is that of a result whose quality was searched. Nothing in a receipt comes from the
    file's metadata.
    """

    source_sha256: str
    result_sha256: str
    software: Mapping[str, str]
    operations: tuple[str, ...]
    usage: Usage
    warnings: tuple[str, ...] = ()
    score: float | None = None
