"""What the gateway reads of authorizers, and when it follows them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from imagescaler.runtime.settings import SettingsError
from local.emulation.api_gateway.require_keys import apply_require_keys
from local.emulation.sam_template.cloudformation import TemplateError
from local.emulation.sam_template.declarations import Authorizer, Route
from local.emulation.sam_template.template import load

OWN = Path(__file__).parents[2] / "template.yaml"
KEYS = Authorizer("AuthorizeFunction", ("authorization",), 60)
TEMPLATE = """
Resources:
  Api: {{Type: 'AWS::Serverless::HttpApi', Properties: {{Auth: {auth}}}}}
  TaskFunction:
    Type: AWS::Serverless::Function
    Properties: {{Events: {{Task: {{Type: HttpApi, Properties: {{Method: GET, Path: /tasks, {event}}}}}}}}}
"""
SIMPLE = "FunctionArn: !GetAtt KeyFunction.Arn, EnableSimpleResponses: true"
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def made(auth: str, event: str) -> Path:
        path = tmp_path / "template.yaml"
        path.write_text(TEMPLATE.format(auth=auth, event=event))
        return path

    return made


def authorizer(path: Path) -> Authorizer | None:
    [route] = load(path, {}).routes
    return route.authorizer


def test_the_own_template_asks_for_keys_wherever_there_is_something_of_an_owner() -> None:
    routes = load(OWN, {}).routes
    open_to_all = {route.function for route in routes if route.authorizer is None}
    assert open_to_all == {"HealthFunction", "DocsFunction"}
    assert {route.authorizer for route in routes if route.function not in open_to_all} == {KEYS}


def test_an_authorizer_has_the_defaults_of_sam(write: Write) -> None:
    path = write(f"{{DefaultAuthorizer: A, Authorizers: {{A: {{{SIMPLE}}}}}}}", "")
    assert authorizer(path) == Authorizer("KeyFunction", ("authorization",), 300)


def test_a_route_can_choose_another_one_or_none(write: Write) -> None:
    more = f"A: {{{SIMPLE}}}, B: {{{SIMPLE}, Identity: {{Headers: [X-Key, X-Name], ReauthorizeEvery: 0}}}}"
    auth = f"{{DefaultAuthorizer: A, Authorizers: {{{more}}}}}"
    assert authorizer(write(auth, "Auth: {Authorizer: B}")) == Authorizer("KeyFunction", ("x-key", "x-name"), 0)
    assert authorizer(write(auth, "Auth: {Authorizer: NONE}")) is None


def test_without_a_default_only_routes_that_say_so_have_one(write: Write) -> None:
    auth = f"{{Authorizers: {{A: {{{SIMPLE}}}}}}}"
    assert authorizer(write(auth, "")) is None
    assert authorizer(write(auth, "Auth: {Authorizer: A}")) is not None


@pytest.mark.parametrize(
    ("auth", "event", "says"),
    [
        (f"{{Authorizers: {{A: {{{SIMPLE}}}}}}}", "Auth: {Authorizer: B}", "does not have the authorizer B"),
        ("{Authorizers: {A: {JwtConfiguration: {}}}}", "", "A must name a function of this template"),
        ("{Authorizers: {A: {FunctionArn: !GetAtt F.Arn}}}", "", "enable simple responses"),
    ],
)
def test_what_this_machine_cannot_follow_is_told(write: Write, auth: str, event: str, says: str) -> None:
    with pytest.raises(TemplateError, match=says):
        load(write(auth, event), {})


@pytest.mark.parametrize(("value", "asks"), [("1", True), ("true", True), ("0", False), ("", False), (None, False)])
def test_this_machine_asks_for_keys_when_it_is_told_to(value: str | None, asks: bool) -> None:  # noqa: FBT001
    variables = {} if value is None else {"REQUIRE_KEYS": value}
    [route] = apply_require_keys([Route("GET", "/tasks", "F", KEYS)], variables)
    assert (route.authorizer == KEYS) is asks


def test_a_setting_that_makes_no_sense_does_not_open_the_door() -> None:
    with pytest.raises(SettingsError, match="REQUIRE_KEYS"):
        apply_require_keys([], {"REQUIRE_KEYS": "perhaps"})
