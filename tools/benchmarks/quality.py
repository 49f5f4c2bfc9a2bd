"""`make bench-quality`: our perceptual score beside SSIMULACRA2, and what `quality=auto` saves and takes."""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import sqrt
from pathlib import Path

import numpy as np
from PIL import Image

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options, Quality
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.encode.score import differences, score
from imagescaler.engine.scale import scale
from tools.benchmarks.scaling.installation import ROOT

PACKAGE, FOLDER = "ssimulacra2==0.3.0", ROOT / ".bench/quality"  # needs SciPy, which the processor does not have
QUALITIES = (35, 50, 65, 80, 90, 95)
LOSSY = [each for each in RESULT_FORMATS if each.is_lossy]
USEFUL = (55, 93)  # scores between which the errors count


@dataclass(frozen=True, slots=True)
class Row:
    """A file at one quality: our score, SSIMULACRA2's, and the differences that ours is made of."""

    picture: str
    fmt: Format
    ours: float
    theirs: float
    roots: tuple[float, ...]


def main() -> None:
    """Print both tables for pictures, scaled to a width."""
    parser = argparse.ArgumentParser(prog="make bench-quality", description=__doc__)
    parser.add_argument("pictures", type=Path, nargs="+")
    parser.add_argument("--width", type=int, default=640)
    arguments = parser.parse_args()
    _install()
    rows = [row for path in arguments.pictures for row in _rows(path, arguments.width)]
    _print_errors(rows)
    _print_savings(arguments.pictures, arguments.width)


def _install() -> None:
    if not FOLDER.exists():
        command = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(FOLDER), PACKAGE)
        subprocess.run(command, check=True)
    sys.path.insert(0, str(FOLDER))


def _scaled(data: bytes, width: int, fmt: Format, quality: Quality | None = None) -> RenderedImage:
    return scale(data, Options(width, format=fmt, quality=quality, background="#808080ff"), Limits())


def _rows(path: Path, width: int) -> Iterator[Row]:
    from ssimulacra2 import compute_ssimulacra2

    data = path.read_bytes()
    reference = _scaled(data, width, Format.PNG).data
    image = Image.open(BytesIO(reference)).convert("RGB")
    for fmt in LOSSY:
        plugin = codec_of(fmt).plugin
        for quality in QUALITIES:
            file = _scaled(data, width, fmt, Quality.same(quality)).data
            decoded = BytesIO()
            Image.open(BytesIO(file)).convert("RGB").save(decoded, "PNG", compress_level=1)
            theirs = float(compute_ssimulacra2(BytesIO(reference), decoded))
            roots = tuple(sqrt(each) for each in differences(image, file, plugin))
            yield Row(path.stem, fmt, score(image, file, plugin), theirs, roots)


def _print_errors(rows: Sequence[Row]) -> None:
    useful = [each for each in rows if USEFUL[0] < each.theirs < USEFUL[1]]
    print("format | files | mean error | root mean square | worst")
    for fmt in (*LOSSY, None):
        errors = np.array([each.ours - each.theirs for each in useful if fmt in {each.fmt, None}])
        figures = (errors.mean(), sqrt((errors**2).mean()), np.abs(errors).max())
        print(fmt or "all", len(errors), *(f"{each:.1f}" for each in figures), sep=" | ")
    known = np.array([(1, *each.roots) for each in useful])
    fitted = np.linalg.lstsq(known, np.array([each.theirs for each in useful]), rcond=None)[0]
    print("fitted to these pictures:", *(f"{each:.4g}" for each in fitted), flush=True)


def _print_savings(pictures: Sequence[Path], width: int) -> None:
    """Compare with the default, and with the one quality that all pictures would need to reach the target."""
    print("format | bytes at the default | at one quality | with auto | seconds | with auto | qualities | scores")
    for fmt in LOSSY:
        made = [[_timed(path.read_bytes(), width, fmt, each) for path in pictures] for each in (None, Quality.same(0))]
        one = Quality.same(int(max(each[2] for each in made[1])))
        made.insert(1, [_timed(path.read_bytes(), width, fmt, one) for path in pictures])
        sizes, seconds = ([sum(each[at] for each in column) for column in made] for at in (0, 1))
        qualities, scores = ([each[at] for each in made[2]] for at in (2, 3))
        print(
            fmt,
            *(f"{each:,.0f}" for each in sizes),
            *(f"{each:.2f}" for each in seconds[::2]),
            f"{min(qualities):.0f} to {max(qualities):.0f}",
            f"{min(scores):.1f} to {max(scores):.1f}",
            sep=" | ",
            flush=True,
        )


def _timed(data: bytes, width: int, fmt: Format, quality: Quality | None) -> tuple[float, float, float, float]:
    """Return bytes, processor seconds, the quality and the score of a result."""
    start = time.process_time()
    image = _scaled(data, width, fmt, quality)
    seconds = time.process_time() - start
    [encoding] = [each for each in image.operations if each.startswith("encode")]
    found = float(encoding.partition("quality=")[2].split()[0])
    return len(image.data), seconds, found, image.score or 0


if __name__ == "__main__":
    main()
