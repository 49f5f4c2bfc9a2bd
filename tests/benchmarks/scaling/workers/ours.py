"""Our engine, and the only place of this benchmark that calls it."""

from imagescaler.formats import Format
from imagescaler.imaging import scale as scale_image
from imagescaler.limits import MEGA, Limits
from imagescaler.options import Options
from tests.benchmarks.scaling.workers.loop import Job, serve

LIMITS = Limits(max_source_pixels=200 * MEGA, max_webp_pixels=200 * MEGA)


def scale(data: bytes, job: Job) -> list[bytes]:
    """Scale once for each width."""
    form = Format(job.format)
    return [scale_image(data, Options(width=width, format=form), LIMITS).data for width in job.widths]


if __name__ == "__main__":
    serve(scale)
