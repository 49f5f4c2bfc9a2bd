"""A process that does one job as the processor would, and says what it took.

usage: worker.py SOURCE OPTIONS [RESAMPLER]      OPTIONS are those of the API, as JSON
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from imagescaler.domain.options import Options
from imagescaler.domain.task.receipt import Usage
from imagescaler.engine.open.open_image import open_image
from imagescaler.engine.opened import header_of
from imagescaler.engine.resizers import installed, pillow
from imagescaler.engine.scale import Scaled, scale_each
from imagescaler.probe.probe import probe
from imagescaler.web.requests.option_fields import OptionFields
from tests import handlers
from tools.benchmarks.costs.measured import LIMITS, ONE, Measured

RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)
REPEATS, LONG_S = 3, 10.0


def job(source: Path, fields: dict[str, Any], resampler: str) -> Measured:
    """Do a job, several times if it is short."""
    if resampler == "pillow":
        installed.resize = pillow.resize
    options = OptionFields.model_validate(fields).options()
    process_bytes = int(RESIDENT.findall(Path("/proc/self/status").read_text())[0]) * 1024
    used = [_used(source, options)]
    while len(used) < REPEATS and used[0].cpu_seconds < LONG_S:
        used.append(_used(source, options))
    data = source.read_bytes()
    measured = probe(data)
    with open_image(data, measured, LIMITS) as image:
        header = header_of(image, measured, data)
    peak_bytes, cpu_s = used[0].peak_memory_bytes, min(each.cpu_seconds for each in used)
    return Measured(
        source.name, header, measured.orientation, fields, resampler, process_bytes, peak_bytes, round(cpu_s, 4)
    )


def _used(source: Path, options: Options) -> Usage:
    """Scale bytes that nobody else holds, as the processor does."""
    [made] = scale_each(source.read_bytes(), [options], LIMITS)
    assert isinstance(made, Scaled)
    assert made.result.receipt is not None
    return made.result.receipt.usage


if __name__ == "__main__":
    handlers.load("process_task")  # what the processor has in memory beside pictures
    print(ONE.dump_json(job(Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3])).decode())
