"""The pages, the document, and everything that no other function answers."""

import json
import re
from typing import Any

import pytest

from imagescaler.web.openapi import merge
from imagescaler.web.problems import STATUS
from imagescaler.web.views.options import OptionsView
from tests.functions.conftest import Functions
from tools import documents


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_a_page_needs_nothing_from_elsewhere(functions: Functions, page: str) -> None:
    answer = functions.http("docs", "GET", page)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    urls = re.findall(r"""(?:src|href|url)=?:?\s*["']([^"']+)["']""", answer.body.decode())
    assert "/openapi.json" in answer.body.decode()
    assert len(urls) >= 2
    for url in urls:
        asset = functions.http("docs", "GET", url)
        assert (url[0], asset.status) == ("/", 200)


def test_assets_have_their_types(functions: Functions) -> None:
    for name, kind in (("swagger-ui.css", "text/css"), ("swagger-ui-bundle.js", "text/javascript")):
        assert functions.http("docs", "GET", f"/docs/{name}").headers["content-type"].startswith(kind)
    assert functions.http("docs", "GET", "/docs/favicon.png").headers["content-type"] == "image/png"


@pytest.mark.parametrize("path", ["/docs/nothing.js", "/docs/..%2fhandler.py", "/nothing", "/api/v1/tasks/a/b"])
def test_what_is_not_there_is_a_problem(functions: Functions, path: str) -> None:
    answer = functions.http("docs", "GET", path)
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert (answer.json["type"], answer.json["title"]) == ("about:blank", "Not Found")
    assert "/docs" in answer.json["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("PUT", "/api/v1/tasks", "POST"), ("DELETE", "/api/v1/results/1", "GET"), ("POST", "/api/v1/health", "GET")],
)
def test_a_wrong_method_is_told_the_right_ones(functions: Functions, method: str, path: str, allowed: str) -> None:
    answer = functions.http("docs", method, path)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert answer.json["title"] == "Method Not Allowed"


def test_a_path_has_the_methods_of_several_functions() -> None:
    documents: list[dict[str, Any]] = [{"paths": {"/a": {method: {"responses": {}}}}} for method in ("get", "delete")]
    assert merge(documents)["paths"]["/a"].keys() == {"get", "delete"}


def test_every_problem_is_explained_at_its_type(functions: Functions) -> None:
    for kind in STATUS:
        answer = functions.http("docs", "GET", f"/problems/{kind.slug()}")
        assert answer.status == 200
        assert kind.title() in answer.body.decode()
    assert functions.http("docs", "GET", "/problems/none").status == 404


def test_the_document_that_is_served_is_what_the_code_says(functions: Functions) -> None:
    served = functions.http("docs", "GET", "/openapi.json")
    assert served.headers["content-type"] == "application/json"
    assert json.loads(documents.openapi()) == served.json, "run `make openapi`"
    assert documents.OPENAPI.read_text() == documents.openapi(), "run `make openapi`"


def test_the_table_of_options_is_what_the_code_says() -> None:
    assert documents.OPTIONS.read_text() == documents.options(), "run `make openapi`"


def test_every_option_is_described_with_an_example(functions: Functions) -> None:
    document = functions.http("docs", "GET", "/openapi.json").json
    fields = document["components"]["schemas"]["TaskForm"]["properties"]
    described = {name for name, field in fields.items() if field.get("description") and field.get("examples")}
    assert described == {*OptionsView.model_fields, "renditions"}
    assert len(described) > 35


def test_everything_that_the_document_refers_to_is_in_it(functions: Functions) -> None:
    text = functions.http("docs", "GET", "/openapi.json").body.decode()
    known = json.loads(text)["components"]["schemas"]
    referred = set(re.findall(r'"\$ref": "([^"]+)"', text))
    assert {reference.removeprefix("#/components/schemas/") for reference in referred} <= set(known)


@pytest.mark.parametrize("status", ["429", "503"])
def test_every_operation_tells_of_the_refusals_of_the_gateway(functions: Functions, status: str) -> None:
    document = functions.http("docs", "GET", "/openapi.json").json
    for operation in (operation for operations in document["paths"].values() for operation in operations.values()):
        answer = operation["responses"][status]
        assert "about:blank" in answer["description"]
        assert "Retry-After" in answer["headers"]
        assert answer["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
        of_json = answer["content"]["application/json"]["schema"]
        assert {"$ref": "#/components/schemas/GatewayMessage"} in of_json.get("anyOf", [of_json])


def test_what_a_function_says_stands_beside_the_refusal_of_the_gateway(functions: Functions) -> None:
    paths = functions.http("docs", "GET", "/openapi.json").json["paths"]
    busy = paths["/api/v1/tasks"]["post"]["responses"]["503"]
    assert "/problems/queue-full" in busy["description"]
    assert {"queue-full", "refused"} <= set(busy["content"]["application/problem+json"]["examples"])
    unhealthy = paths["/api/v1/health"]["get"]["responses"]["503"]
    assert {"$ref": "#/components/schemas/Health"} in unhealthy["content"]["application/json"]["schema"]["anyOf"]


def test_the_catalogue_of_problems_is_what_the_code_says() -> None:
    assert documents.PROBLEMS.read_text() == documents.problems(), "run `make openapi`"
