"""Generators of images for Schemathesis, which generates other bytes by itself."""

import re
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis.generation.meta import TestPhase

from imagescaler.web.requests.body import FILE
from imagescaler.web.requests.body_schema import PHOTO
from imagescaler.web.requests.presets import LIST
from tests.pictures import plain

images: list[bytes] = []
for form in ("jpeg", "png", "webp", "avif", "gif", "tiff"):
    pictures = [plain(size=size, form=form.upper()) for size in ((1, 1), (16, 9))]
    schemathesis.openapi.media_type(f"image/{form}", strategies.sampled_from(pictures))
    images += pictures
# The content of a file counts, so that any will do where there is no encoder.
for kind in ("image/*", "application/octet-stream", "image/bmp", "image/vnd.microsoft.icon", "image/heic", "image/jxl"):
    schemathesis.openapi.media_type(kind, strategies.sampled_from(images))
# Other files are text: Schemathesis 4.32 ends with "Unsupported type: 'Binary'" where it validates a form with bytes.
schemathesis.openapi.format("binary", strategies.text())


# What no schema can say, or none that can be read: what two values are to each other, how the texts of a color, a box,
# edges and a quality are made, and what is only known of image, upload, deployment or an earlier request.
UNSAID = re.compile(
    "send either scale|preserve_ratio=.* contradict|min_.* is more than max_|take the place of gravity|is an option of"
    "|send a CSS color|send left,top,width,height|send pixels for all edges|send 1 to 100, or one for each format"
    "|the name .* occurs|there is no preset|have one target_url|send either the image as file|URL|scheme|port"
)
WITH_OPTIONS = {"application/json", "multipart/form-data"}
UNFORESEEN = {
    f"/problems/{slug}"
    for slug in (
        "crop-outside",
        "idempotency-key-reused",
        "never-lossless",
        "rendition-not-found",
        "target-forbidden",
        "rendition-not-named",
        "result-ttl-too-long",
        "target-too-large",
        "task-not-found",
        "too-many-frames",
        "too-many-renditions",
        "upload-not-found",
        "watermark-not-found",
    )
}


@schemathesis.check
def what_fits_the_schema_is_refused_for_what_no_schema_can_say(_: Any, response: Any, case: Any) -> None:
    """Look at each refusal that `positive_data_acceptance` lets pass in tools/fuzzing/schemathesis.toml.

    Not in the coverage phase, which takes each property by itself.
    """
    is_looked_at = (case.method, case.path) in {("POST", "/api/v1/tasks"), ("GET", "/api/v1/results/{task_id}")}
    fits = case.meta.generation.mode.is_positive and case.meta.phase.name is not TestPhase.COVERAGE
    if not (is_looked_at and fits and response.status_code in {404, 422}):
        return
    problem = response.json()
    if problem["type"] not in UNFORESEEN:
        errors = problem.get("errors", [])
        assert errors, problem
        is_text = case.media_type != "application/json"
        assert all(_is_unsaid(**each, is_text=is_text) for each in errors), problem


def _is_unsaid(field: str, detail: str, *, is_text: bool) -> bool:
    # In a form and in the query the list is a text, of which no schema says how it is made.
    return (is_text and field.startswith(LIST)) or UNSAID.search(detail) is not None


@schemathesis.hook
def filter_case(_: Any, case: Any) -> bool:
    """Leave out what is not on the wire as it was generated.

    A form has no list, and one of one value is that value. An option that is an empty text counts as absent, so that
    its schema does not hold.
    """
    form = case.body.values() if case.media_type == "multipart/form-data" and isinstance(case.body, dict) else ()
    is_absent = case.meta.generation.mode.is_negative and "" in (*form, *(case.query or {}).values())
    return not is_absent and not any(isinstance(value, list) for value in form)


@schemathesis.hook
def before_call(_: Any, case: Any, __: Any) -> None:
    """Do what no document can say: an image where an example names one, and options in the query of an image only."""
    if case.media_type in WITH_OPTIONS and case.query and case.meta.generation.mode.is_positive:
        case.query = {}
    if isinstance(case.body, dict) and case.body.get(FILE) == PHOTO[FILE]:
        case.body[FILE] = plain()
