"""A job that was done: what the header of its file says, what was asked for, and what it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from imagescaler.domain.geometry.plan import plan
from imagescaler.domain.limits import MEGA, Limits
from imagescaler.domain.options import Options
from imagescaler.planning.cost import work
from imagescaler.planning.cost.header import Header
from imagescaler.planning.cost.model import shrink_of
from imagescaler.planning.cost.output import Output
from imagescaler.planning.cost.stages import stages
from imagescaler.planning.cost.work import Amounts
from imagescaler.web.requests.option_fields import OptionFields

# Of the corpus, in seconds of the model's machine.
RECORD = Path(__file__).parent / "corpus.json"
LIMITS = Limits(max_source_pixels=200 * MEGA, max_webp_pixels=200 * MEGA, max_target_pixels=200 * MEGA)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a job took, bytes and seconds; `fields` are those of the API, `orientation` is EXIF's number."""

    source: str
    header: Header
    orientation: int
    fields: dict[str, Any]
    resampler: str
    process_bytes: int
    peak_bytes: int
    cpu_s: float

    def __str__(self) -> str:
        fields = " ".join(f"{name}={value}" for name, value in self.fields.items())
        return f"{self.source} {fields} {self.resampler}"

    @property
    def options(self) -> Options:
        """Give what was asked for."""
        return OptionFields.model_validate(self.fields).options()

    @property
    def work(self) -> list[Amounts]:
        """Count what there was to do."""
        output, shrink = self._output(), self._shrink()
        return [
            work.decoding(self.header, shrink, output.decodings),
            work.drawing(self.header, shrink, output, self.resampler),
        ]

    @property
    def stages(self) -> list[Amounts]:
        """Count what was in memory, stage by stage."""
        return list(stages(self.header, self._shrink(), [self._output()]))

    def _shrink(self) -> int:
        return shrink_of(self.header, [self._output()])

    def _output(self) -> Output:
        header, options = self.header, self.options
        wish = plan(header.stored, options, LIMITS, orientation=self.orientation)
        frames = header.frames if options.keeps_frames(header.format) else 1
        return Output(wish, options, options.format or header.format, frames)


ONE, MANY = TypeAdapter(Measured), TypeAdapter(Sequence[Measured])


def read(path: Path) -> Sequence[Measured]:
    """Read what was written by `write`."""
    return MANY.validate_json(path.read_bytes())


def write(path: Path, measured: Sequence[Measured]) -> None:
    """Write a line for each."""
    lines = ",\n".join(ONE.dump_json(each).decode() for each in measured)
    path.write_text(f"[\n{lines}\n]\n")
