"""A process that does one job as the processor would, and says what it took and what the model counts of it.

usage: worker.py SOURCE OPTIONS [RESAMPLER]      OPTIONS are those of the API, as JSON
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from imagescaler.admission import work
from imagescaler.admission.model import shrink_of
from imagescaler.admission.output import Output
from imagescaler.admission.stages import stages
from imagescaler.imaging import resizers, scale
from imagescaler.imaging.header import header_of
from imagescaler.imaging.opening import open_image
from imagescaler.imaging.resizers import pillow
from imagescaler.limits import MEGA, Limits
from imagescaler.measure import measure
from imagescaler.option_fields import OptionFields
from imagescaler.options import Options
from imagescaler.plan import plan
from imagescaler.receipt import Usage
from tests import handlers

LIMITS = Limits(max_source_pixels=200 * MEGA, max_webp_pixels=200 * MEGA, max_target_pixels=200 * MEGA)
RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)
REPEATS, LONG_S = 3, 1.0


def job(source: Path, fields: dict[str, Any], resampler: str) -> dict[str, Any]:
    """Do a job, several times if it is short."""
    if resampler == "pillow":
        resizers.resize = pillow.resize
    data, options = source.read_bytes(), OptionFields.model_validate(fields).options()
    process_bytes = int(RESIDENT.findall(Path("/proc/self/status").read_text())[0]) * 1024 - len(data)
    used = [_used(data, options)]
    while len(used) < REPEATS and used[0].cpu_seconds < LONG_S:
        used.append(_used(data, options))
    return {
        **amounts(data, options, resampler),
        "process_bytes": process_bytes,
        "peak_bytes": used[0].peak_memory_bytes,
        "cpu_s": min(each.cpu_seconds for each in used),
    }


def _used(data: bytes, options: Options) -> Usage:
    receipt = scale(data, options, LIMITS).result.receipt
    assert receipt is not None
    return receipt.usage


def amounts(data: bytes, options: Options, resampler: str) -> dict[str, Any]:
    """Count what the model counts of a job."""
    header = measure(data)
    with open_image(data, header, LIMITS) as image:
        opened = header_of(image, header)
    wish = plan(opened.stored, options, LIMITS, orientation=header.orientation)
    frames = header.frames if options.keeps_frames(header.format) else 1
    output = Output(wish, options, options.format or header.format, frames)
    shrink = shrink_of(opened, [output])
    return {
        "work": [work.decoding(opened, shrink, output.decodings), work.drawing(opened, shrink, output, resampler)],
        "stages": list(stages(opened, shrink, [output])),
    }


if __name__ == "__main__":
    handlers.load("process_task")  # what the processor has in memory beside pictures
    print(json.dumps(job(Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3])))
