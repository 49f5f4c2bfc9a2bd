"""Makes tasks of objects that are created in a bucket of the operator, on events of EventBridge."""

import imagescaler.web.init  # noqa: F401 - before all others

from typing import Any

from imagescaler.adapters import queues, repositories, stores
from imagescaler.adapters.watermark_folder import WatermarkFolder
from imagescaler.domain.limits import Limits
from imagescaler.domain.object_url import BucketRules, ObjectUrl
from imagescaler.domain.retention import Retention
from imagescaler.probe.probe import probe
from imagescaler.runtime import loop, settings, telemetry
from imagescaler.usecases.create_task import create_task
from imagescaler.usecases.ingest_object import IngestSettings, request_of
from imagescaler.web.requests.preset import Preset, presets_from_env

tasks, queue, store = repositories.from_env(), queues.from_env(), stores.from_env()
source_queue, images = queues.sources_from_env(), settings.from_env(WatermarkFolder)
limits, retention, buckets = settings.from_env(Limits), settings.from_env(Retention), settings.from_env(BucketRules)
chosen, presets = settings.from_env(IngestSettings), presets_from_env()
if chosen.ingest_preset and chosen.ingest_preset not in presets:
    raise settings.SettingsError("INGEST_PRESET: there is no such preset; PRESETS defines them")
preset = presets.get(chosen.ingest_preset, Preset())


def handler(event: dict[str, Any], context: Any) -> dict[str, str | None]:
    """Create a task, and answer with its id; None for an object that is a result."""
    bucket, found = event["detail"]["bucket"]["name"], event["detail"]["object"]
    url, version = ObjectUrl(bucket, found["key"]), f"{found.get('etag')} {found.get('sequencer')}"
    with telemetry.log_context(function=context.function_name, request_id=context.aws_request_id):
        request = request_of(
            url,
            version,
            preset.options,
            preset.named_options(),
            chosen=chosen,
            buckets=buckets,
            limits=limits,
        )
        if request is None:
            return {"task_id": None}
        work = create_task(
            request,
            probe=probe,
            limits=limits,
            retention=retention,
            tasks=tasks,
            queue=queue,
            source_queue=source_queue,
            store=store,
            images=images,
        )
        task, created = loop.run(work)
        telemetry.accepted(task, created=created)
    return {"task_id": str(task.id)}
