"""A result as a file, and what is recorded of it."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Self

from imagescaler.domain.task.outcome import Result
from imagescaler.domain.task.receipt import Receipt
from imagescaler.domain.task.source import Source
from imagescaler.engine.encode.size_warning import size_warnings
from imagescaler.engine.encode.sketch import NO_SKETCH, Sketch
from imagescaler.engine.encode.software import software
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.runtime.meter import Meter


@dataclass(frozen=True, slots=True)
class RenderedImage:
    """An encoded result. `source` is upright; `operations` are those that made the result, from decoding on.

    `warnings` are sentences for the client, `score` is that of a quality that was searched.
    """

    data: bytes
    source: Source
    result: Result
    operations: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    score: float | None = None

    @classmethod
    def of(
        cls,
        data: bytes,
        spec: OutputSpec,
        source: Source,
        operations: tuple[str, ...],
        *,
        mode: str,
        frames: int = 1,
        warnings: tuple[str, ...] = (),
        sketch: Sketch = NO_SKETCH,
        score: float | None = None,
    ) -> Self:
        """Describe a file that was encoded from a source, by pixels of Pillow's `mode`, as a spec has it."""
        result = Result(spec.format, *spec.plan.size, len(data), sha256(data).hexdigest(), None, frames, *sketch)
        target = spec.options.quality_target
        if score is not None and score < target:
            warnings += (f"The score is {score:.1f}, and the quality_target {target} is out of reach.",)
        warnings = (*warnings, *size_warnings(spec, source, result, operations, mode))
        return cls(data, source, result, operations, warnings, score)

    def with_receipt(self, source_sha256: str, meter: Meter) -> Self:
        """Return the image with its receipt; `meter` was started before the work."""
        versions = software(self.source.format, self.result.format)
        receipt = Receipt(
            source_sha256,
            self.result.sha256,
            versions,
            self.operations,
            meter.read(),
            self.warnings,
            None if self.score is None else round(self.score, 1),
        )
        return replace(self, result=replace(self.result, receipt=receipt))
