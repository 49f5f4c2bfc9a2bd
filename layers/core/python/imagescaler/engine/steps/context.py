"""The state that each step takes and returns."""

from dataclasses import dataclass, replace
from typing import Any, Self

from PIL import Image

from imagescaler.domain.geometry.plan import Plan
from imagescaler.domain.options import Options
from imagescaler.engine.output_spec import OutputSpec

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PipelineContext:
    """An image between two steps, in stored orientation until `orient`.

    `box` (left, top, right, bottom) is the part of the image that is used. `profile` is the ICC profile of its colors,
    None for sRGB. `operations` are those that changed it, from decoding on.
    """

    image: Image.Image
    spec: OutputSpec
    box: Box
    profile: bytes | None = None
    operations: tuple[str, ...] = ()

    @property
    def options(self) -> Options:
        """Options of the result."""
        return self.spec.options

    @property
    def plan(self) -> Plan:
        """Geometry of the result."""
        return self.spec.plan

    def did(self, operation: str, **changes: Any) -> Self:
        """Return a context with changed fields and the operation that changed them."""
        return replace(self, operations=(*self.operations, operation), **changes)

    def with_image(self, image: Image.Image, operation: str) -> Self:
        """Return a context with the image that an operation made; the same context if the image is the same."""
        return self if image is self.image else self.did(operation, image=image)


def size_text(size: tuple[float, float]) -> str:
    """Return a size as operations have it, such as 80x53.375."""
    return f"{size[0]:.6g}x{size[1]:.6g}"
