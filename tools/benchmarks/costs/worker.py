"""Scale one file as the processor would, and print what it took.

usage: worker.py SOURCE OPTIONS      OPTIONS are those of the API, as JSON
"""

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

from imagescaler.domain.options import Options
from imagescaler.domain.task.receipt import Usage
from imagescaler.engine.open.open_image import open_image
from imagescaler.engine.scale import scale
from imagescaler.engine.traits import traits_of
from imagescaler.probe.probe import probe
from imagescaler.web.requests.scaling_request import ScalingRequest
from tests import handlers
from tools.benchmarks.costs.record import LIMITS, ONE, Measured

REPEATS, LONG_S = 3, 10.0


def job(source: Path, fields: dict[str, Any]) -> Measured:
    """Run a job, three times if it is short; memory is the peak of the first run, time the median."""
    options = ScalingRequest.model_validate(fields).options
    used = [_used(source, options)]
    while len(used) < REPEATS and used[0].cpu_seconds < LONG_S:
        used.append(_used(source, options))
    data = source.read_bytes()
    probed = probe(data)
    with open_image(data, probed, LIMITS) as image:
        traits = traits_of(image, probed, data)
    cpu_s = round(median(each.cpu_seconds for each in used), 4)
    return Measured(source.name, traits, probed.orientation, fields, used[0].peak_memory_bytes, cpu_s)


def _used(source: Path, options: Options) -> Usage:
    """Scale bytes to which the caller keeps no reference, as the processor does."""
    receipt = scale(source.read_bytes(), options, LIMITS).result.receipt
    assert receipt is not None
    return receipt.usage


if __name__ == "__main__":
    handlers.load("process_task")  # what the processor has in memory besides images
    print(ONE.dump_json(job(Path(sys.argv[1]), json.loads(sys.argv[2]))).decode())
