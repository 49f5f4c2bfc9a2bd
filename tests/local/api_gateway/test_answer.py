"""What functions return, and the responses that API Gateway makes of it."""

from typing import Any

import pytest

from local.emulation.api_gateway.answer import Answer, BadAnswer, decode

JSON = ("content-type", "application/json")
PLAIN = ("content-type", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    ("result", "body"),
    [
        ({"message": "hello", "items": [1, 2]}, b'{"message":"hello","items":[1,2]}'),
        ("hello", b'"hello"'),
        ([1, None], b"[1,null]"),
        (None, b"null"),
        ({"headers": {}, "body": "x"}, b'{"headers":{},"body":"x"}'),
        ("\ud800", b'"\\ud800"'),
    ],
)
def test_without_a_status_the_result_is_the_body(result: Any, body: bytes) -> None:
    assert decode(result, "GET") == Answer(200, (JSON,), body)


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        ({"statusCode": 201}, Answer(201, (PLAIN,))),
        ({"statusCode": "404", "body": "ü"}, Answer(404, (PLAIN,), "ü".encode())),
        ({"statusCode": 200, "body": None, "headers": None, "cookies": None}, Answer(200, (PLAIN,))),
        ({"statusCode": 200, "body": "AP8=", "isBase64Encoded": True}, Answer(200, (PLAIN,), b"\x00\xff")),
        ({"statusCode": 200, "body": "AP8=", "isBase64Encoded": None}, Answer(200, (PLAIN,), b"AP8=")),
        ({"statusCode": 200, "headers": {"Content-Type": "image/png"}}, Answer(200, (("content-type", "image/png"),))),
        (
            {"statusCode": 200, "headers": {"X-A": 1, "X-B": True, "X-C": 1.5, "X-D": None, "X-E": ""}},
            Answer(200, (("x-a", "1"), ("x-b", "true"), ("x-c", "1.5"), ("x-e", ""), PLAIN)),
        ),
        (
            {"statusCode": 200, "headers": {"a": "1", "b": "2"}, "multiValueHeaders": {"A": ["3", 4]}},
            Answer(200, (("b", "2"), ("a", "3"), ("a", "4"), PLAIN)),
        ),
        (
            {"statusCode": 200, "cookies": ["a=1; Path=/", "b=2"]},
            Answer(200, (("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2"), PLAIN)),
        ),
        (
            {"statusCode": 200, "body": "abc", "headers": {"Content-Length": "99", "Connection": "close", "Date": "x"}},
            Answer(200, (PLAIN,), b"abc"),
        ),
        ({"statusCode": 304, "headers": {"ETag": '"x"'}, "body": "x"}, Answer(304, (("etag", '"x"'),))),
        ({"statusCode": 204}, Answer(204)),
    ],
)
def test_with_a_status_the_result_is_the_response(result: dict[str, Any], answer: Answer) -> None:
    assert decode(result, "GET") == answer


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"statusCode": None}, "statusCode is NoneType, not a single value"),
        ({"statusCode": "OK"}, "statusCode is 'OK', which is not a status from 200 to 599"),
        ({"statusCode": 100}, "statusCode is 100, which is not a status from 200 to 599"),
        ({"statusCode": 600}, "statusCode is 600, which is not a status from 200 to 599"),
        ({"statusCode": True}, "statusCode is True, which is not a status from 200 to 599"),
        ({"statusCode": 200, "body": {"a": 1}}, "body is dict, not a string"),
        ({"statusCode": 200, "body": "\ud800"}, "body cannot be decoded: 'utf-8' codec"),
        ({"statusCode": 200, "body": "AP8", "isBase64Encoded": True}, "body cannot be decoded: "),
        ({"statusCode": 200, "body": "A*P8", "isBase64Encoded": True}, "body cannot be decoded: "),
        ({"statusCode": 200, "body": "ü", "isBase64Encoded": True}, "body cannot be decoded: "),
        ({"statusCode": 200, "isBase64Encoded": "true"}, "isBase64Encoded is 'true', not a boolean"),
        ({"statusCode": 200, "headers": ["a"]}, "headers is list, not an object"),
        ({"statusCode": 200, "headers": {"a": ["b"]}}, "a is list, not a single value"),
        ({"statusCode": 200, "multiValueHeaders": {"a": "b"}}, "a is str, not a list"),
        ({"statusCode": 200, "cookies": "a=1"}, "cookies is str, not a list"),
        ({"statusCode": 200, "headers": {"a b": "c"}}, "the header 'a b' has characters that HTTP does not allow"),
        ({"statusCode": 200, "headers": {"a": "b\r\nc: d"}}, "the header 'a' has characters that HTTP does not allow"),
        ({"statusCode": 200, "headers": {"a": "\ud800"}}, "the header 'a' has characters that HTTP does not allow"),
    ],
)
def test_what_is_not_a_response_is_told_with_its_reason(result: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        decode(result, "GET")
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(
    ("answer", "length"),
    [
        (Answer(200), "0"),
        (Answer(200, body=b"abc"), "3"),
        (Answer(200, content_length=7), "7"),
        (Answer(204), None),
        (Answer(304), None),
    ],
)
def test_a_response_has_a_length_where_it_may(answer: Answer, length: str | None) -> None:
    assert dict(answer.framed()).get("content-length") == length


@pytest.mark.parametrize(
    ("result", "length"),
    [
        ({"statusCode": 200, "headers": {"Content-Length": "1234"}}, "1234"),
        ({"statusCode": 200, "headers": {"Content-Length": "1234"}, "body": "abc"}, "3"),
        ({"statusCode": 200, "headers": {"Content-Length": "many"}}, "0"),
        ({"statusCode": 200, "body": "abc"}, "3"),
    ],
)
def test_the_answer_to_head_has_the_length_of_the_body_that_is_not_sent(result: dict[str, Any], length: str) -> None:
    assert dict(decode(result, "HEAD").framed())["content-length"] == length
