"""The contenders, and how to start the process of each."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from local.emulation.sam_template.template import load
from tools.benchmarks.scaling import zlib_ng
from tools.benchmarks.scaling.installation import ROOT, Installation

OURS, RIVAL = "ours", "sharp"
WORKERS = "tools.benchmarks.scaling.workers"
LEVELS, FILTERED_LEVELS = (1, 2, 3, 6, 9), (12, 13, 16, 17, 18, 19)


@dataclass(frozen=True, slots=True)
class Contender:
    """A way of scaling, in all cases or `only` where the result has a format.

    `png_knobs` are the compression levels that it can be asked for, ten more with filters.
    """

    name: str
    command: tuple[str, ...]
    note: str
    folder: Path = ROOT
    environment: dict[str, str] = field(default_factory=dict)
    png_knobs: tuple[int, ...] = ()
    quick: bool = True
    only: str | None = None

    @property
    def is_ours(self) -> bool:
        """True if this is our engine. It is measured at its defaults; the others are set to produce its file size."""
        return self.name.startswith(OURS)


def contenders(installation: Installation) -> tuple[Contender, ...]:
    """List all, ours first."""
    ours = (sys.executable, "-m", f"{WORKERS}.ours")
    python, allocator = str(installation.python), allocator_variables()
    node = ("node", "--no-warnings")
    scripts = Path(__file__).parent / "workers"
    fast = {"LD_LIBRARY_PATH": str(zlib_ng.library(installation.folder))}
    return (
        Contender(
            OURS,
            ours,
            "as in the image of the processor: allocator settings, zlib-ng, the SHA-256 known since the upload",
            environment=allocator | fast,
        ),
        Contender(
            "ours, system's zlib", ours, "without zlib-ng, as under `make run`", environment=allocator, only="png"
        ),
        Contender("ours, plain malloc", ours, "without the allocator settings", environment=fast, quick=False),
        Contender(
            "ours, Pillow's resize",
            (sys.executable, "-m", f"{WORKERS}.ours_without_simd"),
            "without the SIMD resizer, as on platforms without its wheel",
            environment=allocator | fast,
            quick=False,
        ),
        Contender(
            RIVAL,
            (*node, str(scripts / "sharp.mjs")),
            "as it comes: fastShrinkOnLoad",
            installation.folder,
            png_knobs=LEVELS + FILTERED_LEVELS,
        ),
        Contender(
            "sharp, full",
            (*node, str(scripts / "sharp.mjs"), "full"),
            "fastShrinkOnLoad: false",
            installation.folder,
            png_knobs=LEVELS + FILTERED_LEVELS,
        ),
        Contender(
            "pyvips",
            (python, "-m", f"{WORKERS}.vips"),
            "`thumbnail`",
            png_knobs=LEVELS + FILTERED_LEVELS,
        ),
        Contender(
            "thumbor",
            (python, "-m", f"{WORKERS}.thumbor"),
            "its engine alone; progressive JPEG, its default",
            png_knobs=LEVELS,
            quick=False,
        ),
        Contender(
            "IPX",
            (*node, str(scripts / "ipx.mjs")),
            "as a library; progressive JPEG, its default; PNG without options",
            installation.folder,
            quick=False,
        ),
        Contender("Pillow", (python, "-m", f"{WORKERS}.pillow"), "open, resize, save", png_knobs=LEVELS, quick=False),
    )


def allocator_variables() -> dict[str, str]:
    """Take the allocator's settings from the template, as the processor has them."""
    functions = {each.name: each for each in load(ROOT / "template.yaml", {}).functions}
    environment = functions["process_task"].environment
    return {name: value for name, value in environment.items() if name.startswith("MALLOC_")}
