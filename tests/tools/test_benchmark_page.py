"""Several benchmarks write one page."""

from pathlib import Path

from tools.benchmarks import page
from tools.benchmarks.http import memory

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


def test_the_memory_of_the_service_is_compared_with_its_aims() -> None:
    measured = [{"postgres": (100.0, 9)}, {"postgres": (120.4, 15), "create_task": (299.6, 5)}, {"postgres": (80.0, 9)}]
    text = memory.section(measured, "machine", "images")
    assert "at most 120 MiB: met." in text
    assert "at most 400 MiB: missed by 5%." in text
    assert "| create_task | - | 300 (5) | - |\n| all | 100 | 420 | 80 |\n" in text
