"""Which route a request takes; the first table is AWS's own example."""

from collections.abc import Sequence

import pytest

from local.emulation.api_gateway.routes import Router
from local.emulation.sam_template.declarations import Route

AWS = ["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"]
OWN = ["POST /tasks", "GET /tasks/{id}", "ANY /tasks/{id}", "GET /tasks/new", "GET /{kind}/new", "GET /a.b/{x}/{y-z}"]


def router(keys: Sequence[str]) -> Router:
    pairs = (key.rpartition(" ") for key in reversed(keys))
    return Router(Route(method or "ANY", path, "TaskFunction") for method, _, path in pairs)


@pytest.mark.parametrize(
    ("keys", "request_line", "key", "parameters"),
    [
        (AWS, "GET /pets/dog/1", "GET /pets/dog/1", {}),
        (AWS, "GET /pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
        (AWS, "GET /pets/cat/1", "GET /pets/{proxy+}", {"proxy": "cat/1"}),
        (AWS, "POST /test/5", "ANY /{proxy+}", {"proxy": "test/5"}),
        (AWS, "POST /pets/dog/1", "ANY /{proxy+}", {"proxy": "pets/dog/1"}),
        (AWS, "GET /", "$default", {}),
        (OWN, "GET /tasks/7", "GET /tasks/{id}", {"id": "7"}),
        (OWN, "DELETE /tasks/7", "ANY /tasks/{id}", {"id": "7"}),
        (OWN, "GET /tasks/new", "GET /tasks/new", {}),
        (OWN, "GET /users/new", "GET /{kind}/new", {"kind": "users"}),
        (OWN, "GET /a.b/1/2", "GET /a.b/{x}/{y-z}", {"x": "1", "y-z": "2"}),
        (OWN, "GET /tasks/a b\n€", "GET /tasks/{id}", {"id": "a b\n€"}),
        (OWN, "GET /aXb/1/2", None, {}),
        (OWN, "GET /tasks/7/8", None, {}),
        (OWN, "GET /tasks/", None, {}),
        (OWN, "PUT /tasks", None, {}),
        (OWN, "HEAD /tasks/new", "ANY /tasks/{id}", {"id": "new"}),
        (["GET /a/{rest+}", "GET /{x}/b"], "GET /a/b", "GET /{x}/b", {"x": "a"}),
        (["ANY /a", "GET /{x}"], "GET /a", "ANY /a", {}),
        (["GET /{a+}", "GET /x/{b+}"], "GET /x/y/z", "GET /x/{b+}", {"b": "y/z"}),
    ],
)
def test_the_most_specific_route_takes_a_request(
    keys: Sequence[str], request_line: str, key: str | None, parameters: dict[str, str]
) -> None:
    method, _, path = request_line.partition(" ")
    match = router(keys).match(method, path)
    assert (match and match.route.key, match.path_parameters if match else {}) == (key, parameters)
