"""The pages, the document, and everything that no other function answers."""

import gzip
import json
import re
from typing import Any
from uuid import UUID

import pytest

from imagescaler.domain.formats import Format
from imagescaler.domain.webhook import EventType
from imagescaler.web.openapi import merge
from imagescaler.web.problems import STATUS
from imagescaler.web.views.options import OptionsView
from imagescaler.web.views.webhook import WebhookEvent
from local.emulation.sam_template.template import load
from tests.functions.conftest import Functions
from tools import documents
from tools.documents import ROOT


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_a_page_needs_nothing_from_elsewhere(functions: Functions, page: str) -> None:
    answer = functions.http("docs", "GET", page)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    urls = re.findall(r"""(?:src|href|url)=?:?\s*["']([^"']+)["']""", answer.body.decode())
    assert len(urls) >= 2
    for url in urls:
        asset = functions.http("docs", "GET", url)
        assert (url[0], asset.status) == ("/", 200)


def test_no_script_loads_a_picture_from_another_server(functions: Functions) -> None:
    """Redoc's did: its logo."""
    for name in ("redoc.standalone.js", "swagger-ui-bundle.js", "docs.js"):
        script = functions.http("docs", "GET", f"/docs/{name}").body
        assert re.findall(rb"""https?://[^"']+\.(?:svg|png|gif|jpe?g|ico|woff2?)["']""", script) == []


def test_assets_have_their_types(functions: Functions) -> None:
    for name, kind in (("swagger-ui.css", "text/css"), ("swagger-ui-bundle.js", "text/javascript")):
        assert functions.http("docs", "GET", f"/docs/{name}").headers["content-type"].startswith(kind)
    assert functions.http("docs", "GET", "/docs/favicon.png").headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    "path", ["/docs/swagger-ui-bundle.js", "/docs/redoc.standalone.js", "/docs/swagger-ui.css", "/openapi.json"]
)
def test_a_large_file_is_compressed_for_clients_that_accept_it(functions: Functions, path: str) -> None:
    plain = functions.http("docs", "GET", path)
    small = functions.http("docs", "GET", path, headers={"accept-encoding": "gzip, deflate, br"})
    assert "content-encoding" not in plain.headers
    assert (small.headers["content-encoding"], gzip.decompress(small.body)) == ("gzip", plain.body)
    assert len(small.body) < len(plain.body) / 2
    assert plain.headers["vary"] == small.headers["vary"] == "Accept-Encoding"
    refused = functions.http("docs", "GET", path, headers={"accept-encoding": "gzip;q=0"})
    assert refused.body == plain.body


def test_what_is_small_by_itself_is_not_compressed(functions: Functions) -> None:
    for path in ("/docs/favicon.png", "/docs"):
        answer = functions.http("docs", "GET", path, headers={"accept-encoding": "gzip"})
        assert "content-encoding" not in answer.headers


def test_browsers_and_robots_find_their_files(functions: Functions) -> None:
    icon = functions.http("docs", "GET", "/favicon.ico")
    assert (icon.status, icon.headers["content-type"], icon.body[:4]) == (200, "image/png", b"\x89PNG")
    robots = functions.http("docs", "GET", "/robots.txt")
    assert (robots.status, robots.body) == (200, b"User-agent: *\nDisallow: /\n")
    assert robots.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("path", ["/api/v1/tasks", "/api/v1/plan", "/api/v1/uploads"])
def test_each_body_has_one_example_that_is_accepted(functions: Functions, path: str) -> None:
    """It is what a page sends when somebody tries the operation out."""
    operation = functions.http("docs", "GET", "/openapi.json").json["paths"][path]["post"]
    for name, content in operation["requestBody"]["content"].items():
        if name in {"application/octet-stream", "image/*"}:
            continue  # a file has no example
        example = dict(content["example"])
        if name == "multipart/form-data":
            assert example.pop("file") == "photo.jpg"
            assert example == {"width": 800, "height": 600}
            continue
        function = {"tasks": "create_task", "plan": "plan_task", "uploads": "create_upload"}[path.rpartition("/")[2]]
        body, headers = json.dumps(example).encode(), {"content-type": name}
        answer = functions.http(function, "POST", path, headers=headers, body=body)
        assert answer.status in {200, 201, 404}  # 404: of the upload in the example
        assert answer.json.get("type", "/problems/upload-not-found") == "/problems/upload-not-found"


