"""The bucket of a chaos run, as the service writes to it."""

import random

import pytest
from PIL import Image

from imagescaler.adapters.targets.s3 import S3Target
from tests.pictures import encoded
from tools.chaos import bucket
from tools.chaos.work import Kind, Work

WORK = Work(8, Kind.GOOD)


async def test_an_object_is_kept_by_its_color_though_its_first_request_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "FAILS", 1)
    picture = encoded(Image.new("RGB", (16, 16), WORK.color))
    async with bucket.bucket(random.Random(1)) as made:
        for name, value in made.variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        assert WORK.target_url
        await S3Target().write(WORK.target_url, "result.png", picture, "image/png")
    assert made.objects == {"8/result.png": WORK.color}
