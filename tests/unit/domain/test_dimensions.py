"""The tables of docs/dimensions.md are true, line by line."""

import re
from pathlib import Path

import pytest

from imagescaler.domain.geometry.plan import plan
from imagescaler.domain.limits import Limits
from imagescaler.web.requests.scaling_request import ScalingRequest

DOCUMENT = Path(__file__).parents[3] / "docs/dimensions.md"
ROW = re.compile(r"^\| (\d+) \S (\d+)(?:, EXIF (\d))? \| (.+?) \| (\d+) \S (\d+) \|", re.MULTILINE)
ROWS = ROW.findall(DOCUMENT.read_text())


def test_every_line_of_the_tables_is_read() -> None:
    lines = [line for line in DOCUMENT.read_text().splitlines() if re.match(r"\| \d", line)]
    assert len(lines) == len(ROWS) > 50


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}x{row[1]} {row[2]} {row[3]}")
def test_the_size_in_the_document_is_the_planned_one(row: tuple[str, ...]) -> None:
    width, height, orientation, options, *expected = row
    fields = ScalingRequest.model_validate(dict(option.split("=") for option in options.split()))
    planned = plan((int(width), int(height)), fields.options, Limits(), orientation=int(orientation or 1))
    assert planned.size == tuple(map(int, expected))
