"""The examples in docstrings are true."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FOLDERS = {ROOT / "layers/core/python": "imagescaler", ROOT: "local"}


def modules_with_examples() -> list[str]:
    """List the modules in whose text an example stands."""
    return [
        ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        for folder, package in FOLDERS.items()
        for path in sorted((folder / package).rglob("*.py"))
        if ">>> " in path.read_text()
    ]


@pytest.mark.parametrize("name", modules_with_examples())
def test_the_examples_are_true(name: str) -> None:
    options = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    results = doctest.testmod(importlib.import_module(name), optionflags=options)
    assert results.attempted
    assert not results.failed
