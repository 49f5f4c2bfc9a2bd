"""Draws the pictures of docs/quickstart.md: runs its commands, and writes what they have made, with its sizes."""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tools.site.blocks import ROOT
from tools.site.reader import run

PAGE = "docs/quickstart.md"
FOLDER = ROOT / "docs/pictures/quickstart"
NAMES = ("photo.jpg", "small.jpg", "card.webp")
CAPTION = re.compile(r"\d+ × \d+, [\d,]+ bytes")  # noqa: RUF001


def caption(path: Path) -> str:
    """Return what the page says below a picture: its size in pixels, and its bytes."""
    with Image.open(path) as picture:
        width, height = picture.size
    return f"{width} × {height}, {path.stat().st_size:,} bytes"  # noqa: RUF001


def main() -> None:
    """Write the pictures and their captions."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        done = run(PAGE, Path(folder))
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        for name in NAMES:
            shutil.copy(Path(folder, name), FOLDER / name)
    captions = iter(NAMES)
    text = (ROOT / PAGE).read_text()
    (ROOT / PAGE).write_text(CAPTION.sub(lambda _: caption(FOLDER / next(captions)), text))


if __name__ == "__main__":
    main()
