"""A picture on its way through the steps, and what was done to it."""

from dataclasses import dataclass, replace
from typing import Any, Self

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import Plan
from imagescaler.domain.options import Options

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture on its way; it lies as it is stored until it is turned, and `box` is the part of it that is used.

    `operations` are what was really done, from the decoding on.
    """

    image: Image.Image
    plan: Plan
    options: Options
    form: Format
    box: Box
    profile: bytes | None = None
    keeps_depth: bool = False
    operations: tuple[str, ...] = ()

    def did(self, operation: str, **changes: Any) -> Self:
        """Give what an operation made of it, and note the operation."""
        return replace(self, operations=(*self.operations, operation), **changes)

    def drawn(self, operation: str, image: Image.Image) -> Self:
        """Give it with the image that an operation made; an operation that gave back the same one did nothing."""
        return self if image is self.image else self.did(operation, image=image)
