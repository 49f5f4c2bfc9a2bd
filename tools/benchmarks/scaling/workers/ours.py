"""Our engine; no other module of this benchmark calls it."""

import os
from pathlib import Path

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import MEGA, Limits
from imagescaler.domain.options import Options
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.scale import scale_each
from imagescaler.runtime import meter
from tools.benchmarks.scaling.workers.loop import Job, serve

UPLOADED_SHA256 = "0" * 64  # an upload was hashed when it came, and its digest is only copied into receipts
LIMITS = Limits(max_source_pixels=200 * MEGA, max_large_decoder_pixels=200 * MEGA)


def scale(data: bytes, job: Job) -> list[bytes]:
    """Decode once, and scale for each width; raises the reason for what could not be made."""
    options = [Options(width=width, format=Format(job.format)) for width in job.widths]
    made = scale_each(data, options, LIMITS, source_sha256=UPLOADED_SHA256)
    del data  # what is scaled is to have no other owner
    return [_data(each) for each in made]


def _data(made: RenderedImage | ImageProblem) -> bytes:
    if isinstance(made, ImageProblem):
        raise made
    return made.data


if __name__ == "__main__":
    meter.RESET = Path(os.devnull)  # the peak is read at the end; receipts would reset it
    serve(scale)
