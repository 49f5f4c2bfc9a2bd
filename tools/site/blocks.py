"""The code blocks of README.md and of the pages in docs/."""

import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [str(path.relative_to(ROOT)) for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))]
FENCE = re.compile(r'( *)```(\w*)(?: title="([^"]+)")?$')
UNTESTED = re.compile(r"(?:Not tested|Tested elsewhere): (.+)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `file` is the name in its title, `untested` the reason why no test runs it."""

    line: int
    language: str
    file: str
    text: str
    untested: str

    @property
    def is_run(self) -> bool:
        """True if a test runs the block, or writes it into its file."""
        return not self.untested and (self.language in {"sh", "python"} or bool(self.file))


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page. "Not tested:" and "Tested elsewhere:" hold until the next heading."""
    found, untested = [], ""
    lines = enumerate((ROOT / page).read_text().splitlines(keepends=True), 1)
    for number, line in lines:
        if line.startswith("#"):
            untested = ""
        elif match := UNTESTED.match(line):
            untested = match[1]
        elif match := FENCE.match(line):
            indent, language, file = match.groups("")
            body = takewhile(lambda each: each[1].strip() != "```", lines)
            text = "".join(each.removeprefix(indent) for _, each in body)
            found.append(Block(number, language, file, text, untested))
    return found
