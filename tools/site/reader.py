"""Runs the blocks of a page in a shell, as a reader who copies and pastes them."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from local.servers.folders import temporary_data_folder
from local.servers.supervisor import free_port
from tools.site.blocks import ROOT, Block, blocks

ADDRESS = "http://127.0.0.1:8000"
CODE = (ROOT, ROOT / "layers/core/python", ROOT / "clients/python")
TIMEOUT_S = 300
END = "END_OF_BLOCK"
# `make run` is the service in the reader's first terminal: another one takes the place of the first.
PRELUDE = r"""
set -euo pipefail
imagescaler() { python -m imagescaler_client.cli "$@"; }
program() { python - 2> errors.txt && [ ! -s errors.txt ] || { cat errors.txt >&2; return 1; }; }
make() {
    [ "$*" = run ] || { echo "make $*: a reader runs only make run" >&2; return 1; }
    if [ -n "${SERVICE:-}" ]; then kill "$SERVICE"; wait "$SERVICE" || true; fi
    python -m local --port "${IMAGESCALER_URL##*:}" > service.log 2>&1 &
    SERVICE=$!
    until grep --quiet "$IMAGESCALER_URL" service.log; do
        kill -0 "$SERVICE" || { cat service.log >&2; return 1; }
        sleep 0.1
    done
}
trap 'for job in $(jobs -p); do kill "$job" || true; done; wait' EXIT
"""


def run(page: str, folder: Path, url: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the blocks of a page in a folder, with the service at `url` or with that which the page starts."""
    run_blocks = [block for block in blocks(page) if block.is_run]
    if any("make run" in block.text for block in run_blocks):
        url = f"http://127.0.0.1:{free_port()}"
    with temporary_data_folder() as data:
        return subprocess.run(
            ["bash", "-c", _script(run_blocks).replace(ADDRESS, url)],
            cwd=folder,
            env={
                **{name: value for name, value in os.environ.items() if name not in {"POSTGRES_DSN", "REDIS_URL"}},
                "IMAGESCALER_URL": url,
                "IMAGESCALER_DATA": str(data),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "PYTHONPATH": ":".join(map(str, CODE)),
            },
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )


def _script(run_blocks: Iterable[Block]) -> str:
    return "\n".join([PRELUDE, *map(_commands, run_blocks)])


def _commands(block: Block) -> str:
    document = f"<< '{END}'\n{block.text}{END}\n"
    if block.file:
        return f"cat > '{block.file}' {document}"
    return f"program {document}" if block.language == "python" else block.text
