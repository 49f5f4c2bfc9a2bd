"""docs/performance.md, whose sections several benchmarks write."""

import re
from pathlib import Path

PATH = Path(__file__).parent.parent.parent / "docs/performance.md"
KEPT = ("Over HTTP", "Memory of the service", "Growth")
"""Sections that `make bench-scaling` does not write."""


def read_section(path: Path, title: str) -> str:
    """Return a section with its heading, or an empty text."""
    found = _section(title).search(path.read_text()) if path.exists() else None
    return found[0] if found else ""


def write_section(path: Path, title: str, text: str) -> None:
    """Replace the text of a section, or add the section at the end."""
    written = f"## {title}\n\n{text}"
    page, count = _section(title).subn(lambda _: written, path.read_text() if path.exists() else "")
    path.write_text(page if count else f"{page}\n{written}".lstrip())


def _section(title: str) -> re.Pattern[str]:
    return re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
