"""Finds the servers' programs in the installed packages, and copies them where the server user cannot reach them."""

import shutil
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from local.servers.folders import reaches


def program(distribution: str, name: str, data_folder: Path) -> Path:
    """Return the path of a distribution's program, or of its copy in the data folder if it is out of reach.

    The server user cannot enter a virtual environment in root's home.
    """
    package = metadata.distribution(distribution)
    files = [file for file in package.files or () if ".." not in file.parts]
    relative = next(file for file in files if file.name == name)
    installed = Path(str(package.locate_file(relative)))
    if reaches(installed):
        return installed.absolute()
    copy = data_folder / "binaries" / f"{distribution}-{package.version}"
    if not copy.exists():
        _copy(Path(str(package.locate_file(""))), files, copy)
    return copy / relative


def _copy(source: Path, files: Sequence[Path | metadata.PackagePath], target: Path) -> None:
    """Copy files to the same relative paths in `target`, which appears when the copy is complete."""
    unfinished = target.with_name(f"{target.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    for file in files:
        (unfinished / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file, unfinished / file)
    for path in (target.parent, unfinished, *unfinished.rglob("*")):
        path.chmod(0o755)
    unfinished.rename(target)
