"""The pictures: a given folder, real ones from Debian packages, or two small photographs enlarged."""

import subprocess
import sys
from pathlib import Path

from tools.benchmarks.scaling.cases import CASES, LARGE
from tools.benchmarks.scaling.enlarging import enlarge
from tools.benchmarks.scaling.installation import ROOT

FETCH = ROOT.parent / "shared/corpus/fetch"
FETCHED, ENLARGED = ROOT / ".corpus", ROOT / ".bench/enlarged"
SOURCES = {case.source for case in (*CASES, *LARGE)}


def find(given: Path | None) -> tuple[Path, str]:
    """Return the folder with all sources, and a sentence that describes them."""
    if given is not None:
        return _complete(given), "photographs and graphics of a folder that was given"
    if FETCH.exists():
        if not _is_complete(FETCHED):
            subprocess.run(["bash", FETCH, FETCHED, sys.executable], check=True)
        return _complete(FETCHED), "photographs and graphics out of Debian packages"
    if not _is_complete(ENLARGED):
        ENLARGED.mkdir(parents=True, exist_ok=True)
        enlarge(ENLARGED)
    return _complete(ENLARGED), "two small photographs, enlarged: softer than real ones of that size"


def _is_complete(folder: Path) -> bool:
    return all((folder / name).exists() for name in SOURCES)


def _complete(folder: Path) -> Path:
    if missing := sorted(name for name in SOURCES if not (folder / name).exists()):
        raise SystemExit(f"{folder} lacks {', '.join(missing)}")
    return folder.resolve()
