"""Presets: in tasks and plans, in GET /api/v1/presets, and at the start of a function."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagescaler.runtime.settings import SettingsError
from tests.answer import Answer
from tests.functions.conftest import Functions, Post
from tests.handlers import load
from tests.pictures import photograph

CARD = {"width": 40, "height": 30, "fit": "cover", "format": "webp"}
HERO = {"quality": 70, "renditions": [{"name": "small", "width": 20}, {"name": "large", "width": 40, "format": "png"}]}
PRESETS = {"card": CARD, "hero": HERO, "original": {}}
PATH = "/api/v1/presets"
SOURCE = {"source_width": 400, "source_height": 400, "source_format": "jpeg"}
Define = Callable[..., Functions]


@pytest.fixture
def define(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Define:
    """Start the functions with presets."""

    def start(presets: Any = None, **variables: str) -> Functions:
        monkeypatch.setenv("PRESETS", json.dumps(PRESETS if presets is None else presets))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        functions: Functions = request.getfixturevalue("functions")
        return functions

    return start


def plan(functions: Functions, **fields: Any) -> Answer:
    headers, body = {"content-type": "application/json"}, json.dumps({**SOURCE, **fields}).encode()
    return functions.http("plan_task", "POST", "/api/v1/plan", headers=headers, body=body)


def planned(functions: Functions, **fields: Any) -> Any:
    answer = plan(functions, preset="card", **fields)
    assert answer.status == 200, answer.json
    return answer.json["options"]


def test_a_preset_is_the_same_as_its_options_in_a_form_in_json_and_in_the_query(define: Define) -> None:
    functions, image = define(), photograph()
    post: Post = as_form(functions)
    written = post(image, **CARD).json["options"]
    assert post(image, preset="card").json["options"] == written
    assert planned(functions) == written
    raw, headers = {"preset": "card"}, {"content-type": "image/jpeg"}
    in_query = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=image, query=raw)
    assert in_query.json["options"] == written


def as_form(functions: Functions) -> Post:
    from tests.functions.conftest import multipart

    def send(file: bytes | None, headers: dict[str, str] | None = None, **fields: Any) -> Answer:
        of_form, body = multipart(file, **fields)
        both = {**of_form, **(headers or {})}
        return functions.http("create_task", "POST", "/api/v1/tasks", headers=both, body=body)

    return send


def test_an_option_replaces_that_of_the_preset(define: Define) -> None:
    options = planned(define(), width=80, quality=50)
    assert (options["width"], options["height"], options["fit"], options["format"]) == (80, 30, "cover", "webp")
    assert options["quality"] == "jpeg:50,webp:50,avif:50,jxl:50"


def test_an_option_replaces_those_that_it_contradicts(define: Define) -> None:
    functions = define(
        {"card": {**CARD, "focus_x": 0.1, "focus_y": 0.1}, "half": {"scale": 50, "preserve_ratio": False}}
    )
    scaled = planned(functions, scale=50)
    assert (scaled["scale"], scaled["width"], scaled["height"]) == (50, None, None)
    assert planned(functions, preserve_ratio=False)["fit"] == "fill"
    aligned = planned(functions, gravity="north")
    assert (aligned["gravity"], aligned["focus_x"]) == ("north", None)
    wide = plan(functions, preset="half", width=80, fit="inside").json["options"]
    assert (wide["width"], wide["scale"], wide["fit"]) == (80, None, "inside")


def test_null_and_an_empty_text_leave_the_option_of_the_preset(define: Define) -> None:
    assert planned(define(), width=None, height="")["width"] == CARD["width"]


def test_renditions_of_a_preset_take_the_options_beside_it(define: Define) -> None:
    functions = define()
    renditions = as_form(functions)(photograph(), preset="hero").json["renditions"]
    assert [(each["name"], each["options"]["width"], each["options"]["format"]) for each in renditions] == [
        ("small", 20, "auto"),
        ("large", 40, "png"),
    ]
    assert {each["options"]["quality"] for each in renditions} == {"jpeg:70,webp:70,avif:70,jxl:70"}
    renditions = as_form(functions)(photograph(), preset="hero", format="webp", scale=10).json["renditions"]
    assert {(each["options"]["format"], each["options"]["scale"], each["options"]["width"]) for each in renditions} == {
        ("webp", 10, None)
    }


def test_renditions_of_the_request_replace_those_of_the_preset(define: Define) -> None:
    listed = [{"name": "mine", "width": 50}]
    for name, shared in (
        ("hero", {"quality": "jpeg:70,webp:70,avif:70,jxl:70"}),
        ("card", {"height": 30, "fit": "cover"}),
    ):
        made = as_form(define())(photograph(), preset=name, renditions=json.dumps(listed)).json["renditions"]
        assert [each["name"] for each in made] == ["mine"]
        assert made[0]["options"] == {**made[0]["options"], "width": 50, **shared}


def test_several_renditions_of_a_preset_are_not_one_picture(define: Define) -> None:
    wanted = {"accept": "image/*", "prefer": "wait=1"}
    answer = as_form(define())(photograph(), headers=wanted, preset="hero")
    assert (answer.status, answer.json["type"]) == (406, "/problems/not-one-picture")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cadr", "there is no preset cadr; did you mean card?"),
        ("Card", "there is no preset Card; did you mean card?"),
        ("x", "there is no preset x; there are card, hero, original"),
    ],
)
def test_an_unknown_preset_is_refused_with_the_one_that_was_meant(define: Define, name: str, sentence: str) -> None:
    answer = plan(define(), preset=name)
    assert answer.status == 422
    [error] = answer.json["errors"]
    assert (error["field"], error["detail"].partition(" (it is")[0]) == ("preset", sentence)


@pytest.mark.parametrize("value", [1, ["card"], {"card": 1}, True, "x" * 33])
def test_what_is_no_name_is_refused(define: Define, value: Any) -> None:
    answer = plan(define(), preset=value)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "preset")


def test_without_presets_a_name_is_refused_and_the_list_is_empty(functions: Functions) -> None:
    assert "there is no preset card; this service has none" in plan(functions, preset="card").json["detail"]
    assert functions.http("list_presets", "GET", PATH).json == {"presets": [], "presets_only": False}


def test_the_list_has_the_options_that_result(define: Define) -> None:
    functions = define()
    answer = functions.http("list_presets", "GET", PATH).json
    assert answer["presets_only"] is False
    card, hero, original = answer["presets"]
    assert (card["name"], card["renditions"], card["options"]) == ("card", None, planned(functions))
    assert (hero["name"], hero["options"]) == ("hero", None)
    sent = as_form(functions)(photograph(), preset="hero").json["renditions"]
    assert hero["renditions"] == [{"name": each["name"], "options": each["options"]} for each in sent]
    assert (original["options"]["width"], original["options"]["height"]) == (None, None)


def test_the_example_of_the_document_is_what_such_a_preset_gives(define: Define) -> None:
    functions = define({"card": {"width": 400, "height": 300, "fit": "cover", "format": "webp"}})
    described = functions.http("docs", "GET", "/openapi.json").json["paths"][PATH]["get"]["responses"]["200"]
    [card] = functions.http("list_presets", "GET", PATH).json["presets"]
    options = {name: value for name, value in card["options"].items() if value is not None}  # FastAPI omits null
    example = {"presets": [{"name": "card", "options": options}], "presets_only": False}
    assert described["content"]["application/json"]["example"] == example


def test_presets_only_refuses_options_and_requests_without_a_preset(define: Define) -> None:
    functions = define(PRESETS_ONLY="true")
    assert plan(functions, preset="card").status == 200
    beside = plan(functions, preset="card", quality=50, renditions=[{"name": "a"}])
    assert beside.status == 422
    assert "leave out quality, renditions: this service takes options from presets only" in beside.json["detail"]
    without = plan(functions)
    assert without.status == 422
    assert "send a preset" in without.json["detail"]
    assert "there are card, hero, original" in without.json["detail"]
    assert functions.http("list_presets", "GET", PATH).json["presets_only"] is True


def test_a_key_stands_for_the_options_that_result(define: Define, monkeypatch: pytest.MonkeyPatch) -> None:
    functions, image, key = define(), photograph(), {"idempotency-key": "a-key"}
    post = as_form(functions)
    first = post(image, headers=key, preset="card")
    again = post(image, headers=key, **CARD)
    assert (first.status, again.status, again.json["id"]) == (202, 202, first.json["id"])
    monkeypatch.setenv("PRESETS", json.dumps({"card": {**CARD, "width": 41}}))
    load("plan_task")  # reads the settings again
    changed = post(image, headers=key, preset="card")
    assert (changed.status, changed.json["type"]) == (422, "/problems/idempotency-key-reused")


WRONG = [
    ("{", "PRESETS must be a JSON object"),
    ("[1]", "PRESETS must be a JSON object"),
    ("[" * 5000, "PRESETS must be a JSON object"),
    ('{"card": {"width": ' + "9" * 5000 + "}}", "PRESETS must be a JSON object"),
    ('{"card": 1}', "preset card is no JSON object"),
    ('{"card": {}, "card": {}}', "card occurs 2 times"),
    ('{"card": {"width": 1, "width": 2}}', "width occurs 2 times"),
    ('{"a card": {}}', "preset a card: its name must be"),
    ('{"card": {"widht": 1}}', "preset card: widht: there is no such field; did you mean width?"),
    ('{"card": {"width": 0}}', "preset card: width: send at least 1"),
    ('{"card": {"width": 1, "scale": 50}}', "preset card: send either scale, or width and height"),
    ('{"card": {"preset": "hero"}, "hero": {}}', "preset card: preset: there is no such field"),
    ('{"card": {"upload_id": "x"}}', "preset card: upload_id: there is no such field"),
    ('{"card": {"renditions": []}}', "preset card: renditions: send at least 1"),
    ('{"card": {"renditions": "[]"}}', "preset card: renditions must be a list of objects"),
    ('{"card": {"renditions": [1]}}', "preset card: renditions must be a list of objects"),
    ('{"card": {"renditions": [{"name": "a", "fit": "all"}]}}', "preset card: renditions.0.fit: send 'inside'"),
    ('{"card": {"renditions": [{"name": "a"}, {"name": "b"}]}}', "more renditions than MAX_RENDITIONS, 1"),
]


@pytest.mark.parametrize("name", ["create_task", "plan_task", "list_presets"])
@pytest.mark.parametrize(("presets", "message"), WRONG)
def test_a_function_does_not_start_with_wrong_presets(
    functions: Functions, monkeypatch: pytest.MonkeyPatch, name: str, presets: str, message: str
) -> None:
    monkeypatch.setenv("PRESETS", presets)
    monkeypatch.setenv("MAX_RENDITIONS", "1")
    with pytest.raises(SettingsError) as refused:
        load(name)
    assert message in str(refused.value)


def test_presets_only_without_presets_does_not_start(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESETS_ONLY", "true")
    with pytest.raises(SettingsError, match="PRESETS_ONLY without PRESETS"):
        load("create_task")


def test_presets_are_read_from_a_file(functions: Functions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "presets.json"
    path.write_text(json.dumps(PRESETS))
    monkeypatch.setenv("PRESETS_FILE", str(path))
    assert plan(functions, preset="card").json["options"]["width"] == CARD["width"]
