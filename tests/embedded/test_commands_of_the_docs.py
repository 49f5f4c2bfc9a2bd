"""The commands and programs of all pages, copied and pasted into a shell."""

from pathlib import Path

import pytest
from PIL import Image

from tests.pictures import photograph
from tests.service import ROOT, Service
from tools.site.blocks import PAGES, blocks
from tools.site.pictures import CAPTION, FOLDER, NAMES, PAGE, caption
from tools.site.reader import run

pytestmark = pytest.mark.slow
WITH_COMMANDS = [page for page in PAGES if any(block.is_run for block in blocks(page))]
GIVEN = ("photo.jpg", "large.jpg", "photos/photo.jpg")
SAME_BYTES = 0.05  # encoders differ a little between processors


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_the_commands_of_a_page_work_as_they_stand(service: Service, tmp_path: Path, page: str) -> None:
    (tmp_path / "photos").mkdir()
    for name in GIVEN:
        (tmp_path / name).write_bytes(photograph())
    done = run(page, tmp_path, service.url)
    assert done.returncode == 0, done.stdout + done.stderr
    commands = "".join(block.text for block in blocks(page) if block.is_run)
    made = [path for path in tmp_path.rglob("*.*") if path.suffix in {".jpg", ".webp"} and f" {path.name} " in commands]
    assert {path.name for path in made} >= {name for name in ("small.jpg", "scaled.jpg") if f" {name} " in commands}
    for path in made:
        with Image.open(path) as picture:
            assert picture.format == Image.registered_extensions()[path.suffix], path


def test_the_pictures_of_the_quickstart_are_made_by_its_commands(tmp_path: Path) -> None:
    done = run(PAGE, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert CAPTION.findall((ROOT / PAGE).read_text()) == [caption(FOLDER / name) for name in NAMES]
    for name in NAMES:
        with Image.open(tmp_path / name) as made, Image.open(FOLDER / name) as shown:
            assert (made.format, made.size) == (shown.format, shown.size)
        sizes = ((tmp_path / name).stat().st_size, (FOLDER / name).stat().st_size)
        assert sizes[0] == pytest.approx(sizes[1], rel=SAME_BYTES)
