"""Runs Schemathesis on a running service, which must conform to its own OpenAPI document."""

import os
import subprocess
import sys
from pathlib import Path

from tests.service import ROOT

# Of one client that asks without a pause; that requests beyond a limit are refused is tested elsewhere.
ENVIRONMENT = {"TASKS_PER_SECOND": "100000", "REQUESTS_PER_SECOND": "100000"}
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


def check(url: str, *options: str) -> tuple[int, str]:
    """Try requests that fit the document and requests that do not; give the exit code and the report."""
    program = str(Path(sys.executable).with_name("schemathesis"))
    command = (program, "--config-file", str(CONFIGURATION), "run", f"{url}/openapi.json", "--no-color", *options)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr
