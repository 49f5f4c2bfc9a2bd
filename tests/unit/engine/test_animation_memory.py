"""An animation takes the memory of some frames, and not of all; each is scaled in a process of its own."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.probe.probe import read_timeline
from tests.pictures import encoded, photograph

pytestmark = pytest.mark.slow
SIZE = (480, 320)
FRAME_BYTES = 480 * 320 * 4
FEW, MANY = 25, 250
SCRIPT = """
import re, sys
from pathlib import Path
from imagescaler.domain.formats import Format
from imagescaler.engine.scale import scale
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options, Quality

source, target, form = Path(sys.argv[1]), Path(sys.argv[2]), Format(sys.argv[3])
wish = Options(480, format=form)
if len(sys.argv) > 4:
    wish = Options(480, format=form, quality=Quality.same(8), max_bytes=int(sys.argv[4]))
codec_of(form)
data = source.read_bytes()
before = int(re.search("VmRSS:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
target.write_bytes(scale(data, wish, Limits()).data)
print(1024 * (int(re.search("VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) - before))
"""


def duration_ms(frame: int) -> int:
    return 20 + frame % 7 * 10


def moving(frames: int) -> bytes:
    """Return a GIF of so many frames, on each of which something is elsewhere."""
    picture = Image.open(BytesIO(photograph())).resize(SIZE).quantize(128)
    drawn = [picture.copy() for _ in range(frames)]
    for number, frame in enumerate(drawn):
        frame.paste(number % 128, (number, 100 + number % 60, number + 60, 220))
    durations = [duration_ms(number) for number in range(frames)]
    return encoded(drawn[0], "GIF", save_all=True, append_images=drawn[1:], duration=durations, loop=0)


@pytest.mark.parametrize(
    ("form", "frame_max_bytes"),
    [(Format.WEBP, None), (Format.WEBP, 1_500), (Format.AVIF, None), (Format.GIF, None)],  # 1,500 take several tries
)
def test_memory_does_not_grow_with_the_number_of_frames(
    form: Format, frame_max_bytes: int | None, tmp_path: Path
) -> None:
    peaks = {}
    for frames in (FEW, MANY):
        source, target = tmp_path / f"{frames}.gif", tmp_path / f"{frames}.{form}"
        source.write_bytes(moving(frames))
        run = [sys.executable, "-c", SCRIPT, str(source), str(target), form.value]
        run += [str(frames * frame_max_bytes)] if frame_max_bytes else []
        peaks[frames] = int(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
        timeline = read_timeline(target.read_bytes(), form, 1_000)
        assert timeline is not None
        assert list(map(float, timeline.durations_ms)) == [duration_ms(number) for number in range(frames)]
        peaks[frames] -= 2 * target.stat().st_size  # the result itself, and the parts of which it is joined
    assert peaks[MANY] < 60 * FRAME_BYTES
    assert peaks[MANY] - peaks[FEW] < 25 * FRAME_BYTES  # an encoder of video looks ahead; 225 frames more are there
