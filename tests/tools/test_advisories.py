"""An audit that learned nothing does not say that all is well."""

from pathlib import Path
from typing import Any

import pytest

from tools.advisories import SOUND, UNKNOWN, WEAK, ask, verdict

SKIPPED = {"name": "pillow", "skip_reason": "Dependency not found on PyPI and could not be audited: pillow (1)"}
HEALTHY: dict[str, Any] = {"name": "redis", "version": "8", "vulns": []}
ILL: dict[str, Any] = {"name": "pillow", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}


@pytest.mark.parametrize(
    ("packages", "code", "says"),
    [
        ([], UNKNOWN, "NOT AUDITED"),
        ([SKIPPED, SKIPPED], UNKNOWN, "NOT AUDITED"),
        ([HEALTHY, SKIPPED], UNKNOWN, "not audited: pillow"),
        ([HEALTHY], SOUND, "none has a known weakness"),
        ([HEALTHY, ILL], WEAK, "pillow 1: CVE-1, fixed in 2"),
    ],
)
def test_only_an_audit_of_every_package_finds_all_well(packages: list[dict[str, Any]], code: int, says: str) -> None:
    given, lines = verdict(packages)
    assert given == code
    assert any(says in line for line in lines)


@pytest.mark.parametrize("words", ["", "no connection", '{"other": 1}'])
def test_a_program_that_got_no_answer_is_no_audit(tmp_path: Path, words: str) -> None:
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\necho '{words}'\nexit 1\n")
    program.chmod(0o755)
    assert ask(str(program), tmp_path / "constraints.txt") == []
