"""The images that are sent, each with the width that is asked for."""

import shutil
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import PIL.Image

from tests.pictures import photograph


@dataclass(frozen=True, slots=True)
class Image:
    """A file, its width in the result, and how many of it make a sample of some seconds."""

    name: str
    file: str
    width: int
    media_type: str
    count: int


LARGE = Image("JPEG 12 MP → 800", "j12.jpg", 800, "image/jpeg", 60)
PNG = Image("PNG 8 MP → 800", "photo8_rgb.png", 800, "image/png", 16)
SMALL = Image("JPEG 640 pixels → 160", "j640.jpg", 160, "image/jpeg", 240)
TINY = Image("JPEG 256 pixels → 128", "j256.jpg", 128, "image/jpeg", 100)
IMAGES = (LARGE, PNG, SMALL)


def gather(corpus: Path, folder: Path) -> Path:
    """Copy the files into a folder, from which thumbor and IPX serve, and return it."""
    folder.mkdir(exist_ok=True)
    for image in (LARGE, PNG):
        shutil.copy(corpus / image.file, folder)
    (folder / SMALL.file).write_bytes(photograph())
    with PIL.Image.open(BytesIO(photograph())) as opened:
        opened.resize((256, 171)).save(folder / TINY.file, quality=75)
    return folder
