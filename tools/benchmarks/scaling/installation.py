"""Installs the contenders in a virtual environment and a node_modules of their own; keeps existing ones."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.benchmarks.scaling import zlib_ng

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent
PINS = ("requirements.txt", "package.json")


@dataclass(frozen=True, slots=True)
class Installation:
    """The folder with both; it is ignored by git and may be removed at any time."""

    folder: Path = ROOT / ".bench"

    @property
    def python(self) -> Path:
        """Interpreter of the virtual environment."""
        return self.folder / "venv/bin/python"

    def make(self) -> None:
        """Install with pip and npm, unless these very pins are installed, and build zlib-ng, unless it is there."""
        if not all(self._is_current(name) for name in PINS):
            self._install()
        zlib_ng.build(self.folder, self.python)

    def _install(self) -> None:
        if not shutil.which("npm"):
            raise SystemExit("npm is needed, with Node 20.9 or newer, for sharp and IPX.")
        self.folder.mkdir(exist_ok=True)
        print(f"Installing into {self.folder.name} what is compared")
        subprocess.run([sys.executable, "-m", "venv", self.folder / "venv"], check=True)
        subprocess.run([self.python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True)
        shutil.copy(HERE / "package.json", self.folder)
        quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(["npm", "install", *quiet], cwd=self.folder, check=True)
        shutil.copy(HERE / "requirements.txt", self.folder)

    def versions(self) -> dict[str, str]:
        """Return the pinned version of everything that was installed by name."""
        python = dict(line.split("==") for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line)
        return {**python, **json.loads((HERE / "package.json").read_text())["dependencies"]}

    def _is_current(self, name: str) -> bool:
        copy = self.folder / name
        return copy.exists() and copy.read_text() == (HERE / name).read_text()
