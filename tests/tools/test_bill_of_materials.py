"""The bill of materials of each image, and the page of licenses."""

import json
from pathlib import Path

import pytest

from tests.handlers import FUNCTIONS
from tools import bill_of_materials


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sbom")
    bill_of_materials.write_bills(made)
    return made


def names(path: Path) -> set[str]:
    return {each["name"] for each in json.loads(path.read_text())["components"]}


def test_each_image_has_a_bill(folder: Path) -> None:
    functions = {path.parent.name for path in FUNCTIONS.glob("*/handler.py")}
    assert {path.name.split(".")[0] for path in folder.glob("*.cdx.json")} == functions | {"emulation"}


def test_a_bill_has_what_a_function_needs_and_what_that_needs(folder: Path) -> None:
    processor = names(folder / "process_task.cdx.json")
    assert {"pillow", "asyncpg", "pydantic", "pydantic-core"} <= processor
    assert not {"fastapi", "pytest", "alembic"} & processor
    assert {"sqlalchemy", "greenlet"} <= names(folder / "migrate_database.cdx.json")  # an extra's package


def test_a_component_has_its_version_license_and_hashes(folder: Path) -> None:
    components = json.loads((folder / "process_task.cdx.json").read_text())["components"]
    [pillow] = [each for each in components if each["name"] == "pillow"]
    assert pillow["purl"] == f"pkg:pypi/pillow@{pillow['version']}"
    assert pillow["licenses"] == [{"license": {"id": "MIT-CMU"}}]
    assert len(pillow["hashes"]) > 10
    assert all(each["hashes"] and each["licenses"] for each in components)


def test_the_page_of_licenses_is_current() -> None:
    assert bill_of_materials.LICENSES.read_text() == bill_of_materials.license_page()
