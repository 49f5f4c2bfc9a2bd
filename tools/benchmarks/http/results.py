"""The measured results, stored between measuring and writing."""

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

THUMBOR, IPX, BARE = "thumbor", "IPX", "bare engine"


@dataclass(frozen=True, slots=True)
class Load:
    """A contender with an image and a number of clients: medians per image, by process.

    `totals_s` has the CPU time of service and client in each round, in which all contenders had their turn.
    """

    image: str
    contender: str
    clients: int
    cpu_s: dict[str, float]
    images_per_s: float
    p50_s: float
    p99_s: float
    totals_s: list[float]

    @property
    def total_cpu_s(self) -> float:
        """CPU time of service and client."""
        return statistics.median(self.totals_s)

    def speed_of(self, other: Self) -> float:
        """Return how many times as many images per CPU second as `other`: the median over the rounds."""
        return statistics.median(theirs / ours for ours, theirs in zip(self.totals_s, other.totals_s, strict=True))


@dataclass(frozen=True, slots=True)
class Count:
    """Transactions of Postgres and round trips to Redis per image, of a form."""

    contender: str
    transactions: float
    round_trips: float


@dataclass(frozen=True, slots=True)
class Results:
    """Everything of one run."""

    machine: str
    corpus: str
    rounds: int
    versions: dict[str, str]
    is_quick: bool = False
    loads: list[Load] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)

    def of(self, image: str, clients: int) -> dict[str, Load]:
        """Return the loads by contender."""
        return {each.contender: each for each in self.loads if (each.image, each.clients) == (image, clients)}

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        document: dict[str, Any] = json.loads(path.read_text())
        kinds = {"loads": Load, "counts": Count}
        lists: dict[str, Any] = {name: [kind(**each) for each in document.pop(name)] for name, kind in kinds.items()}
        return cls(**document, **lists)
