"""Tries all hostile inputs on a service of its own, prints the table, and writes docs/hostile-inputs.md."""

import sys
import tempfile
from pathlib import Path

from local.servers.folders import temporary_data_folder
from tests.service import ROOT, starting
from tools.hostile.catalogue import CASES
from tools.hostile.report import page, table, verdict
from tools.hostile.trial import ENVIRONMENT, Trial

with tempfile.TemporaryDirectory() as folder, temporary_data_folder() as data, starting(Path(folder)) as start:
    trial = Trial(start(data=data, **ENVIRONMENT))
    trial(next(case for case in CASES if case.gives == "completed"))
    outcomes = [trial(case) for case in CASES]
(ROOT / "docs/hostile-inputs.md").write_text(page(outcomes))
print(table(outcomes), verdict(outcomes), sep="\n")
wrong = [outcome for outcome in outcomes if outcome.gave != outcome.case.gives]
for outcome in wrong:
    print(f"{outcome.case.family}, {outcome.case.name}: {outcome.gave} instead of {outcome.case.gives}")
sys.exit(bool(wrong))