@pytest.mark.parametrize("path", ["/docs/nothing.js", "/docs/..%2fhandler.py", "/nothing", "/api/v1/tasks/a/b"])
def test_what_is_not_there_is_a_problem(functions: Functions, path: str) -> None:
    answer = functions.http("docs", "GET", path)
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert (answer.json["type"], answer.json["title"]) == ("about:blank", "Not Found")
    assert "/docs" in answer.json["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/tasks", "POST, GET, HEAD"),
        ("DELETE", "/api/v1/results/1", "GET, HEAD"),
        ("POST", "/api/v1/tasks/1", "DELETE, GET, HEAD"),
        ("GET", "/api/v1/uploads/1", "DELETE"),
        ("POST", "/api/v1/health", "GET, HEAD"),
        ("HEAD", "/api/v1/plan", "POST"),
        ("POST", "/docs", "GET, HEAD"),
        ("DELETE", "/problems/store-full", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(functions: Functions, method: str, path: str, allowed: str) -> None:
    answer = functions.http("docs", method, path)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert answer.json["title"] == "Method Not Allowed"
    listed = " or ".join(allowed.rsplit(", ", 1))
    sentence = f"{method} is no method of this path. Send {listed}. See /docs for the API."
    assert answer.json["detail"] == sentence


HEADS = [
    ("health", "/api/v1/health"),
    ("list_presets", "/api/v1/presets"),
    *(("docs", path) for path in ("/docs", "/redoc", "/openapi.json", "/docs/favicon.png", "/problems/store-full")),
    ("get_task", f"/api/v1/tasks/{UUID(int=1)}"),
    ("list_tasks", "/api/v1/tasks"),
    ("get_result", f"/api/v1/results/{UUID(int=1)}"),
    ("docs", "/nothing"),
]


@pytest.mark.parametrize(("name", "path"), HEADS)
def test_head_has_the_status_and_the_headers_of_get(functions: Functions, name: str, path: str) -> None:
    head, get = (functions.http(name, method, path) for method in ("HEAD", "GET"))
    assert head.status == get.status == (404 if "000" in path or path == "/nothing" else 200)
    if name != "health":  # whose body has times
        assert head.headers == get.headers
    assert head.headers["content-type"] == get.headers["content-type"]


def test_a_path_has_the_methods_of_several_functions() -> None:
    documents: list[dict[str, Any]] = [{"paths": {"/a": {method: {"responses": {}}}}} for method in ("get", "delete")]
    assert merge(documents)["paths"]["/a"].keys() == {"get", "delete"}


def test_every_problem_is_explained_at_its_type(functions: Functions) -> None:
    for kind in STATUS:
        answer = functions.http("docs", "GET", f"/problems/{kind.slug()}", headers={"accept": "*/*"})
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        assert answer.json["type"] == f"/problems/{kind.slug()}"
        assert (answer.json["title"], answer.json["status"]) == (kind.title(), STATUS[kind])
        assert answer.json["description"].endswith(".")
    assert functions.http("docs", "GET", "/problems/none").status == 404


def test_a_browser_gets_the_page_of_a_problem(functions: Functions) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    page = functions.http("docs", "GET", "/problems/rendition-not-named", headers={"accept": accept})
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["vary"] == "Accept"
    assert "<h1>The task has several results, and the request names none of them</h1>" in page.body.decode()
    assert "<code>GET /api/v1/results/{task_id}?rendition=name</code>" in page.body.decode()
    assert functions.http("docs", "GET", "/problems/none", headers={"accept": accept}).status == 404


def test_the_document_that_is_served_is_what_the_code_says(functions: Functions) -> None:
    served = functions.http("docs", "GET", "/openapi.json")
    assert served.headers["content-type"] == "application/json"
    assert json.loads(documents.openapi()) == served.json, "run `make openapi`"
    assert documents.OPENAPI.read_text() == documents.openapi(), "run `make openapi`"


def test_each_event_is_described_with_an_example_of_its_schema(functions: Functions) -> None:
    webhooks = functions.http("docs", "GET", "/openapi.json").json["webhooks"]
    assert set(webhooks) == set(EventType)
    for name, operations in webhooks.items():
        [content] = operations["post"]["requestBody"]["content"].values()
        assert content["schema"] == {"$ref": "#/components/schemas/WebhookEvent"}
        event = WebhookEvent.model_validate(content["example"])
        assert (event.type, event.data.status) == (name, name.removeprefix("task."))
        shown = json.loads(event.model_dump_json(exclude_unset=True))
        assert shown == content["example"]  # it has no field that the schema does not have


def test_the_table_of_options_is_what_the_code_says() -> None:
    assert documents.OPTIONS.read_text() == documents.options(), "run `make openapi`"


def test_every_option_is_described_with_an_example(functions: Functions) -> None:
    document = functions.http("docs", "GET", "/openapi.json").json
    fields = document["components"]["schemas"]["TaskForm"]["properties"]
    described = {name for name, field in fields.items() if field.get("description") and field.get("examples")}
    assert described == {*OptionsView.model_fields, "preset", "renditions", "source_url", "webhook_url"}
    assert len(described) > 35


def test_everything_that_the_document_refers_to_is_in_it(functions: Functions) -> None:
    text = functions.http("docs", "GET", "/openapi.json").body.decode()
    known = json.loads(text)["components"]["schemas"]
    referred = set(re.findall(r'"\$ref": "([^"]+)"', text))
    assert {reference.removeprefix("#/components/schemas/") for reference in referred} <= set(known)


@pytest.mark.parametrize("status", ["400", "408", "429", "431", "503"])
def test_every_operation_tells_of_the_refusals_of_the_gateway(functions: Functions, status: str) -> None:
    document = functions.http("docs", "GET", "/openapi.json").json
    for method, operation in _operations(document):
        answer = operation["responses"][status]
        assert "about:blank" in answer["description"]
        assert ("Retry-After" in answer.get("headers", {})) == (status in {"429", "503"})
        if method == "head":
            continue
        assert answer["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
        of_json = answer["content"]["application/json"]["schema"]
        assert {"$ref": "#/components/schemas/GatewayMessage"} in of_json.get("anyOf", [of_json])


def test_every_operation_with_a_key_documents_401_and_403(functions: Functions) -> None:
    document = functions.http("docs", "GET", "/openapi.json").json
    assert document["security"] == [{"ApiKey": []}, {}]
    assert document["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    without_key = {
        operation["operationId"] for _, operation in _operations(document) if operation.get("security") == []
    }
    assert without_key <= {"read_health", "read_health_headers"}
    for _, operation in _operations(document):
        documented = {"401", "403"} & operation["responses"].keys()
        assert documented == (set() if operation["operationId"] in without_key else {"401", "403"})
        if documented:
            assert "WWW-Authenticate" in operation["responses"]["401"]["headers"]


def test_every_operation_with_a_body_documents_413(functions: Functions) -> None:
    for _, operation in _operations(functions.http("docs", "GET", "/openapi.json").json):
        assert ("413" in operation["responses"]) == ("requestBody" in operation)


def test_head_is_documented_where_a_function_has_it(functions: Functions) -> None:
    paths = functions.http("docs", "GET", "/openapi.json").json["paths"]
    with_head = {path for path, operations in paths.items() if "head" in operations}
    assert with_head == {path for path, operations in paths.items() if "get" in operations}
    assert {"/api/v1/results/{task_id}", "/api/v1/tasks/{task_id}", "/api/v1/health"} <= with_head
    for path in with_head:
        get, head = paths[path]["get"], paths[path]["head"]
        assert head.get("parameters") == get.get("parameters")
        assert head["responses"].keys() == get["responses"].keys()
        assert not any("content" in answer for answer in head["responses"].values())


def test_names_of_operations_are_names_of_functions_and_unique(functions: Functions) -> None:
    document = functions.http("docs", "GET", "/openapi.json").json
    names = [operation["operationId"] for _, operation in _operations(document)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", name) for name in names)


def test_no_schema_is_an_alternative_of_required_fields(functions: Functions) -> None:
    """Generators of clients make a class of each alternative."""
    for schema in functions.http("docs", "GET", "/openapi.json").json["components"]["schemas"].values():
        assert not {"anyOf", "oneOf", "allOf", "not"} & schema.keys()


@pytest.mark.parametrize("name", ["TaskForm", "TaskRequest", "PlanForm", "PlanRequest", "RenditionRequest"])
def test_an_option_has_its_default_in_words(functions: Functions, name: str) -> None:
    """Of a field with `default`, generated types require a value."""
    fields = functions.http("docs", "GET", "/openapi.json").json["components"]["schemas"][name]["properties"]
    assert [name for name, field in fields.items() if "default" in field] == []
    assert fields["enlarge"]["description"].endswith("; by default true")
    assert fields["format"]["description"].endswith("; by default auto")


@pytest.mark.parametrize("path", ["/api/v1/tasks", "/api/v1/plan"])
def test_the_file_of_a_form_may_be_of_every_format_that_is_read(functions: Functions, path: str) -> None:
    content = functions.http("docs", "GET", "/openapi.json").json["paths"][path]["post"]["requestBody"]["content"]
    described = content["multipart/form-data"]["encoding"]["file"]["contentType"].split(", ")
    assert described == [each.media_type for each in Format]


@pytest.mark.parametrize("form", ["TaskForm", "PlanForm"])
def test_the_file_of_a_form_is_binary(functions: Functions, form: str) -> None:
    file = functions.http("docs", "GET", "/openapi.json").json["components"]["schemas"][form]["properties"]["file"]
    assert (file["type"], file["format"], file["contentMediaType"]) == ("string", "binary", "application/octet-stream")


def test_headers_that_a_client_follows_are_documented(functions: Functions) -> None:
    paths = functions.http("docs", "GET", "/openapi.json").json["paths"]
    result = paths["/api/v1/results/{task_id}"]["get"]["responses"]
    assert {"application/json", "image/jpeg", "image/png"} <= result["200"]["content"].keys()
    assert result["303"]["headers"]["Location"]["schema"] == {"type": "string", "format": "uri"}
    assert "Retry-After" in result["202"]["headers"]
    assert "ETag" in result["304"]["headers"]
    assert {"Location", "Retry-After"} <= paths["/api/v1/tasks"]["post"]["responses"]["202"]["headers"].keys()
    assert {"Retry-After", "Preference-Applied"} <= paths["/api/v1/tasks/{task_id}"]["get"]["responses"]["200"][
        "headers"
    ].keys()


def test_what_a_function_says_stands_beside_the_refusal_of_the_gateway(functions: Functions) -> None:
    paths = functions.http("docs", "GET", "/openapi.json").json["paths"]
    busy = paths["/api/v1/tasks"]["post"]["responses"]["503"]
    assert "/problems/queue-full" in busy["description"]
    assert {"queue-full", "refused"} <= set(busy["content"]["application/problem+json"]["examples"])
    unhealthy = paths["/api/v1/health"]["get"]["responses"]["503"]
    assert {"$ref": "#/components/schemas/Health"} in unhealthy["content"]["application/json"]["schema"]["anyOf"]


def _operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return each operation with its method."""
    return [pair for operations in document["paths"].values() for pair in operations.items()]


def test_the_catalogue_of_problems_is_what_the_code_says() -> None:
    assert documents.PROBLEMS.read_text() == documents.problems(), "run `make openapi`"


def test_a_page_of_another_origin_may_read_every_header_that_is_described(functions: Functions) -> None:
    """A browser hides the others from it (Fetch, 2.2.2); these two are for caches and browsers."""
    operations = functions.http("docs", "GET", "/openapi.json").json["paths"].values()
    responses = [each for methods in operations for one in methods.values() for each in one["responses"].values()]
    described = {name.lower() for response in responses for name in response.get("headers", {})} - {
        "vary",
        "www-authenticate",
    }
    cors = load(ROOT / "template.yaml", {}).cors
    assert cors
    assert described - set(cors.expose_headers) == set()


def test_a_browser_gets_the_page_and_a_program_an_index_of_the_api(functions: Functions) -> None:
    page = functions.http("docs", "GET", "/", headers={"accept": "text/html,*/*;q=0.8"})
    assert page.body.startswith(b"<!doctype html>")
    document = functions.http("docs", "GET", "/openapi.json").json
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    for accept in ("application/json", "*/*"):
        index = functions.http("docs", "GET", "/", headers={"accept": accept})
        assert (index.status, index.json["tasks"], index.headers["vary"]) == (
            200,
            "/api/v1/tasks",
            "Accept, Accept-Encoding",
        )
        assert {path for name, path in index.json.items() if path.startswith("/api/")} <= set(document["paths"])


def test_all_files_of_the_page_are_there_with_their_types(functions: Functions) -> None:
    page = functions.http("docs", "GET", "/", headers={"accept": "text/html"}).body.decode()
    scripts = set(re.findall(r'(?:src|href)="(/page/[^"]+)"', page))
    assert "/page/app.js" in scripts
    for script in tuple(scripts):
        source = functions.http("docs", "GET", script).body.decode()
        scripts |= {f"/page/{name}" for name in re.findall(r'from "\./([^"]+)"', source)}
    for url in scripts:
        answer = functions.http("docs", "GET", url)
        kind = "text/css" if url.endswith(".css") else "text/javascript"
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, kind)
    assert functions.http("docs", "GET", "/page/sample.jpg").headers["content-type"] == "image/jpeg"
    assert functions.http("docs", "GET", "/page/../handler.py").status == 404
