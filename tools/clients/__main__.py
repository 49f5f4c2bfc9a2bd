"""Generates clients from the OpenAPI document and scales a photograph with each: `make clients`."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image

from local.servers.folders import temporary_data_folder
from tests.pictures import photograph
from tests.service import ROOT, starting
from tools.documents import OPENAPI

HERE = Path(__file__).parent
TOOLS = ROOT / ".clients"  # made by the Makefile
NODE = TOOLS / "node_modules"
SIZE, FORMAT = (320, 214), "WEBP"  # of china.jpg, 640 x 427, at the width that the scripts ask for

Command = tuple[str | Path, ...]


def generate_python(folder: Path) -> Command:
    """Generate a client with openapi-python-client; return the command of the script that uses it."""
    _run(TOOLS / "bin/openapi-python-client", "generate", "--path", OPENAPI, "--config", HERE / "python.yaml",
         "--meta", "none", "--fail-on-warning", "--output-path", folder / "generated_client")  # fmt: skip
    (folder / "scale.py").write_text((HERE / "scale.py").read_text())
    return TOOLS / "bin/python", folder / "scale.py"


def generate_typescript(folder: Path) -> Command:
    """Generate types with openapi-typescript, and compile the script that uses them; return its command."""
    for name in ("scale.ts", "generate.js", "package.json"):
        (folder / name).write_text((HERE / name).read_text())
    (folder / "node_modules").symlink_to(NODE)
    _run("node", folder / "generate.js", OPENAPI, folder / "api.ts")
    _run(NODE / ".bin/tsc", "--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck",
         folder / "scale.ts")  # fmt: skip
    return "node", folder / "scale.js"


def scale_with(command: Command, url: str, folder: Path) -> None:
    """Run a script on a running service; raises ValueError if its picture is not what was asked for."""
    (folder / "photograph.jpg").write_bytes(photograph())
    _run(*command, url, folder / "photograph.jpg", folder / "result")
    with Image.open(BytesIO((folder / "result").read_bytes())) as image:
        image.load()
        if (image.size, image.format) != (SIZE, FORMAT):
            message = f"the result is {image.format} of {image.size}, not {FORMAT} of {SIZE}"
            raise ValueError(message)


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=TOOLS)


if __name__ == "__main__":
    CLIENTS: dict[str, Callable[[Path], Command]] = {
        "openapi-python-client": generate_python,
        "openapi-typescript": generate_typescript,
    }
    with (
        temporary_data_folder() as data,
        tempfile.TemporaryDirectory() as temporary,
        starting(Path(temporary)) as start,
    ):
        service = start(data=data)
        for name, generate in CLIENTS.items():
            folder = Path(temporary) / name
            folder.mkdir()
            scale_with(generate(folder), service.url, folder)
            sys.stdout.write(f"{name}: the client posted a photograph, polled its task and fetched the picture\n")
