"""What jobs took, as it was measured, beside what the model estimates for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from imagescaler.domain.geometry.plan import plan
from imagescaler.domain.limits import MEGA, Limits
from imagescaler.planning.cost.estimate import Cost, estimate
from imagescaler.planning.preview import Preview
from imagescaler.planning.source_traits import SourceTraits
from imagescaler.web.requests.scaling_request import ScalingRequest

RECORD = Path(__file__).parent / "corpus.json"
LIMITS = Limits(max_source_pixels=200 * MEGA, max_large_decoder_pixels=200 * MEGA, max_target_pixels=200 * MEGA)
MEMORY_BOUND, TIME_BOUND = 1.5, 3.0


def is_within(ratio: float, bound: float) -> bool:
    """Return whether an estimate is off by no more than the factor `bound`, either way."""
    return 1 / bound <= ratio <= bound


@dataclass(frozen=True, slots=True)
class Measured:
    """What one job took; `fields` are options of the API, `cpu_s` is in seconds of the reference machine."""

    source: str
    traits: SourceTraits
    orientation: int
    fields: dict[str, Any]
    peak_bytes: int
    cpu_s: float

    def __str__(self) -> str:
        return " ".join([self.source, *(f"{name}={value}" for name, value in self.fields.items())])

    @property
    def memory_ratio(self) -> float:
        """Estimated over measured bytes."""
        return self._cost().memory_bytes / self.peak_bytes

    @property
    def time_ratio(self) -> float:
        """Estimated over measured seconds."""
        return self._cost().seconds / self.cpu_s

    @property
    def is_within_bounds(self) -> bool:
        """True if memory and time are both estimated as well as promised."""
        return is_within(self.memory_ratio, MEMORY_BOUND) and is_within(self.time_ratio, TIME_BOUND)

    def _cost(self) -> Cost:
        traits, options = self.traits, ScalingRequest.model_validate(self.fields).options
        planned = plan(traits.stored, options, LIMITS, orientation=self.orientation)
        assert traits.format
        frames = traits.frames if options.keeps_frames(traits.format) else 1
        return estimate(traits, [Preview(traits, options, planned, options.format, frames)])


ONE, MANY = TypeAdapter(Measured), TypeAdapter(Sequence[Measured])


def read(path: Path) -> Sequence[Measured]:
    """Read what `write` wrote."""
    return MANY.validate_json(path.read_bytes())


def write(path: Path, measured: Sequence[Measured]) -> None:
    """Write one line for each job."""
    lines = ",\n".join(ONE.dump_json(each, exclude_defaults=True).decode() for each in measured)
    path.write_text(f"[\n{lines}\n]\n")


def report(measured: Sequence[Measured]) -> str:
    """Return a line for each job, and for memory and time how many are within the bound, and the extremes."""
    lines = [f"{each!s:80} memory {each.memory_ratio:5.2f}   time {each.time_ratio:5.2f}" for each in measured]
    for what, bound in (("memory", MEMORY_BOUND), ("time", TIME_BOUND)):
        ratios = [getattr(each, f"{what}_ratio") for each in measured]
        within = sum(is_within(ratio, bound) for ratio in ratios)
        extremes = f"{min(ratios):.2f} to {max(ratios):.2f}"
        lines.append(f"{what}: {within} of {len(ratios)} within a factor of {bound}, estimated / measured {extremes}")
    return "\n".join(lines)
