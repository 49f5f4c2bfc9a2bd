"""The memory and time that a function has for a task, and the refusal of what would take more."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

from imagescaler.domain.errors import TooExpensive
from imagescaler.planning.cost.estimate import PlannedOutput, estimate
from imagescaler.planning.source_traits import SourceTraits

MIB, MB = 1024**2, 1_000_000
SHARE_OF_TIME = 0.9  # the rest is for store and database


@dataclass(frozen=True, slots=True)
class CostSettings:
    """`CPU_FACTOR`: time on this machine divided by that on the reference machine. `MEMORY_FACTOR`: likewise, bytes."""

    cpu_factor: float = 1.0
    memory_factor: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                message = f"{field.name} must be above 0"
                raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes of memory and seconds of processor time."""

    memory_bytes: int
    seconds: float
    settings: CostSettings = CostSettings()

    @classmethod
    def of(cls, memory_mib: int, remaining_s: float, settings: CostSettings) -> Self:
        """Return the budget of a function with this memory that is killed after `remaining_s`."""
        return cls(memory_mib * MIB, remaining_s * SHARE_OF_TIME, settings)

    def admit(self, traits: SourceTraits, outputs: Sequence[PlannedOutput] = ()) -> None:
        """Raise TooExpensive if these results, or decoding alone where none are given, would exceed the budget."""
        cost, settings = estimate(traits, outputs), self.settings
        memory_bytes, seconds = cost.memory_bytes * settings.memory_factor, cost.seconds * settings.cpu_factor
        if memory_bytes > self.memory_bytes or seconds > self.seconds:
            raise TooExpensive(
                f"It would take about {memory_bytes / MB:,.0f} MB of memory and {seconds:,.1f} s of processor; "
                f"the limits are {self.memory_bytes / MB:,.0f} MB and {self.seconds:,.1f} s."
            )
