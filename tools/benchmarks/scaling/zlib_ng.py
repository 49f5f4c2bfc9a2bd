"""Builds zlib-ng as in the processor's image; Pillow loads the first libz.so.1 that it finds."""

import os
import shutil
import subprocess
from pathlib import Path

BUILD = Path(__file__).parent.parent.parent.parent / "layers/zlib_ng/build.sh"


def build(folder: Path, python: Path) -> None:
    """Leave a library in `folder`, unless it is there; its tools are installed beside that Python."""
    target = folder / "zlib-ng"
    if library(folder):
        return
    print("Building zlib-ng")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    environment = {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}"}
    subprocess.run([BUILD, target], env=environment, check=True, stdout=subprocess.DEVNULL)


def library(folder: Path) -> Path | None:
    """Return the folder for LD_LIBRARY_PATH; None if nothing was built."""
    target = folder / "zlib-ng"
    return target if (target / "libz.so.1").exists() else None
