"""The safeties that `make chaos` can take away."""

from pathlib import Path

import pytest

from tools.chaos.deployment import LIBRARY, SAFETIES, deploy


@pytest.mark.parametrize("name", SAFETIES)
def test_a_safety_is_where_it_is_taken_from_and_what_is_left_is_the_rest(tmp_path: Path, name: str) -> None:
    with_it, without = tmp_path / "with", tmp_path / "without"
    deploy(with_it)
    deploy(without, without={name})
    changed = {
        str(path.relative_to(with_it / LIBRARY))
        for path in (with_it / LIBRARY).rglob("*.*")
        if path.read_bytes() != (without / path.relative_to(with_it)).read_bytes()
    }
    assert changed == {SAFETIES[name].path}
