"""The model of what work costs: coefficients that `make bench-costs` has fitted, and nothing else knows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

from imagescaler.domain.geometry.shrink_on_load import fraction, needed
from imagescaler.planning.cost import work
from imagescaler.planning.cost.header import Header
from imagescaler.planning.cost.output import Output
from imagescaler.planning.cost.stages import KNOWN, stages
from imagescaler.planning.cost.work import Amounts

BY_PILLOW = "pillow"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a task takes: the most bytes that its process has at once, and seconds of processor."""

    memory_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Model:
    """Bytes of a process without work; bytes, and seconds on the machine of the measurement, for a unit of each."""

    process_bytes: int
    bytes: Mapping[str, float]
    seconds: Mapping[str, float]

    @classmethod
    def of(cls, fitted: Mapping[str, Any]) -> Self:
        """Read what was fitted."""
        return cls(fitted["process_bytes"], fitted["bytes"], fitted["seconds"])

    def predict(self, header: Header, outputs: Sequence[Output], *, resampler: str = BY_PILLOW) -> Cost:
        """Predict what it takes to decode a file once and to make these results of it, one after the other.

        Without results it is the least that decoding takes, as small as the codec can.
        """
        shrink, animated = shrink_of(header, outputs), [output for output in outputs if output.is_animated]
        done = [work.decoding(header, shrink)] if len(animated) < len(outputs) or not outputs else []
        done += [work.decoding(header, shrink, output.decodings) for output in animated]
        done += [work.drawing(header, shrink, output, resampler) for output in outputs]
        return self.cost(stages(header, shrink, outputs), done)

    def cost(self, stages: Iterable[Amounts], done: Iterable[Amounts]) -> Cost:
        """Give what amounts cost: of stages of memory the largest, of work the sum."""
        peak = max(_total(stage, {KNOWN: 1, **self.bytes}) for stage in stages)
        return Cost(round(self.process_bytes + peak), sum(_total(each, self.seconds) for each in done))


def shrink_of(header: Header, outputs: Sequence[Output]) -> int:
    """Give by how much each side is smaller when it is decoded for these results."""
    least = needed(header.stored, [(each.plan, each.options) for each in outputs]) if outputs else (1, 1)
    return fraction(header.format, header.stored, least)


@cache
def fitted_model() -> Model:
    """Give the model that comes with this release."""
    text = files("imagescaler.planning.cost").joinpath("model.json").read_text(encoding="utf-8")
    return Model.of(json.loads(text))


def _total(amounts: Amounts, each: Mapping[str, float]) -> float:
    return sum(amount * each[name] for name, amount in amounts.items())
