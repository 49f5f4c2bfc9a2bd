"""Make a task of an object that was created in a bucket of the operator."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from imagescaler.domain.limits import Limits
from imagescaler.domain.object_url import BucketRules, ObjectUrl
from imagescaler.domain.options import Options
from imagescaler.domain.task.rendition import Rendition
from imagescaler.usecases.create_task import NewTaskRequest
from imagescaler.usecases.image_input import RemoteImage


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """New objects become tasks with the preset `INGEST_PRESET`; results go to `INGEST_TARGET`, as s3://bucket/prefix/.

    `INGEST_OWNER` owns the tasks.
    """

    ingest_preset: str = ""
    ingest_target: str = ""
    ingest_owner: str = ""


def request_of(
    url: ObjectUrl,
    version: str,
    options: Options,
    renditions: Sequence[Rendition],
    *,
    chosen: IngestSettings,
    buckets: BucketRules,
    limits: Limits,
) -> NewTaskRequest | None:
    """Return the request for an object and its version; None for a result of this service, and for a folder.

    A result that triggered the next task would do so for ever: everything in `TARGET_BUCKETS` counts as a result.
    Raises UrlForbidden if the object is not in `SOURCE_BUCKETS`. An event that is delivered twice stands for one task.
    """
    if url.is_prefix or url.is_in_any(limits.target_buckets):
        return None
    buckets.check_source(url)
    key = hashlib.sha256(f"{url} {version}".encode()).hexdigest()
    return NewTaskRequest(
        RemoteImage(str(url)),
        _with_target(options, chosen),
        chosen.ingest_owner,
        tuple(replace(each, options=_with_target(each.options, chosen)) for each in renditions),
        f"ingest-{key}",
    )


def _with_target(options: Options, chosen: IngestSettings) -> Options:
    return options if options.target_url else replace(options, target_url=chosen.ingest_target or None)
