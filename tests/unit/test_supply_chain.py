"""What is installed is pinned, and what runs in containers has no more rights than it needs."""

import re
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.!+]+)")
OURS = {"imagescaler"}
LOCKS = sorted((ROOT / "locks").glob("*.txt")) + sorted((ROOT / "layers/zlib_ng").glob("*.txt"))
LOCKED = re.compile(r"(?P<pin>[\w.-]+==[\w.!+]+)(?: ;[^\n\\]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+")
OF_OTHERS = {"postgres", "redis"}  # images that come as they are: they drop their rights themselves, and keep data


def normalized(name: str) -> str:
    """Spell a distribution's name as all agree on (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def pinned() -> dict[str, str]:
    matches = [PIN.fullmatch(line) for line in (ROOT / "constraints.txt").read_text().split()]
    assert all(matches)
    return {normalized(match["name"]): match["version"] for match in matches if match}


def test_every_line_pins_one_distribution_once(pinned: dict[str, str]) -> None:
    assert len(pinned) == len((ROOT / "constraints.txt").read_text().split())


def test_what_is_installed_is_what_is_pinned(pinned: dict[str, str]) -> None:
    installed = {normalized(found.metadata["Name"]): found.version for found in distributions()}
    installed = {name: version for name, version in installed.items() if name not in OURS}
    assert len(installed) > 100
    assert {name: version for name, version in installed.items() if pinned.get(name) != version} == {}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_file_has_versions_and_hashes_and_nothing_else(path: Path) -> None:
    text = path.read_text()
    assert "".join(match[0] for match in LOCKED.finditer(text)) == text
    assert text


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "locks").glob("*.txt")))
def test_a_lock_file_has_the_pinned_versions(name: str, pinned: dict[str, str]) -> None:
    pins = [match["pin"].split("==") for match in LOCKED.finditer((ROOT / f"locks/{name}.txt").read_text())]
    assert {normalized(name): version for name, version in pins}.items() <= pinned.items()


def test_every_pinned_package_is_in_a_lock_file(pinned: dict[str, str]) -> None:
    texts = [path.read_text() for path in (ROOT / "locks").glob("*.txt")]
    assert {normalized(match["pin"].split("==")[0]) for text in texts for match in LOCKED.finditer(text)} == set(pinned)


def test_a_requirement_is_a_name_alone() -> None:
    lines = [line for path in ROOT.glob("functions/*/requirements.txt") for line in path.read_text().splitlines()]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9_-]+(\[[a-z]+\])?(; .+)?", line)] == []


@pytest.mark.parametrize("path", ["Dockerfile", "local/emulation/Dockerfile"])
def test_an_image_is_built_on_a_version(path: str) -> None:
    text = (ROOT / path).read_text()
    [base] = re.findall(r"^ARG BASE=(\S+)$", text, re.MULTILINE)
    assert re.search(r":\d+\.\d+", base)
    stages = set(re.findall(r" AS (\S+)$", text, re.MULTILINE))
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) - stages == {"${BASE}"}
    assert "--require-hashes" in text


def test_the_image_of_the_emulation_runs_as_nobody() -> None:
    assert re.search(r"^USER 65534$", (ROOT / "local/emulation/Dockerfile").read_text(), re.MULTILINE)


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return found


@pytest.mark.parametrize("name", sorted(services().keys() - OF_OTHERS))
def test_a_container_is_nobody_and_writes_nothing(name: str) -> None:
    service = services()[name]
    is_nobody = service["user"].split(":")[0] not in {"", "0", "root"}
    assert is_nobody or (name, service["network_mode"]) == ("secrets", "none")  # root owns new volumes
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges" in service["security_opt"]
    assert not service.get("privileged")
    # Secrets alone are shared, and written by the one service that makes them.
    expected = r"(postgres|signing)-secret:/secrets/(postgres|signing)" + ("" if name == "secrets" else ":ro")
    assert [volume for volume in service.get("volumes", []) if not re.fullmatch(expected, volume)] == []


@pytest.mark.parametrize("name", sorted(services()))
def test_no_server_of_compose_is_reached_from_other_machines(name: str) -> None:
    for port in services()[name].get("ports", []):
        assert str(port).startswith("127.0.0.1:"), port


@pytest.mark.parametrize("name", sorted(OF_OTHERS))
def test_the_images_of_others_have_versions(name: str) -> None:
    assert re.search(r":\d", services()[name]["image"])
