"""Run each job in a process of its own with the processor's environment, so that its memory peak is its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.benchmarks.costs.record import ONE, Measured
from tools.benchmarks.scaling.contenders import allocator_variables
from tools.benchmarks.scaling.installation import ROOT

# Adapters are made with the handler; there is nothing that they could reach.
NOWHERE = {"POSTGRES_DSN": "postgresql://nobody:nothing@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
Job = tuple[Path, Mapping[str, Any]]


def measure(jobs: Iterable[Job]) -> Iterator[Measured]:
    """Scale each file with these options of the API; raises CalledProcessError for one that the engine refuses."""
    environment = {**os.environ, **allocator_variables(), **NOWHERE}
    for source, fields in jobs:
        command = [sys.executable, "-m", "tools.benchmarks.costs.worker", str(source), json.dumps(fields)]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        yield ONE.validate_json(done.stdout.splitlines()[-1])
