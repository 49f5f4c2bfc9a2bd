"""What is said to have no effect on a result leaves each of its bytes as it is."""

from typing import Any

import pytest

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.unused_options import unused_options
from imagescaler.engine.codecs.codec import codec_of, no_metadata
from imagescaler.engine.scale import scale
from tests.animations import saved
from tests.pictures import plain
from tests.unit.domain.test_unused_options import BESIDE_OTHERS, SET

PAIRS = [
    (source, result, name)
    for source in RESULT_FORMATS
    for result in RESULT_FORMATS
    if source is result or Format.PNG in {source, result}
    for name in SET
    if name not in {"format", "max_bytes"}
    and name in unused_options(Options(**{name: SET[name], "format": result}), source)
]


def scaled(source: Format, **values: Any) -> bytes:
    return scale(plain(size=(24, 18), form=source.name), Options(**values), Limits(), watermarks={"logo": plain()}).data


@pytest.mark.parametrize(("source", "result", "name"), PAIRS)
def test_an_option_without_effect_changes_no_byte(source: Format, result: Format, name: str) -> None:
    fmt = None if source is result else result
    assert scaled(source, format=fmt, **{name: SET[name]}) == scaled(source, format=fmt)


@pytest.mark.parametrize(("values", "unused"), BESIDE_OTHERS)
def test_beside_others_neither(values: dict[str, Any], unused: set[str]) -> None:
    without = {name: value for name, value in values.items() if name not in unused}
    assert scaled(Format.JPEG, **values) == scaled(Format.JPEG, **without)


def test_a_palette_changes_no_byte_of_an_animation() -> None:
    data = saved(Format.PNG)
    assert scale(data, Options(20, palette=True), Limits()).data == scale(data, Options(20), Limits()).data


@pytest.mark.parametrize("fmt", RESULT_FORMATS)
def test_the_formats_with_metadata_are_those_whose_codecs_embed_it(fmt: Format) -> None:
    assert fmt.info.metadata == (codec_of(fmt).embed is not no_metadata)
