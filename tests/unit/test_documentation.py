"""The indexes of the documentation are complete, and the version is the same everywhere."""

import re
import tomllib
from pathlib import Path

import pytest

from imagescaler import __version__
from tools.site.blocks import PAGES, UNTESTED, blocks
from tools.site.check import problems

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
RECORDS = sorted(DOCS.glob("adr/[0-9]*.md"))
LISTED = [str(path.relative_to(DOCS)) for path in sorted(DOCS.rglob("*.md")) if path.parent.name in {"docs", "how-to"}]
LISTED.remove("README.md")
RUN = {"sh", "python"}
SHOWN = {"caddyfile", "html", "http", "js", "json", "mermaid", "nginx", "text", "ts"}
INDENTED = re.compile(r"\n\n(?:(?!\s*(?:[-*]|\d+\.) )    .*\n)+")
STATUS = r"proposed|accepted|superseded (?:in part )?by \d+"
HEAD = re.compile(rf"# (\d+)\. (.+)\n\n- Status: ({STATUS})\n- Date: (\d{{4}}-\d\d-\d\d)\n\n")


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name[:4])
def test_a_decision_record_has_a_status_and_a_date_and_is_in_the_index(path: Path) -> None:
    head = HEAD.match(path.read_text())
    assert head
    number, title, status, date = head.groups()
    assert path.name.startswith(f"{int(number):04}-")
    assert f"\n| {number} | [{title}]({path.name}) | {status} | {date} |\n" in (DOCS / "adr/README.md").read_text()


@pytest.mark.parametrize("page", LISTED)
def test_a_page_is_in_the_map_and_in_the_navigation_of_the_site(page: str) -> None:
    assert (DOCS / "README.md").read_text().count(f"]({page})") == 1
    assert (ROOT / "zensical.toml").read_text().count(f'"{page}"') == 1


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_run_or_says_why_not(page: str) -> None:
    """tests/embedded/test_commands_of_the_docs.py runs each block in `sh` and `python` that is not below a reason."""
    text = (ROOT / page).read_text()
    found = blocks(page)
    assert {block.language for block in found} <= RUN | SHOWN
    assert INDENTED.findall(re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)) == []
    reasons = {match[1] for line in text.splitlines() if (match := UNTESTED.match(line))}
    assert reasons == {block.untested for block in found if block.language in RUN} - {""}


@pytest.mark.parametrize("page", PAGES)
def test_each_request_of_a_page_fails_where_the_service_refuses_it(page: str) -> None:
    """Without --fail, curl saves a problem as a picture."""
    lines = [line for block in blocks(page) if block.is_run for line in block.text.splitlines()]
    assert [line for line in lines if re.search(r"\bcurl ", line) and " --fail" not in line] == []


def test_the_version_is_the_same_everywhere() -> None:
    for pyproject in (ROOT / "pyproject.toml", ROOT / "clients/python/pyproject.toml"):
        assert tomllib.loads(pyproject.read_text())["project"]["version"] == __version__
    assert f"\n## {__version__} - " in (ROOT / "CHANGELOG.md").read_text()


def test_the_library_ships_its_types() -> None:
    assert (ROOT / "layers/core/python/imagescaler/py.typed").is_file()
    assert (ROOT / "clients/python/imagescaler_client/py.typed").is_file()


def test_a_site_with_dead_links_or_foreign_scripts_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<a href="other.html#there">1</a> <a href="other.html#gone">2</a> <a href="gone.html">3</a> '
        '<a href="https://example.com/">4</a> <script src="https://example.com/script.js"></script>'
    )
    (tmp_path / "other.html").write_text('<h2 id="there"></h2> <a href="index.html">1</a> <a href="../outside">2</a>')
    assert problems(tmp_path) == [
        "index.html: loads https://example.com/script.js from the internet",
        "index.html: other.html#gone does not exist",
        "index.html: gone.html does not exist",
        "other.html: ../outside does not exist",
    ]
