"""Events, of which the one of an HTTP request can have its body beside it."""

from dataclasses import dataclass

import pybase64

EVENT_LIMIT_BYTES = 6 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class EventWithBody:
    """A JSON object that lacks its last member, `"body"`: the base64 of `body`.

    The function's process inserts it, so that megabytes are neither encoded nor copied on the way. `len` and `bytes`
    are those of the whole event, as Lambda counts and sends it.
    """

    json: bytes
    body: bytes | bytearray

    def __len__(self) -> int:
        return len(self.json) + len(',"body":""') + (len(self.body) + 2) // 3 * 4

    def __bytes__(self) -> bytes:
        # JSON would escape nothing in base64.
        return b"".join((self.json[:-1], b',"body":"', pybase64.b64encode(self.body), b'"}'))


Event = bytes | EventWithBody
