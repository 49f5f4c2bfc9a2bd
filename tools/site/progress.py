"""Draws docs/pictures/progress.svg: the progress bar of the command line, in a run that is killed and repeated."""

import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from local.servers.folders import temporary_data_folder
from tests.pictures import photograph
from tests.service import ROOT, starting

PATH = ROOT / "docs/pictures/progress.svg"
COMMAND = "imagescaler scale photos --width 400 --format webp --out small"
PHOTOGRAPHS, KILLED_AT, COLUMNS = 200, 96, 88
DONE = re.compile(r"(\d+)/200")
FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # of a content delivery network


def main() -> None:
    """Run the command twice, and draw what the terminal showed."""
    console = Console(record=True, width=COLUMNS, file=StringIO())
    with (
        temporary_data_folder() as data,
        tempfile.TemporaryDirectory() as folder,
        starting(Path(folder)) as start,
    ):
        os.environ.update(IMAGESCALER_URL=start(data=data).url, COLORTERM="truecolor", TERM="xterm-256color")
        (Path(folder) / "photos").mkdir()
        for number in range(PHOTOGRAPHS):  # different files: a JPEG may have bytes after its end
            name = ("china.jpg", "flower.jpg")[number % 2]
            (Path(folder) / f"photos/{number:03}.jpg").write_bytes(photograph(name) + str(number).encode())
        for kill_at, remark in ((KILLED_AT, "Killed"), (PHOTOGRAPHS + 1, "")):
            console.print(f"[green]$[/] {COMMAND}", highlight=False)
            for line in _shown(Path(folder), kill_at):
                console.print(Text.from_ansi(line))
            console.print(remark, end="\n" if remark else "")
    PATH.write_text(FONT.sub("", console.export_svg(title="imagescaler")))


def _shown(folder: Path, kill_at: int) -> Iterator[str]:
    """Run the command in a terminal; yield the lines that it shows at its end, or when so many pictures are done."""
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("4H", 24, COLUMNS, 0, 0))
    command = [sys.executable, "-m", "imagescaler_client.cli", *shlex.split(COMMAND)[1:]]
    with subprocess.Popen(command, cwd=folder, stdin=end, stdout=end, stderr=end) as process:
        os.close(end)
        output = b""
        with suppress(OSError):  # the other end of the terminal is closed
            while piece := os.read(terminal, 1 << 16):
                output += piece
                if any(int(done) >= kill_at for done in DONE.findall(output.decode(errors="ignore"))):
                    process.kill()
    os.close(terminal)
    for line in output.decode().split("\r\n"):
        shown = [frame for frame in line.split("\r") if Text.from_ansi(frame).plain.strip()]
        yield from shown[-1:]


if __name__ == "__main__":
    main()
