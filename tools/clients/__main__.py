"""Generates a Python client from the OpenAPI document and scales a photograph with it: `make clients`."""

import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image

from local.servers.folders import temporary_data_folder
from tests.pictures import photograph
from tests.service import ROOT, starting
from tools.documents import OPENAPI

HERE = Path(__file__).parent
TOOLS = ROOT / ".clients"  # made by the Makefile
SIZE, FORMAT = (320, 214), "WEBP"  # of china.jpg, 640 x 427, at the width that the scripts ask for


def generate(folder: Path) -> None:
    """Generate a client with openapi-python-client, for the script that uses it."""
    _run(TOOLS / "bin/openapi-python-client", "generate", "--path", OPENAPI, "--config", HERE / "python.yaml",
         "--meta", "none", "--fail-on-warning", "--output-path", folder / "generated_client")  # fmt: skip
    (folder / "scale.py").write_text((HERE / "scale.py").read_text())


def scale(url: str, folder: Path) -> None:
    """Run the script on a running service; raises ValueError if its picture is not what was asked for."""
    (folder / "photograph.jpg").write_bytes(photograph())
    _run(TOOLS / "bin/python", folder / "scale.py", url, folder / "photograph.jpg", folder / "result")
    with Image.open(BytesIO((folder / "result").read_bytes())) as image:
        image.load()
        if (image.size, image.format) != (SIZE, FORMAT):
            message = f"the result is {image.format} of {image.size}, not {FORMAT} of {SIZE}"
            raise ValueError(message)


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=TOOLS)


if __name__ == "__main__":
    with (
        temporary_data_folder() as data,
        tempfile.TemporaryDirectory() as temporary,
        starting(Path(temporary)) as start,
    ):
        generate(Path(temporary))
        scale(start(data=data).url, Path(temporary))
        sys.stdout.write("the client posted a photograph, polled its task and fetched the picture\n")
