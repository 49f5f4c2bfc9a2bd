"""What browsers of other origins are told."""

import pytest

from local.emulation.api_gateway.answer import Answer
from local.emulation.api_gateway.cors import dress, is_preflight, preflight
from local.emulation.sam_template.declarations import Cors
from tests.local.api_gateway.fakes import make_request

HERE = "https://here.example"
ANYONE = Cors(("*",), ("GET", "POST"), ("content-type", "prefer"), ("etag", "location"), 600)
FEW = Cors((HERE, "http://*"), ("*",), ("*",), (), None, allow_credentials=True)
VARY = ("vary", "origin")
FROM_ANYONE = ("access-control-allow-origin", "*")
CREDENTIALS = ("access-control-allow-credentials", "true")


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("OPTIONS", [("origin", HERE), ("access-control-request-method", "POST")], True),
        ("OPTIONS", [("origin", HERE)], False),
        ("OPTIONS", [("access-control-request-method", "POST")], False),
        ("POST", [("origin", HERE), ("access-control-request-method", "POST")], False),
    ],
)
def test_a_preflight_is_known_by_its_headers(
    method: str,
    headers: list[tuple[str, str]],
    expected: bool,  # noqa: FBT001
) -> None:
    assert is_preflight(make_request(method, headers=headers)) is expected


@pytest.mark.parametrize(
    ("cors", "origin", "headers"),
    [
        (
            ANYONE,
            HERE,
            (
                FROM_ANYONE,
                ("access-control-allow-methods", "GET,POST"),
                ("access-control-allow-headers", "content-type,prefer"),
                ("access-control-max-age", "600"),
            ),
        ),
        (
            FEW,
            HERE,
            (
                VARY,
                ("access-control-allow-origin", HERE),
                CREDENTIALS,
                ("access-control-allow-methods", "*"),
                ("access-control-allow-headers", "*"),
            ),
        ),
        (FEW, "https://there.example", (VARY,)),
    ],
)
def test_a_preflight_tells_an_allowed_origin_its_permissions(
    cors: Cors, origin: str, headers: tuple[tuple[str, str], ...]
) -> None:
    assert preflight(make_request("OPTIONS", headers=[("origin", origin)]), cors) == Answer(204, headers)


@pytest.mark.parametrize(
    ("cors", "origin", "headers"),
    [
        (ANYONE, HERE, (FROM_ANYONE, ("access-control-expose-headers", "etag,location"))),
        (ANYONE, None, ()),
        (FEW, HERE, (VARY, ("access-control-allow-origin", HERE), CREDENTIALS)),
        (FEW, "http://any.example", (VARY, ("access-control-allow-origin", "http://any.example"), CREDENTIALS)),
        (FEW, HERE + ".evil.example", (VARY,)),
        (FEW, None, (VARY,)),
    ],
)
def test_an_answer_tells_an_allowed_origin_that_it_may_read_it(
    cors: Cors, origin: str | None, headers: tuple[tuple[str, str], ...]
) -> None:
    request = make_request(headers=[("origin", origin)] if origin else [])
    assert dress(Answer(200, (("etag", "x"),), b"body"), request, cors) == Answer(
        200, (("etag", "x"), *headers), b"body"
    )


def test_what_a_function_says_of_cors_is_ignored() -> None:
    said = (("access-control-allow-origin", "https://evil.example"), ("access-control-max-age", "1"))
    request = make_request(headers=[("origin", HERE)])
    assert dress(Answer(200, said), request, Cors(("*",))).headers == (FROM_ANYONE,)
