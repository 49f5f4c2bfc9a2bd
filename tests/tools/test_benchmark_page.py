"""Several benchmarks write one page."""

from pathlib import Path

from tools.benchmarks import page

PAGE = "# Performance\n\n## Over HTTP\n\nslow\n\n### Aims\n\nmissed\n\n## Memory\n\n65 MiB\n"


def test_a_section_is_replaced_up_to_the_next_of_its_level(tmp_path: Path) -> None:
    path = tmp_path / "performance.md"
    path.write_text(PAGE)
    page.write_section(path, "Over HTTP", r"\1 fast" + "\n\n")
    assert path.read_text() == "# Performance\n\n## Over HTTP\n\n\\1 fast\n\n## Memory\n\n65 MiB\n"


def test_the_last_section_reaches_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "performance.md"
    path.write_text(PAGE)
    assert page.read_section(path, "Memory") == "## Memory\n\n65 MiB\n"


def test_a_missing_section_is_empty_and_is_added_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "performance.md"
    assert page.read_section(path, "Over HTTP") == ""
    path.write_text("# Performance\n")
    assert page.read_section(path, "Over HTTP") == ""
    page.write_section(path, "Over HTTP", "fast\n")
    assert path.read_text() == "# Performance\n\n## Over HTTP\n\nfast\n"
