"""Tries all hostile inputs on a service of its own, prints a summary, and writes it to docs/hostile-inputs.md.

Exits with 1 if a result was not the expected one.
"""

import sys
import tempfile
from pathlib import Path

from local.servers.folders import temporary_data_folder
from tests.service import ROOT, starting
from tools.hostile.case import COMPLETED
from tools.hostile.catalogue import CASES
from tools.hostile.report import listing, page, table, verdict
from tools.hostile.trial import ENVIRONMENT, Trial

LIST = ROOT / "build/hostile-inputs.md"

with tempfile.TemporaryDirectory() as folder, temporary_data_folder() as data, starting(Path(folder)) as start:
    trial = Trial(start(data=data, **ENVIRONMENT))
    trial(next(case for case in CASES if case.gives == COMPLETED))  # the first task starts the functions
    outcomes = [trial(case) for case in CASES]
LIST.parent.mkdir(exist_ok=True)
LIST.write_text(listing(outcomes))
(ROOT / "docs/hostile-inputs.md").write_text(page(outcomes))
print(table(outcomes), verdict(outcomes), sep="\n")
wrong = [outcome for outcome in outcomes if outcome.gave != outcome.case.gives]
for outcome in wrong:
    print(f"{outcome.case.family}, {outcome.case.name}: {outcome.gave} instead of {outcome.case.gives}")
sys.exit(bool(wrong))
