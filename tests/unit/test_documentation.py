"""The indexes of the documentation are complete, and the version is the same everywhere."""

import re
import tomllib
from pathlib import Path

import pytest

from imagescaler import __version__
from tools.site.check import problems

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
RECORDS = sorted(DOCS.glob("adr/[0-9]*.md"))
PAGES = sorted(path.name for path in DOCS.glob("*.md") if path.name != "README.md")
STATUS = r"proposed|accepted|superseded (?:in part )?by \d+"
HEAD = re.compile(rf"# (\d+)\. (.+)\n\n- Status: ({STATUS})\n- Date: (\d{{4}}-\d\d-\d\d)\n\n")


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name[:4])
def test_a_decision_record_has_a_status_and_a_date_and_is_in_the_index(path: Path) -> None:
    head = HEAD.match(path.read_text())
    assert head
    number, title, status, date = head.groups()
    assert path.name.startswith(f"{int(number):04}-")
    assert f"\n| {number} | [{title}]({path.name}) | {status} | {date} |\n" in (DOCS / "adr/README.md").read_text()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_in_the_map_and_in_the_navigation_of_the_site(page: str) -> None:
    assert (DOCS / "README.md").read_text().count(f"]({page})") == 1
    assert (ROOT / "zensical.toml").read_text().count(f'"{page}"') == 1


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
