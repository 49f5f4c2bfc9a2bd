"""A copy of the service to break: the same code, a template with short times, optionally without its safeties."""

import shutil
import subprocess
import tarfile
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml

from local.emulation.sam_template import cloudformation

ROOT = Path(__file__).parent.parent.parent
PARTS = ("functions", "layers", "local", "template.yaml")
# Minutes become seconds, or three of them would see nothing; their order is that of the template.
PROCESSOR = {"Timeout": 4, "MemorySize": 384}
VISIBILITY_S = 24
# Poison would be refused; here it is what no prediction foresees.
UNFORESEEN = 0.1
LIBRARY = Path("layers/core/python/imagescaler")


@dataclass(frozen=True, slots=True)
class Safety:
    """What protects a promise: the text in a file of the library that does it, and the text without it."""

    path: str
    text: str
    without: str

    def remove(self, folder: Path) -> None:
        """Take the safety out of the copy of the service in a folder."""
        path = folder / LIBRARY / self.path
        before = path.read_text()
        assert self.text in before, f"{self.text!r} is not in {self.path} any more"
        path.write_text(before.replace(self.text, self.without))


# Each makes a run fail, which shows that its check works.
SAFETIES = {
    "fence": Safety(
        "adapters/repositories/task_queries.sql",
        "where id = :id and status = 'processing' and attempt = :attempt",
        "where id = :id and attempt >= :attempt",
    ),
    "outages": Safety("adapters/clients/postgres.py", "asyncpg.InvalidTransactionStateError,", ""),
    "rollback": Safety("usecases/create_task.py", "return await tasks.discard(new.id)", "return True"),
    "hashes": Safety(
        "usecases/get_result.py",
        "if len(data) != result.bytes or hashlib.sha256(data).hexdigest() != result.sha256:",
        "if len(data) != result.bytes:",
    ),
    "ledger": Safety("adapters/stores/redis_ledger.py", 'DELETE = "forget(ARGV[1]) ', 'DELETE = "'),
}


def deploy(folder: Path, *, without: Collection[str] = ()) -> Path:
    """Copy the service to a folder, without some of the SAFETIES."""
    for name in PARTS:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    _shorten(folder / "template.yaml")
    for name in without:
        SAFETIES[name].remove(folder)
    return folder


def deploy_revision(folder: Path, revision: str) -> Path:
    """Copy the service as it was at a revision of the repository to a folder."""
    folder.mkdir()
    archive = subprocess.run(["git", "archive", revision, *PARTS], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    _shorten(folder / "template.yaml")
    return folder


def _shorten(path: Path) -> None:
    template: dict[str, Any] = cloudformation.read(path)
    resources = template["Resources"]
    processor = resources["ProcessTaskFunction"]["Properties"]
    processor |= PROCESSOR
    processor["Environment"]["Variables"]["MEMORY_FACTOR"] = UNFORESEEN
    queue = resources["TaskQueue"]["Properties"]
    queue["VisibilityTimeout"] = VISIBILITY_S
    path.write_text(yaml.safe_dump(template))
