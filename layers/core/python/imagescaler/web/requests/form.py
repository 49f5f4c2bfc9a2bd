"""The form of a request, whether it came as multipart/form-data or as JSON."""

import json
from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette._utils import AwaitableOrContextManager, AwaitableOrContextManagerWrapper
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser

MAX_FORM_FIELDS, MAX_EVENT_BYTES = 50, 6 << 20


class FormRequest(Request):
    """A request whose form has one file, a few fields, and stays in memory: the gateway bounds its size.

    The members of a JSON object count as a form's fields, so that an operation may take both.
    """

    def form(self, **_: Any) -> AwaitableOrContextManager[FormData]:
        """Read the form; raises HTTPException 400 for a body that is not what its Content-Type says."""
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
            return AwaitableOrContextManagerWrapper(self._members())
        MultiPartParser.spool_max_size = MAX_EVENT_BYTES
        return super().form(max_files=1, max_fields=MAX_FORM_FIELDS)

    async def _members(self) -> FormData:
        try:
            content = json.loads(await self.body())
        except (ValueError, RecursionError) as error:
            raise HTTPException(400, f"The body is not JSON: {error}.") from error
        if not isinstance(content, dict):
            raise HTTPException(400, "The body must be a JSON object.")
        given = {name: value for name, value in content.items() if value is not None}  # null is as good as absent
        return FormData([(name, each) for name, value in given.items() for each in _values(value)])


def _values(value: Any) -> list[Any]:
    """Give the fields that stand for a member: a form has no lists, but may repeat a field."""
    return value if isinstance(value, list) and value else [value]


class FormRoute(APIRoute):
    """A route whose requests are FormRequests."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Give what handles a request."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Any:
            return await handle(FormRequest(request.scope, request.receive))

        return strict
