"""Sentences for the errors of pydantic that name what to send, instead of what the input is not."""

from collections.abc import Mapping
from typing import Any

MAX_SHOWN = 50  # characters of a value in a message
WHOLE, NUMBER, BOOLEAN = "send a whole number, without a unit", "send a number, without a unit", "send true or false"
ID = "send the id as the service returned it, a UUID"
MESSAGES: Mapping[str, str] = {
    "missing": "it is missing; send it",
    **dict.fromkeys(("int_parsing", "int_parsing_size", "int_from_float", "int_type"), WHOLE),
    **dict.fromkeys(("float_parsing", "float_type", "finite_number"), NUMBER),
    **dict.fromkeys(("bool_parsing", "bool_type"), BOOLEAN),
    **dict.fromkeys(("uuid_parsing", "uuid_type"), ID),
    **dict.fromkeys(("enum", "literal_error"), "send {expected}"),
    "string_type": "send a text",
    "string_too_long": "send at most {max_length} characters",
    "too_short": "send at least {min_length}",
    "too_long": "send at most {max_length}",
    "greater_than_equal": "send at least {ge}",
    "greater_than": "send more than {gt}",
    "less_than_equal": "send at most {le}",
    "multiple_of": "send a multiple of {multiple_of}",
}
"""Message by type of error; the names in braces are in the context of the error."""


def message_of(error: Mapping[str, Any]) -> str:
    """Return the message for an error of a field, with the value that was sent if it is short."""
    if known := MESSAGES.get(error.get("type", "")):
        message = known.format_map(error.get("ctx", {}))
    else:
        message = str(error["msg"]).removeprefix("Value error, ")
    sent = error.get("input")
    is_short = isinstance(sent, str | int | float) and len(str(sent)) < MAX_SHOWN
    return f"{message} (it is {sent!r})" if is_short else message
