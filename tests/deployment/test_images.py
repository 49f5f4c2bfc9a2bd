"""What goes into the images."""

import tomllib
from pathlib import Path

from tests.imports import distributions_of_emulation

ROOT = Path(__file__).parent.parent.parent
OF_FUNCTIONS = {"awslambdaric"}  # imported in a function's process, and functions have images of their own
UNIMPORTED = {"httptools"}  # uvicorn takes it where it is


def test_the_image_of_the_emulation_has_exactly_what_it_imports() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    assert groups["emulation"] == sorted(groups["emulation"])
    assert set(groups["emulation"]) == distributions_of_emulation() - OF_FUNCTIONS | UNIMPORTED


def test_only_what_is_named_reaches_an_image() -> None:
    [everything, *names] = [
        line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")
    ]
    assert everything == "*"
    copied = {name.removeprefix("!") for name in names if name.startswith("!")}
    assert copied == {
        "functions",
        "layers",
        "local",
        "locks/emulation.txt",
        "locks/functions.txt",
        "template.yaml",
    }
