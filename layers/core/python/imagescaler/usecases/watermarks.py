"""The watermarks of a task: checked when it is accepted, copied, and read when it is processed."""

from collections.abc import Iterable

from imagescaler.domain.errors import ImageProblem, SourceTooLarge, UnusableWatermark
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.task.task import NewTask, Task
from imagescaler.domain.watermark import upload_of, watermarks_of
from imagescaler.usecases.image_input import Probe, UploadedImage
from imagescaler.usecases.ports import ImageStore, OperatorImages


async def check_watermarks(
    options: Iterable[Options],
    owner: str,
    *,
    source_bytes: int,
    probe: Probe,
    limits: Limits,
    store: ImageStore,
    images: OperatorImages,
) -> None:
    """Check that all watermarks exist, and the headers of those that are uploads, which count as bytes of the source.

    Raises WatermarkNotFound, UploadNotFound, UnusableWatermark and SourceTooLarge.
    """
    total = source_bytes
    for watermark in watermarks_of(options):
        upload = upload_of(watermark)
        if upload is None:
            images.check(watermark)
            continue
        try:
            found = await UploadedImage(upload, owner).probe(probe, store)
            limits.of_watermarks.check_source(found.format, found.stored)
        except ImageProblem as problem:
            raise UnusableWatermark(f"The watermark {watermark}: {problem.detail}") from problem
        total += found.bytes
    if total > limits.max_source_bytes:
        raise SourceTooLarge(
            f"The image and its watermarks have {total:,} bytes; the limit is {limits.max_source_bytes:,}."
        )


async def keep_watermarks(new: NewTask, store: ImageStore, *, ttl_s: int) -> None:
    """Copy the uploaded watermarks of a task; raises Unavailable and UploadNotFound."""
    for watermark, key in new.watermark_keys.items():
        upload = upload_of(watermark)
        assert upload
        await UploadedImage(upload, new.owner).keep(key, store, ttl_s=ttl_s)


async def read_watermarks(task: Task, store: ImageStore, images: OperatorImages) -> dict[str, bytes]:
    """Return the watermarks of a task by the option; raises BlobNotFound and WatermarkNotFound."""
    keys = task.watermark_keys
    names = watermarks_of(task.output_options)
    return {each: await store.get(keys[each]) if each in keys else images.read(each) for each in names}
