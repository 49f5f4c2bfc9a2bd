"""Builds zlib-ng as a libz.so.1 out of the source that its Python package carries; Pillow takes the first it finds."""

import shutil
import subprocess
import tarfile
from pathlib import Path

PACKAGE, VERSION = "zlib-ng", "1.1.0"
SOURCE = f"zlib_ng-{VERSION}"


def build(folder: Path, python: Path) -> None:
    """Leave a library in `folder`, unless it is there or there is nothing to build it with."""
    if library(folder) or not (shutil.which("cmake") and shutil.which("cc")):
        return
    print("Building zlib-ng")
    download = ("download", "--quiet", "--no-deps", "--no-binary", PACKAGE, f"{PACKAGE}=={VERSION}")
    subprocess.run([python, "-m", "pip", *download, "--dest", folder], check=True)
    with tarfile.open(folder / f"{SOURCE}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    source, target = folder / SOURCE / "src/zlib_ng/zlib-ng", _target(folder)
    options = ("-DZLIB_COMPAT=ON", "-DBUILD_TESTING=OFF", "-DWITH_GTEST=OFF", "-DCMAKE_BUILD_TYPE=Release")
    for command in (("-S", source, "-B", target, *options), ("--build", target, "--parallel")):
        subprocess.run(["cmake", *command], check=True, stdout=subprocess.DEVNULL)


def library(folder: Path) -> Path | None:
    """Give the folder for LD_LIBRARY_PATH, None where nothing was built."""
    return _target(folder) if (_target(folder) / "libz.so.1").exists() else None


def _target(folder: Path) -> Path:
    return folder / "zlib-ng"
