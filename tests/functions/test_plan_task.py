"""POST /api/v1/plan."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import MEGA, Limits
from imagescaler.engine.scale import scale
from imagescaler.runtime import loop
from imagescaler.web.requests.scaling_request import ScalingRequest
from imagescaler.web.views.options import OptionsView
from tests.animations import saved
from tests.answer import Answer
from tests.functions.conftest import Functions, Post, multipart
from tests.pictures import encoded, photograph, plain
from tests.reference import upright

PATH = "/api/v1/plan"
Ask = Callable[..., Answer]


@pytest.fixture
def ask(functions: Functions) -> Ask:
    """Ask for a plan with JSON."""

    def send(**content: Any) -> Answer:
        headers = {"content-type": "application/json"}
        return functions.http("plan_task", "POST", PATH, headers=headers, body=json.dumps(content).encode())

    return send


@pytest.fixture
def ask_of(functions: Functions) -> Ask:
    """Ask for a plan with a form that has a file."""

    def send(file: bytes | None, **fields: Any) -> Answer:
        headers, body = multipart(file, **fields)
        return functions.http("plan_task", "POST", PATH, headers=headers, body=body)

    return send


def test_a_size_is_enough_for_a_plan(ask: Ask) -> None:
    options = {"width": 400, "height": 400, "fit": "cover", "pad": "10,20", "format": "webp"}
    answer = ask(source_width=4000, source_height=3000, source_format="jpg", source_orientation=6, **options)
    assert answer.status == 200
    plan = answer.json
    assert plan["source"] == {"format": "jpeg", "width": 3000, "height": 4000}
    assert plan["result"] == {"format": "webp", "media_type": "image/webp", "width": 440, "height": 420}
    assert plan["geometry"] == {
        "area": {"left": 0, "top": 0, "width": 3000, "height": 4000},
        "scaled": {"width": 400, "height": 533},
        "window": {"left": 0, "top": 66, "width": 400, "height": 400},
        "position": {"left": 20, "top": 10},
    }
    assert plan["doubts"] == []
    assert set(plan["options"]) == set(OptionsView.model_fields)
    assert plan["options"]["pad"] == "10,20,10,20"


def test_without_a_size_the_plan_has_that_of_the_source(ask: Ask) -> None:
    source = {"source_width": 4000, "source_height": 3000, "source_format": "jpeg"}
    assert ask(**source, format="webp", rotate=90).json["result"] == {
        "format": "webp",
        "media_type": "image/webp",
        "width": 3000,
        "height": 4000,
    }
    assert ask(**source).json["predicted"]["seconds"] > 0


def test_a_plan_warns_of_options_without_effect(ask: Ask) -> None:
    planned = ask(source_width=40, source_height=30, source_format="png", width=20, quality=50, dpr=2)
    assert planned.json["warnings"] == ["quality has no effect on png, only on jpeg, webp, avif and jxl."]
    unknown = ask(source_width=40, source_height=30, width=20, quality=50, fit="cover")
    assert unknown.json["warnings"] == ["fit has no effect without width and height."]
    several = [{"name": "a", "format": "png"}, {"name": "b", "format": "webp"}]
    plans = ask(source_width=40, source_height=30, quality=50, renditions=several).json["renditions"]
    assert [len(each["plan"]["warnings"]) for each in plans] == [1, 0]


@pytest.mark.parametrize("more", [{"source_format": "jpeg"}, {"source_format": "png", "format": "avif"}], ids=str)
def test_a_plan_refuses_lossless_in_a_format_that_cannot_be(ask: Ask, more: dict[str, Any]) -> None:
    answer = ask(source_width=40, source_height=30, lossless=True, **more)
    assert answer.status == 422
    assert "lossless is an option of png, webp, jxl, gif and tiff, and " in answer.json["detail"]
    asked = {key: value for key, value in more.items() if key == "source_format"}
    several = [{"name": "a", "lossless": True}, {"name": "b"}]
    if "format" not in more:
        [refused, other] = ask(source_width=40, source_height=30, renditions=several, **asked).json["renditions"]
        assert refused["error"]["type"] == "/problems/never-lossless"
        assert other["plan"]


def test_a_plan_says_what_the_work_will_take(ask: Ask) -> None:
    source = {"source_width": 8000, "source_height": 6000, "source_format": "jpeg"}
    small, large = (ask(**source, width=width).json["predicted"] for width in (400, 4000))
    assert 8 * MEGA < small["memory_bytes"] < large["memory_bytes"] < 2**31
    assert 0 < small["seconds"] < large["seconds"] < 30
    assert ask(source_width=8000, source_height=6000, width=400).json["predicted"] is None


def test_an_animation_takes_more_than_its_first_frame(ask_of: Ask) -> None:
    gif = saved(Format.GIF)
    animation, first = (ask_of(gif, width=20, animated=kept).json["predicted"] for kept in (True, False))
    assert animation["seconds"] > 2 * first["seconds"]


def test_an_animation_of_too_many_frames_is_refused_as_a_task_of_it_is(post: Post, ask_of: Ask) -> None:
    gif = saved(Format.GIF, [Image.new("L", (8, 8), number % 256) for number in range(1_001)], duration=10)
    task, plan = post(gif, width=8), ask_of(gif, width=8)
    assert task.status == plan.status == 422
    assert {**task.json, "instance": PATH} == plan.json
    assert plan.json["type"] == "/problems/too-many-frames"


def test_a_form_may_give_the_size_too(ask_of: Ask) -> None:
    answer = ask_of(None, source_width=4000, source_height=3000, crop="100,200,1000,500", width=100)
    assert (answer.status, answer.json["result"]["height"]) == (200, 50)
    assert answer.json["geometry"]["area"] == {"left": 100, "top": 200, "width": 1000, "height": 500}


def test_a_format_that_nobody_knows_is_null(ask: Ask) -> None:
    result = ask(source_width=40, source_height=30, width=20).json["result"]
    assert result == {"format": None, "media_type": None, "width": 20, "height": 15}


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("form", ["JPEG", "TIFF", "AVIF"])
def test_the_plan_of_a_file_is_what_a_task_makes(ask_of: Ask, form: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = encoded(upright(photograph()), form, exif=exif)
    fields: dict[str, Any] = {"width": 90, "height": 80, "fit": "outside", "pad": "3", "rotate": 90}
    planned = ask_of(image, **fields).json
    made = scale(image, ScalingRequest.model_validate(fields).options, Limits())
    assert planned["result"]["format"] == made.result.format == form.lower()
    assert (planned["result"]["width"], planned["result"]["height"]) == (made.result.width, made.result.height)
    assert (planned["source"]["width"], planned["source"]["height"]) == (made.source.width, made.source.height)
    assert planned["doubts"] == []


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_beginning_of_a_file_is_enough(ask_of: Ask, form: str) -> None:
    image = encoded(upright(photograph()), form)
    plan = ask_of(image[:1000], width=320).json
    assert (plan["result"]["width"], plan["result"]["height"]) == (320, 214)
    assert plan["result"]["format"] == form.lower()


def test_an_upload_is_planned_by_its_header(functions: Functions, ask: Ask) -> None:
    upload_id = str(uuid4())
    store = functions["create_task"].store
    loop.run(store.put(f"uploads/{upload_id}", photograph() + bytes(3 << 20), ttl_s=3600))
    before = dict(store.blobs)
    assert ask(upload_id=upload_id, width=320).json["result"]["height"] == 214
    assert store.blobs == before


LIST: list[dict[str, Any]] = [
    {"name": "small", "width": 160},
    {"name": "square", "width": 200, "height": 200, "fit": "cover", "format": "webp"},
]


def test_each_rendition_has_the_plan_that_it_has_by_itself(ask_of: Ask) -> None:
    answer = ask_of(photograph(), renditions=json.dumps(LIST), quality=70)
    assert answer.status == 200
    assert [each["name"] for each in answer.json["renditions"]] == ["small", "square"]
    for each, options in zip(answer.json["renditions"], LIST, strict=True):
        alone = {name: value for name, value in options.items() if name != "name"}
        assert each["plan"] == ask_of(photograph(), quality=70, **alone).json
        assert each["error"] is None


def test_what_all_renditions_take_shares_one_decoding(ask: Ask) -> None:
    source = {"source_width": 8000, "source_height": 6000, "source_format": "png"}
    both = ask(**source, renditions=LIST).json["predicted"]
    each = [plan["plan"]["predicted"] for plan in ask(**source, renditions=LIST).json["renditions"]]
    assert both["memory_bytes"] == max(one["memory_bytes"] for one in each)
    assert max(one["seconds"] for one in each) < both["seconds"] < sum(one["seconds"] for one in each)
    assert ask(source_width=8000, source_height=6000, renditions=LIST).json["predicted"] is None


def test_a_rendition_that_cannot_be_made_says_so_beside_the_others(ask: Ask, ask_of: Ask) -> None:
    vast = {"name": "vast", "width": 16_000}
    answer = ask_of(photograph(), renditions=json.dumps([*LIST, vast]))
    *others, impossible = answer.json["renditions"]
    assert (answer.status, [each["error"] for each in others]) == (200, [None, None])
    problem = ask_of(photograph(), width=16_000).json
    told = {member: problem[member] for member in ("type", "title", "detail")}
    assert impossible == {"name": "vast", "plan": None, "error": told}
    assert answer.json["predicted"] == ask_of(photograph(), renditions=json.dumps(LIST)).json["predicted"]
    assert ask_of(photograph(), renditions=json.dumps([vast])).json["predicted"] is None


def test_a_rendition_without_animation_is_planned_where_the_animation_is_refused(ask_of: Ask) -> None:
    gif = saved(Format.GIF, [Image.new("L", (8, 8), number % 256) for number in range(1_001)], duration=10)
    listed = [{"name": "moving", "width": 8}, {"name": "still", "width": 8, "animated": False}]
    moving, still = ask_of(gif, renditions=json.dumps(listed)).json["renditions"]
    assert moving["error"]["type"] == "/problems/too-many-frames"
    assert still["plan"]["result"]["height"] == 8


def test_an_upload_is_planned_in_several_ways_by_json(functions: Functions, ask: Ask) -> None:
    upload_id = str(uuid4())
    loop.run(functions["create_task"].store.put(f"uploads/{upload_id}", photograph(), ttl_s=3600))
    answer = ask(upload_id=upload_id, height=90, renditions=[{"name": "a"}, {"name": "b", "format": "png"}])
    results = [each["plan"]["result"] for each in answer.json["renditions"]]
    assert [(result["format"], result["height"]) for result in results] == [("jpeg", 90), ("png", 90)]


@pytest.mark.parametrize(
    "renditions",
    [
        "[",
        "[]",
        '[{"name": "a", "width": 0}]',
        '[{"name": "a", "width": 5, "scale": 50}]',
        '[{"name": "a", "width": 5}, {"name": "a", "width": 6}]',
        json.dumps([{"name": f"r{number}", "width": 9} for number in range(13)]),
    ],
)
def test_a_list_that_a_task_refuses_the_plan_refuses_in_the_same_words(
    post: Post, ask_of: Ask, renditions: str
) -> None:
    task, plan = post(photograph(), renditions=renditions), ask_of(photograph(), renditions=renditions)
    assert task.status == plan.status == 422
    assert {**task.json, "instance": PATH} == plan.json


def test_an_image_that_is_too_large_is_refused_once_for_all_renditions(ask: Ask) -> None:
    answer = ask(source_width=30_001, source_height=1, renditions=LIST)
    assert (answer.status, answer.json["type"]) == (422, "/problems/image-too-large")
    assert "small" not in answer.json["detail"]


def test_no_task_is_made(functions: Functions, ask_of: Ask) -> None:
    assert ask_of(photograph(), width=320).status == 200
    created = functions["create_task"]
    assert (created.tasks.tasks, created.store.blobs, created.queue.messages) == ({}, {}, {})


def test_a_png_may_lie_and_the_plan_says_what_then(ask_of: Ask) -> None:
    image = plain(size=(60, 40))
    plan = ask_of(image, width=30).json
    assert (plan["result"]["width"], plan["result"]["height"]) == (30, 20)
    [doubt] = plan["doubts"]
    assert doubt["option"] == "auto_orient"
    assert doubt["detail"].endswith("If it is rotated by 90 degrees, the result is 30 x 45.")
    assert ask_of(image, width=30, auto_orient=False).json["doubts"] == []


def test_a_png_that_could_only_be_made_lying_is_planned_so(ask_of: Ask) -> None:
    plan = ask_of(plain(size=(20, 40)), width=10, crop="0,0,40,20").json
    assert (plan["source"]["width"], plan["result"]["height"]) == (40, 5)
    assert "this is the plan if it is rotated by 90 degrees" in plan["doubts"][0]["detail"]


def test_a_png_that_could_not_be_made_lying_says_why(ask_of: Ask) -> None:
    plan = ask_of(plain(size=(40, 20)), width=10, crop="0,0,40,20").json
    assert plan["result"]["height"] == 5
    assert "cannot be made: crop is 40 x 20 at 0,0, but the upright image is 20 x 40." in plan["doubts"][0]["detail"]


def test_what_only_pixels_tell_is_a_doubt(ask_of: Ask) -> None:
    caveats = ask_of(photograph(), width=90, height=90, fit="cover", gravity="smart", trim=10).json["doubts"]
    assert [doubt["option"] for doubt in caveats] == ["trim", "gravity"]
    assert ask_of(photograph(), width=90, height=90, fit="contain", gravity="smart").json["doubts"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"lossless": "true"},
        {"lossless": "true", "format": "avif"},
        {"width": 0},
        {"widht": 5},
        {"width": 10, "scale": 5},
        {"width": 10, "format": "pcx"},
        {"width": 10, "crop": "600,0,100,100"},
        {"width": 10_000, "dpr": 2},
        {"width": 10, "background": "no color"},
        {"width": 16_000, "pad": "500", "trim": 10},
    ],
)
def test_what_a_task_refuses_the_plan_refuses_in_the_same_words(
    post: Post, ask_of: Ask, fields: dict[str, Any]
) -> None:
    task, plan = post(photograph(), **fields), ask_of(photograph(), **fields)
    assert task.status == plan.status == 422
    assert {**task.json, "instance": PATH} == plan.json


@pytest.mark.parametrize(("file", "status"), [(b"hello", 415), (photograph()[:20], 422)])
def test_a_file_that_a_task_refuses_the_plan_refuses_too(post: Post, ask_of: Ask, file: bytes, status: int) -> None:
    task, plan = post(file, width=8), ask_of(file, width=8)
    assert task.status == plan.status == status
    assert task.json["type"] == plan.json["type"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({}, "send either a file, or an upload_id, or source_width and source_height"),
        ({"source_width": 8}, "send both source_width and source_height"),
        ({"source_width": 8, "source_height": 8, "upload_id": str(uuid4())}, "send either a file"),
        ({"upload_id": str(uuid4()), "source_orientation": 6}, "need source_width and source_height"),
        ({"source_width": 0, "source_height": 8}, "send at least 1"),
        ({"source_width": 8, "source_height": 8, "source_orientation": 9}, "send at most 8"),
        ({"source_width": 8, "source_height": 8, "source_format": "auto"}, "'jpeg', 'png'"),
    ],
)
def test_there_must_be_one_source(ask: Ask, content: dict[str, Any], says: str) -> None:
    answer = ask(width=8, **content)
    assert (answer.status, answer.json["type"]) == (422, "/problems/invalid-request")
    assert says in answer.json["detail"]


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        ({"source_width": 30_001, "source_height": 1}, 422, "image-too-large"),
        ({"source_width": 9000, "source_height": 8000, "source_format": "webp"}, 422, "image-too-large"),
        ({"upload_id": str(uuid4())}, 404, "upload-not-found"),
    ],
)
def test_a_source_that_no_task_takes_has_no_plan(ask: Ask, content: dict[str, Any], status: int, slug: str) -> None:
    answer = ask(width=8, **content)
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{slug}")


def test_nobody_plans_with_the_upload_of_another(functions: Functions) -> None:
    upload_id = str(uuid4())
    loop.run(functions["create_task"].store.put(f"uploads/{upload_id}", photograph(), ttl_s=3600))
    body = json.dumps({"upload_id": upload_id, "width": 8}).encode()
    headers = {"content-type": "application/json"}
    answer = functions.http("plan_task", "POST", PATH, headers=headers, body=body, owner="ada")
    assert (answer.status, answer.json["type"]) == (404, "/problems/upload-not-found")
