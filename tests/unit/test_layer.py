"""The library as a Lambda layer: its folder is complete."""

import shutil
import subprocess
import sys
from pathlib import Path

LAYER = Path(__file__).parent.parent.parent / "layers/core"


def test_the_zipped_layer_is_imported_in_a_fresh_interpreter(tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "layer"), "zip", LAYER)
    shutil.unpack_archive(archive, tmp_path / "opt")
    modules = "imagescaler.usecases.process_task as m, imagescaler.adapters.repositories.postgres_tasks"
    code = f"import {modules}; print(m.__file__)"
    environment = {"PYTHONPATH": str(tmp_path / "opt/python"), "PYTHONDONTWRITEBYTECODE": "1"}
    printed = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    assert printed.startswith(str(tmp_path))


def test_the_layer_holds_nothing_but_our_package() -> None:
    assert [path.name for path in (LAYER / "python").iterdir() if path.name != "__pycache__"] == ["imagescaler"]
