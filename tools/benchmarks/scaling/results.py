"""The measured results, stored between measuring and writing."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Row:
    """A contender in a case: medians per image, at the knob that was compared; `score` is SSIMULACRA2."""

    case: str
    contender: str
    knob: int | None
    cpu_s: float
    wall_s: float
    bytes: int
    peak_bytes: int
    score: float | None = None
    cpu_ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A contender that could not do a case, and why, in its own words."""

    case: str
    contender: str
    reason: str


@dataclass(frozen=True, slots=True)
class Results:
    """Everything of one run."""

    machine: str
    corpus: str
    rounds: int
    engine: dict[str, str]
    versions: dict[str, str]
    is_quick: bool = False
    rows: list[Row] = field(default_factory=list)
    unable: list[Refusal] = field(default_factory=list)
    memory: list[Row] = field(default_factory=list)

    def of(self, case: str) -> dict[str, Row]:
        """Return a case's rows by contender."""
        return {row.contender: row for row in self.rows if row.case == case}

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        document: dict[str, Any] = json.loads(path.read_text())
        kinds = {"rows": Row, "memory": Row, "unable": Refusal}
        lists: dict[str, Any] = {name: [kind(**each) for each in document.pop(name)] for name, kind in kinds.items()}
        return cls(**document, **lists)
