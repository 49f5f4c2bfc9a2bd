"""Options on the wire and in the domain."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from pydantic import TypeAdapter, ValidationError

from imagescaler.domain.formats import RESULT_FORMATS, Format, listed
from imagescaler.domain.option import Option
from imagescaler.domain.options import OPTIONS, SIZES, Box, Edges, Fit, Icc, Kernel, Metadata, Options, Quality
from imagescaler.web.requests.scaling_request import ScalingRequest
from imagescaler.web.views.options import OptionsView
from tests.unit.engine.test_plan import wishes

EVERYTHING = {
    "width": "800",
    "height": "600",
    "fit": "cover",
    "dpr": "2",
    "enlarge": "false",
    "crop": "1, 2,3,4",
    "pad": "5,6",
    "background": "rebeccapurple",
    "rotate": "-90",
    "focus_x": "0.25",
    "kernel": "bicubic",
    "format": "JPG",
    "quality": "jpeg:70,avif:40",
    "metadata": "copyright",
    "icc": "keep",
    "animated": "no",
}
LOSSLESS = listed(each for each in RESULT_FORMATS if each.can_be_lossless)


def test_texts_of_a_form_become_options() -> None:
    assert ScalingRequest.model_validate(EVERYTHING).options == Options(
        800,
        600,
        fit=Fit.COVER,
        dpr=2.0,
        enlarge=False,
        crop=Box(1, 2, 3, 4),
        pad=Edges(5, 6, 5, 6),
        background="#663399ff",
        rotate=270,
        focus_x=0.25,
        kernel=Kernel.BICUBIC,
        format=Format.JPEG,
        quality=Quality(jpeg=70, avif=40),
        metadata=Metadata.COPYRIGHT,
        icc=Icc.KEEP,
        animated=False,
    )


def test_json_has_the_same_names_and_values() -> None:
    values = {"width": 800, "crop": "1,2,3,4", "quality": 60, "rotate": 90, "background": "#fc0", "trim": 3}
    options = ScalingRequest.model_validate_json(json.dumps(values)).options
    assert options == Options(
        800, crop=Box(1, 2, 3, 4), quality=Quality.same(60), rotate=90, background="#ffcc00ff", trim=3
    )


def test_fields_and_options_have_the_same_names() -> None:
    assert set(OptionsView.model_fields) == set(Options.__dataclass_fields__) == set(ScalingRequest.model_fields)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_an_option_is_declared_with_what_its_readers_need(option: Option) -> None:
    assert option.declaration.description
    assert option.declaration.examples
    sizes: dict[str, Any] = {} if option.name in SIZES else {"width": 800}
    for example in option.declaration.examples:
        sent = {**sizes, option.name: option.text(example)}
        if option.name != "preserve_ratio":
            assert ScalingRequest.model_validate(sent).options != Options(**sizes)


@pytest.mark.parametrize(
    "option", [each for each in OPTIONS if each.declaration.bounds], ids=lambda option: option.name
)
def test_a_bound_of_the_declaration_is_one_of_the_wire(option: Option) -> None:
    bounds = option.declaration.bounds
    outside = {"minimum": -1, "exclusiveMinimum": 0, "maximum": 1}
    for name in outside.keys() & bounds.keys():
        with pytest.raises(ValidationError, match="should be"):
            ScalingRequest.model_validate({"width": 800, option.name: bounds[name] + outside[name]})


def test_composite_values_are_read_from_the_text_that_they_write() -> None:
    for value in (Box(1, 2, 3, 4), Edges(1, 2, 3, 4), Quality.parse("jpeg:1")):
        assert type(value).parse(str(value)) == value


def test_auto_is_a_quality_on_the_wire_and_in_a_row() -> None:
    for text in ("auto", "AUTO", " auto "):
        options = ScalingRequest.model_validate({"width": 5, "quality": text, "quality_target": 80}).options
        assert options.quality is not None
        assert options.quality.is_auto
        assert options.quality_target == 80
        assert TypeAdapter(Options).validate_json(json.dumps(asdict(options))) == options
        assert OptionsView.of(options).model_dump(mode="json")["quality"] == "auto"


def test_every_lossy_format_has_a_quality_with_the_default_of_the_format() -> None:
    assert asdict(Quality()) == {each.value: each.default_quality for each in RESULT_FORMATS if each.is_lossy}


def test_defaults_are_the_same_on_both_sides() -> None:
    assert ScalingRequest.model_validate({"width": 1}).options == Options(1)


@given(wishes())
def test_options_survive_the_wire(wish: tuple[Any, int, Options]) -> None:
    options = replace(wish[2], width=5, scale=None, min_width=None, min_height=None, focus_x=None, focus_y=None)
    shown = OptionsView.of(options)
    back = ScalingRequest.model_validate(shown.model_dump(mode="json")).options
    assert replace(back, fit=back.fitting, preserve_ratio=True) == replace(
        options, fit=options.fitting, preserve_ratio=True
    )


@given(wishes())
def test_options_survive_a_row(wish: tuple[Any, int, Options]) -> None:
    adapter = TypeAdapter(Options)
    assert adapter.validate_json(json.dumps(asdict(wish[2]))) == wish[2]


def test_a_row_of_an_older_release_is_read() -> None:
    row = '{"width": 800, "height": null, "preserve_ratio": false, "format": "webp"}'
    assert TypeAdapter(Options).validate_json(row) == Options(800, None, preserve_ratio=False, format=Format.WEBP)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"width": 5, "scale": 50}, "send either scale, or width and height"),
        ({"width": 5, "preserve_ratio": True, "fit": "fill"}, "preserve_ratio=true and fit=fill contradict"),
        ({"width": 5, "preserve_ratio": False, "fit": "cover"}, "preserve_ratio=false and fit=cover contradict"),
        ({"min_width": 9, "max_width": 8}, "min_width is 9, which is more than max_width, 8"),
        ({"width": 5, "gravity": "north", "focus_y": 0.2}, "focus_x and focus_y take the place of gravity"),
        (
            {"width": 5, "format": "jpeg", "lossless": True},
            f"lossless is an option of {LOSSLESS}, and format is jpeg",
        ),
        ({"width": 5, "crop": "1,2,3"}, "send left,top,width,height in pixels, such as 10,20,300,200"),
        ({"width": 5, "crop": "1,2,0,4"}, "send left,top,width,height"),
        ({"width": 5, "crop": "a,b,c,d"}, "send left,top,width,height"),
        ({"width": 5, "pad": "1,2,3"}, "send pixels for all edges, or vertical,horizontal"),
        ({"width": 5, "pad": "-1"}, "send pixels for all edges"),
        ({"width": 5, "quality": "0"}, "send 1 to 100, or one for each format"),
        ({"width": 5, "quality": "101"}, "send 1 to 100"),
        ({"width": 5, "quality": "png:50"}, "send 1 to 100"),
        ({"width": 5, "quality": "jpeg:auto"}, f"such as {Quality()}, or auto"),
        ({"width": 5, "quality_target": 100}, "less than or equal to 95"),
        ({"width": 5, "quality_target": 0}, "greater than or equal to 30"),
        ({"width": 5, "quality": "jpeg:50,webp:0"}, "send 1 to 100"),
        ({"width": 5, "background": "redish"}, "send a CSS color, such as white"),
        ({"width": 5, "background": 7}, "send a CSS color"),
        ({"width": 5, "background": {"color": "red"}}, "send a CSS color"),
        ({"width": 5, "rotate": 45}, "multiple of 90"),
        ({"width": 5, "kernel": "magic"}, "'nearest', 'box', 'bilinear', 'hamming', 'bicubic' or 'lanczos'"),
        ({"width": 5, "fit": "crop"}, "'inside', 'outside', 'cover', 'contain' or 'fill'"),
        ({"width": True}, "send a number"),
        ({"width": 5, "quality": False}, "send a number"),
        ({"width": 5, "blur": True}, "send a number"),
        ({"width": 5, "dpr": 0}, "greater than or equal to 0.1"),
        ({"width": 5, "blur": 1000}, "less than or equal to 100"),
        ({"width": 5, "depth": 16}, "less than or equal to 8"),
        ({"width": 5, "radius": 0}, "greater than or equal to 1"),
        ({"width": 5, "radius": 1e999}, "finite number"),
        ({"width": 5, "radius": 10**400}, "less than or equal to 100000"),
        ({"width": 5, "radius": "9" * 400}, "less than or equal to 100000"),
        ({"width": 5, "radius": 2.5}, "valid integer"),
        ({"width": 5, "placeholder": "lqip"}, "'thumbhash' or 'blurhash'"),
        ({"width": 5, "dpr": "nan"}, "less than or equal to 10"),
        ({"scale": "inf"}, "less than or equal to 10000"),
    ],
)
def test_what_is_wrong_is_told_with_what_is_right(values: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as raised:
        ScalingRequest.model_validate(values)
    assert says in str(raised.value)


@pytest.mark.parametrize("values", [{"width": 5, "fit": "fill", "preserve_ratio": False}, {"max_height": 5}])
def test_what_only_repeats_itself_is_accepted(values: dict[str, Any]) -> None:
    assert ScalingRequest.model_validate(values).options
