"""Tests of pixels run over both resamplers: what is installed here, and what takes its place elsewhere."""

import pytest

from imagescaler.engine.resizers import installed, pillow, simd


@pytest.fixture(params=["simd", "pillow"])
def resizer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Resample with one of the two."""
    modules = {"simd": simd, "pillow": pillow}
    name: str = request.param
    monkeypatch.setattr(installed, "resize", modules[name].resize)
    return name
