"""The model beside measurements that it was not fitted to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagescaler.planning.cost.model import Model
from tools.benchmarks.costs.fitting import fit
from tools.benchmarks.costs.jobs import Job
from tools.benchmarks.costs.measured import Measured

BOUND, FOLDS = 1.5, 5
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
        cost = model.cost(measured.stages, measured.work)
        seconds = cost.seconds * cpu_factor
        return cls(str(measured), cost.memory_bytes, measured.peak_bytes, seconds, measured.cpu_s)

    @property
    def memory_ratio(self) -> float:
        """Give predicted over measured bytes."""
        return self.predicted_bytes / self.measured_bytes

    @property
    def time_ratio(self) -> float:
        """Give predicted over measured seconds."""
        return self.predicted_s / self.measured_s

    @property
    def is_safe(self) -> bool:
        """Say whether memory is within the bound, and seconds are not above what was predicted by more than that."""
        return within(self.memory_ratio) and self.time_ratio >= 1 / BOUND


def cross_validated(measured: Sequence[Measured]) -> Iterator[Verdict]:
    """Judge each job by a model that is fitted to four fifths of them, to which it does not belong."""
    for fold in range(FOLDS):
        others = [each for number, each in enumerate(measured) if number % FOLDS != fold]
        model = Model.of(fit(others))
        yield from (Verdict.of(model, each, 1) for each in measured[fold::FOLDS])


def jobs(corpus: Path) -> Iterator[Job]:
    """Give every picture of a folder in some ways that are usual."""
    for source in sorted(path for path in corpus.iterdir() if path.is_file()):
        for options in WAYS:
            yield Job(source, dict(options))


def table(verdicts: Sequence[Verdict]) -> str:
    """Give all verdicts as lines."""
    lines = [
        f"{each.job:80} {each.predicted_bytes / 1e6:8.1f} MB {each.memory_ratio:5.2f}"
        f" {each.predicted_s:8.3f} s {each.time_ratio:5.2f}"
        for each in verdicts
    ]
    return "\n".join([f"{'job':80} {'predicted':>11} {'ratio':>5} {'predicted':>10} {'ratio':>5}", *lines])


def summary(verdicts: Sequence[Verdict]) -> str:
    """Say how many are within the bound."""
    ratios = {
        "memory": [each.memory_ratio for each in verdicts],
        "seconds": [each.time_ratio for each in verdicts],
    }
    return "\n".join(
        f"{name}: {sum(within(ratio) for ratio in each)} of {len(each)} within a factor of {BOUND}, "
        f"{min(each):.2f} to {max(each):.2f}"
        for name, each in ratios.items()
    )


def within(ratio: float) -> bool:
    """Say whether a ratio is within the bound."""
    return 1 / BOUND <= ratio <= BOUND
