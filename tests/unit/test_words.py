"""Words and docstrings of the sources follow "Words and prose" in CONTRIBUTING.md."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("clients", "layers", "functions", "local", "docs")
TEXTS = {".json", ".md", ".py", ".sh", ".sql", ".svg", ".txt"}
OLD_WORDS = re.compile(
    r"\b(wish(es)?|rung|rings|spared|foreseen|drawn|seen_by|bury|anew|whoever|unwell)\b", re.IGNORECASE
)
OLD_OPENINGS = re.compile(r"(Give|Say whether|Tell)\b")
# The record of the doorbell, and the migrations: they name the columns as they were before revision 0006.
HISTORY = (
    ROOT / "docs/adr/0002-the-row-is-the-truth.md",
    ROOT / "layers/core/python/imagescaler/adapters/repositories/migrations/versions",
)
FILES = [ROOT / "README.md", *(path for name in FOLDERS for path in (ROOT / name).rglob("*") if path.suffix in TEXTS)]


def test_standard_terms_have_replaced_the_private_vocabulary() -> None:
    """The first version used private words. A newcomer cannot search for them, but can for the field's terms."""
    texts = {path: path.read_text() for path in FILES if not any(path.is_relative_to(each) for each in HISTORY)}
    assert {str(path.relative_to(ROOT)) for path, text in texts.items() if OLD_WORDS.search(text)} == set()


def test_docstrings_are_noun_phrases_predicates_or_imperatives() -> None:
    """`Give` does not say whether a value is returned or computed, a predicate is `True if`, and code tells nothing."""
    assert {
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
        for path in FILES
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if OLD_OPENINGS.match(ast.get_docstring(node) or "")
    } == set()
