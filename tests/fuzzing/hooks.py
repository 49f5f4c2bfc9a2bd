"""Tells Schemathesis what images are; other bytes it invents by itself."""

from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis.generation.meta import TestPhase

from tests.pictures import plain

for form in ("jpeg", "png", "webp", "avif", "gif", "tiff"):
    pictures = [plain(size=size, form=form.upper()) for size in ((1, 1), (16, 9))]
    schemathesis.openapi.media_type(f"image/{form}", strategies.sampled_from(pictures))


@schemathesis.hook
def before_call(_: Any, case: Any, __: Any) -> None:
    """Put an image where an example of the document has none: it has no way to show one."""
    if case.meta.phase.name == TestPhase.EXAMPLES and isinstance(case.body, dict) and case.body.get("file") == "":
        case.body["file"] = plain()
