"""What a function may take for a task, and the refusal of what would take more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from imagescaler.admission.header import Header
from imagescaler.admission.model import BY_PILLOW, fitted_model
from imagescaler.admission.output import Output
from imagescaler.errors import TooExpensive

MIB, MB = 1024**2, 1_000_000
# For store and database, and because no prediction is exact.
RESERVE_S = 3.0


@dataclass(frozen=True, slots=True)
class AdmissionSettings:
    """`CPU_FACTOR` is the time that this machine takes for a second's work of the one that the model was measured on.

    >>> AdmissionSettings(0)
    Traceback (most recent call last):
    ValueError: cpu_factor must be above 0
    """

    cpu_factor: float = 1.0

    def __post_init__(self) -> None:
        if self.cpu_factor <= 0:
            message = "cpu_factor must be above 0"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Bytes of memory, and seconds of processor; `cpu_factor` is the setting's."""

    memory_bytes: int
    seconds: float
    cpu_factor: float = 1.0

    @classmethod
    def of(cls, memory_mib: int, remaining_s: float, settings: AdmissionSettings) -> Self:
        """Give that of a function with so much memory, which has so many seconds until it is killed."""
        return cls(memory_mib * MIB, max(remaining_s - RESERVE_S, 0), settings.cpu_factor)

    def admit(self, header: Header, outputs: Sequence[Output] = (), *, resampler: str = BY_PILLOW) -> None:
        """Refuse what would take too much; without results, what would take too much for any. Raises TooExpensive."""
        cost = fitted_model().predict(header, outputs, resampler=resampler)
        seconds = cost.seconds * self.cpu_factor
        if cost.memory_bytes > self.memory_bytes or seconds > self.seconds:
            raise TooExpensive(
                f"It would take about {cost.memory_bytes / MB:,.0f} MB of memory and {seconds:,.1f} s of processor; "
                f"the limits are {self.memory_bytes / MB:,.0f} MB and {self.seconds:,.1f} s."
            )
