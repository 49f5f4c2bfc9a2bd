"""The contact sheet in the documentation shows the engine as it is."""

import numpy as np
import pytest
from PIL import Image

from tools.contact_sheet.__main__ import SHEET, sheet

pytestmark = pytest.mark.slow


def test_the_committed_sheet_is_what_the_engine_draws_now() -> None:
    with Image.open(SHEET) as committed:
        drawn, told = (np.asarray(each, dtype=np.float64) for each in (sheet(), committed.convert("RGB")))
    assert SHEET.stat().st_size < 2_000_000
    assert drawn.shape == told.shape, "make contact-sheet"
    differs = np.abs(drawn - told).max(axis=2) > 16  # codecs of other versions and processors round otherwise
    assert differs.mean() < 0.005, "make contact-sheet"
