"""What a function may take for a task, and the refusal of what would take more."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

from imagescaler.domain.errors import TooExpensive
from imagescaler.planning.cost.header import Header
from imagescaler.planning.cost.model import BY_PILLOW, fitted_model
from imagescaler.planning.cost.output import Output

MIB, MB = 1024**2, 1_000_000
# The rest is for store and database.
SHARE_OF_TIME = 0.9


@dataclass(frozen=True, slots=True)
class CostSettings:
    """`CPU_FACTOR` is the time that this machine takes for a second's work of the one that the model was measured on.

    `MEMORY_FACTOR` is the same for bytes, where another allocator makes more or less of them.

    >>> CostSettings(cpu_factor=0)
    Traceback (most recent call last):
    ValueError: cpu_factor must be above 0
    """

    cpu_factor: float = 1.0
    memory_factor: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                message = f"{field.name} must be above 0"
                raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes of memory, and seconds of processor."""

    memory_bytes: int
    seconds: float
    settings: CostSettings = CostSettings()

    @classmethod
    def of(cls, memory_mib: int, remaining_s: float, settings: CostSettings) -> Self:
        """Give that of a function with so much memory, which has so many seconds until it is killed."""
        return cls(memory_mib * MIB, remaining_s * SHARE_OF_TIME, settings)

    def admit(self, header: Header, outputs: Sequence[Output] = (), *, resampler: str = BY_PILLOW) -> None:
        """Refuse what would take too much; without results, what would take too much for any. Raises TooExpensive."""
        cost = fitted_model().predict(header, outputs, resampler=resampler)
        memory_bytes, seconds = cost.memory_bytes * self.settings.memory_factor, cost.seconds * self.settings.cpu_factor
        if memory_bytes > self.memory_bytes or seconds > self.seconds:
            raise TooExpensive(
                f"It would take about {memory_bytes / MB:,.0f} MB of memory and {seconds:,.1f} s of processor; "
                f"the limits are {self.memory_bytes / MB:,.0f} MB and {self.seconds:,.1f} s."
            )
