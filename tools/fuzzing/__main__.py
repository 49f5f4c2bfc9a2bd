"""Fuzzes a service of its own for a number of seconds (300 by default), with a new seed each time."""

import sys
import tempfile
from pathlib import Path

from local.servers.folders import temporary_data_folder
from tests.service import starting
from tools.fuzzing.promises import ENVIRONMENT, check

seconds = sys.argv[1] if len(sys.argv) > 1 else "300"
with tempfile.TemporaryDirectory() as folder, temporary_data_folder() as data, starting(Path(folder)) as start:
    code, report = check(start(data=data, **ENVIRONMENT).url, "--max-time", seconds)
print(report)
sys.exit(code)
