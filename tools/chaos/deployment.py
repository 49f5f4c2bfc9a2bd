"""A copy of the service to break: the same code, a template with short times, optionally without its fence."""

import re
import shutil
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
FENCE = re.compile(r"where id = :id and status = 'processing' and attempt = :attempt")
NO_FENCE = "where id = :id and attempt >= :attempt"


def deploy(folder: Path, *, fence: bool) -> Path:
    """Copy the service to a folder; without the `fence` a late attempt may write over its successor's work."""
    for name in PARTS:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    _shorten(folder / "template.yaml")
    if not fence:
        _take_fence_down(folder / "layers/core/python/imagescaler/adapters/repositories/task_queries.sql")
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


def _take_fence_down(path: Path) -> None:
    sql, count = FENCE.subn(NO_FENCE, path.read_text())
    assert count, "the fence is not where it was"
    path.write_text(sql)
