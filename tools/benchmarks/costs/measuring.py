"""Runs each job in a process of its own, so that its peak of memory is its own, with the processor's environment."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator

from tools.benchmarks.costs.jobs import Job
from tools.benchmarks.costs.measured import ONE, Measured
from tools.benchmarks.scaling.contenders import allocator_variables
from tools.benchmarks.scaling.installation import ROOT

# Adapters are made with the handler; nothing is there that they could reach.
NOWHERE = {"POSTGRES_DSN": "postgresql://nobody:nothing@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}


def measure(jobs: Iterable[Job]) -> Iterator[Measured]:
    """Measure jobs one after the other; a job that the engine refuses ends the run."""
    environment = {**os.environ, **allocator_variables(), **NOWHERE}
    worker = [sys.executable, "-m", "tools.benchmarks.costs.worker"]
    for job in jobs:
        command = [*worker, str(job.source), json.dumps(job.options), job.resampler]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        yield ONE.validate_json(done.stdout.splitlines()[-1])
