"""The body of a request as fields, whether it is a form or JSON: both have the same names."""

import json
import re
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, QueryParams, UploadFile
from starlette.exceptions import HTTPException

from imagescaler.web.requests.did_you_mean import did_you_mean
from imagescaler.web.requests.form import URLENCODED, read_multipart, read_urlencoded
from imagescaler.web.requests.presets import LIST

FILE, UPLOAD, URL = "file", "upload_id", "source_url"
JSON, FORM, BYTES = "application/json", "multipart/form-data", "application/octet-stream"
FORMS = {FORM, URLENCODED, ""}
OTHER_TYPE = (
    "Send the image as the file of a form (multipart/form-data, with curl -F file=@photo.jpg), or as the body itself "
    "(image/jpeg, for example) with the options in the query, or JSON (application/json) with an upload_id."
)
IN_QUERY = (
    "send it as a field of the body; the query has the options of a body that is the image itself, "
    "with a Content-Type such as image/jpeg"
)
JSON_AS_FORM = "The body looks like JSON. Send it with the header Content-Type: application/json."
FILE_AS_FORM = (
    "The body looks like a file. Send it with the header Content-Type: image/jpeg, or the type that it has, and with "
    "the options in the query."
)
NOT_IN_TEXT = re.compile(rb"[\0-\x08\x0e-\x1f]")
NO_BOUNDARY = (
    "The Content-Type has no boundary, which separates the fields of a multipart form. "
    "Let the client set this header: it knows the boundary."
)
MAX_EXPLAINED = 20  # errors, as many as an answer lists; an object may have any number of wrong names

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, model: type[Model]) -> Model:
    """Validate the body; an option that is an empty text or null counts as absent, but no unknown field does.

    The options of a body that is the image itself are in the query. Raises HTTPException 415 for another Content-Type,
    400 for a body that is not what it says, and RequestValidationError.
    """
    return validated(_present(await _fields(request), model), model)


def in_query(model: type[BaseModel]) -> list[str]:
    """Names of the options that are in the query if the body is the image itself."""
    return [name for name in model.model_fields if name not in {FILE, UPLOAD, URL}]


def options_in_query(model: type[BaseModel]) -> dict[str, Any]:
    """Name the query parameters of an operation; `make openapi` describes them and the body, which takes long.

    Source: OpenAPI 3.1, Parameter Object.
    """
    return {"parameters": [{"name": name, "in": "query"} for name in in_query(model)]}


async def read_json_body(request: Request, model: type[Model], *, other_type: str) -> Model:
    """Validate a body that must be JSON. Raises HTTPException 415 with `other_type`, 400, RequestValidationError."""
    if _media_type(request) not in {JSON, ""}:
        raise HTTPException(415, other_type)
    return validated(_present(await _json(request), model), model)


def validated(fields: dict[str, Any], model: type[Model]) -> Model:
    """Validate fields; raises RequestValidationError, whose messages advise on unknown fields."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        errors: list[Any] = list(error.errors(include_url=False))
        errors[:MAX_EXPLAINED] = [_explained(each, model) for each in errors[:MAX_EXPLAINED]]
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in errors]) from None


def _present(fields: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Return the fields without options that are an empty text or null; unknown fields stay, to be refused."""
    absent = {name for name in model.model_fields if fields.get(name) in ("", None)}
    return {name: value for name, value in fields.items() if name not in absent}


async def _fields(request: Request) -> dict[str, Any]:
    kind = _media_type(request)
    if not kind and await request.body():
        kind = BYTES  # RFC 9110, 8.3
    if kind == BYTES or kind.startswith("image/"):
        options = {name: await _value(request.query_params, name) for name in request.query_params}
        return {**options, FILE: b"".join([piece async for piece in request.stream() if piece])}  # one is not copied
    if kind not in {JSON, *FORMS}:
        raise HTTPException(415, OTHER_TYPE)
    if request.query_params:
        misplaced = [{"loc": ("query", name), "msg": IN_QUERY} for name in request.query_params]
        raise RequestValidationError(misplaced)
    return await (_json(request) if kind == JSON else _form(request))


def _explained(error: Any, model: type[BaseModel]) -> dict[str, Any]:
    """Return an error of validation; that of an unknown field names the one that was probably meant."""
    if error["type"] != "extra_forbidden":
        return dict(error)
    meant = did_you_mean(str(error["loc"][-1]), model.model_fields)
    advice = f"did you mean {meant}?" if meant else "/docs lists the fields"
    return {**error, "msg": f"there is no such field; {advice}", "input": None}


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    if not body:
        raise HTTPException(400, "The body is empty. Send a JSON object.")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"The body is not JSON: {error}.") from error
    if not isinstance(content, dict):
        raise HTTPException(400, "The body must be a JSON object, with a name and a value for each field.")
    return content


async def _form(request: Request) -> dict[str, Any]:
    """Read the fields of a form, of a repeated one the last; the list must not be repeated, and is then refused."""
    is_multipart = _media_type(request) == FORM
    if is_multipart and "boundary=" not in request.headers["content-type"].lower():
        raise HTTPException(400, NO_BOUNDARY)
    if not is_multipart and NOT_IN_TEXT.search(await request.body()):  # as curl --data-binary sends a file by default
        raise HTTPException(415, FILE_AS_FORM)
    try:
        form = await (read_multipart(request) if is_multipart else read_urlencoded(request))
        fields = {name: await _value(form, name) for name in form}
    except (LookupError, ValueError) as error:  # of the charset in its Content-Type
        raise HTTPException(400, f"The form cannot be decoded: {error}.") from error
    if next(iter(fields), "").lstrip().startswith(("{", "[")):
        raise HTTPException(415, JSON_AS_FORM)
    return fields


async def _value(form: FormData | QueryParams, name: str) -> Any:
    *others, value = form.getlist(name)
    if name == FILE and isinstance(value, UploadFile):
        return await value.read() if value.filename or value.size else ""
    return [*others, value] if others and name == LIST else value


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
