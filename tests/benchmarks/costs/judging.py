"""The model beside measurements that it was not fitted to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagescaler.admission.model import Model
from tests.benchmarks.costs.fitting import Measured
from tests.benchmarks.costs.jobs import Job

BOUND = 1.5
WAYS = (
    {"width": 800},
    {"width": 1920, "format": "webp"},
    {"width": 400, "height": 400, "fit": "cover", "format": "png"},
    {"scale": 50, "format": "avif"},
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was predicted beside what was measured; a ratio above 1 is a prediction that is too high."""

    job: str
    predicted_bytes: float
    measured_bytes: float
    predicted_s: float
    measured_s: float

    @classmethod
    def of(cls, model: Model, measured: Measured, cpu_factor: float) -> "Verdict":
        """Predict what was measured."""
        cost = model.cost(measured["stages"], measured["work"])
        seconds = cost.seconds * cpu_factor
        return cls(measured["job"], cost.memory_bytes, measured["peak_bytes"], seconds, measured["cpu_s"])

    @property
    def memory_ratio(self) -> float:
        """Give predicted over measured bytes."""
        return self.predicted_bytes / self.measured_bytes

    @property
    def time_ratio(self) -> float:
        """Give predicted over measured seconds."""
        return self.predicted_s / self.measured_s


def jobs(corpus: Path) -> Iterator[Job]:
    """Give every picture of a folder in some ways that are usual."""
    for source in sorted(path for path in corpus.iterdir() if path.is_file()):
        for options in WAYS:
            yield Job(source, dict(options))


def table(verdicts: Sequence[Verdict]) -> str:
    """Give all verdicts as lines, and how many are within the bound."""
    lines = [
        f"{each.job:80} {each.predicted_bytes / 1e6:8.1f} MB {each.memory_ratio:5.2f}"
        f" {each.predicted_s:8.3f} s {each.time_ratio:5.2f}"
        for each in verdicts
    ]
    return "\n".join(
        [
            f"{'job':80} {'predicted':>11} {'ratio':>5} {'predicted':>10} {'ratio':>5}",
            *lines,
            *(
                f"{name}: {sum(within(ratio) for ratio in ratios)} of {len(ratios)} within a factor of {BOUND}, "
                f"{min(ratios):.2f} to {max(ratios):.2f}"
                for name, ratios in (
                    ("memory", [each.memory_ratio for each in verdicts]),
                    ("seconds", [each.time_ratio for each in verdicts]),
                )
            ),
        ]
    )


def within(ratio: float) -> bool:
    """Say whether a ratio is within the bound."""
    return 1 / BOUND <= ratio <= BOUND
