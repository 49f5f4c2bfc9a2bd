"""JSON bodies that are deep, long or invalid (RFC 8259)."""

from functools import partial

from tools.hostile.bodies import INVALID, MALFORMED, typed
from tools.hostile.case import Case

TABLE = {
    "JSON of 100,000 brackets": (MALFORMED, (b"[" * 100_000)),
    "JSON of 100,000 open objects": (MALFORMED, (b'{"width":' * 100_000)),
    "JSON of 100,000 objects": (MALFORMED, (b'{"width":' * 100_000 + b"8" + b"}" * 100_000)),
    "JSON with a number of 100,000 digits": (MALFORMED, (b'{"width": %s}' % (b"9" * 100_000))),
    "JSON with no number": (INVALID, (b'{"width": NaN}')),
    "JSON with a power": (INVALID, (b'{"width": 1e400}')),
    "JSON with a lone surrogate": (INVALID, (rb'{"width": "\ud800"}')),
    "JSON with a lone surrogate as a name": (INVALID, (rb'{"\ud800": 8}')),
    "JSON with a mark of UTF-8": (INVALID, (b'\xef\xbb\xbf{"width": 8}')),
    "JSON in UTF-16": (INVALID, ('{"width": 8}'.encode("utf-16"))),
    "JSON that is a list": (MALFORMED, (b"[8]")),
    "JSON that is null": (MALFORMED, (b"null")),
    "JSON with two widths": (INVALID, (b'{"width": 8, "width": 9}')),
    "JSON with 100,000 names": (
        INVALID,
        (b'{"a": 1' + b"".join(b',"a%d":1' % n for n in range(100_000)) + b"}"),
    ),
    "JSON with a name of 700,000 control characters": (INVALID, (b'{"%s": 1}' % (rb"\u0001" * 700_000))),
    "JSON with a file": (INVALID, (b'{"width": 8, "file": "photo"}')),
    "JSON with a strange upload": (
        "404 upload-not-found",
        (b'{"width": 8, "upload_id": "8e03978e-40d5-43e8-bc93-6894a57f9324"}'),
    ),
    "JSON with a path for an upload": (INVALID, (b'{"width": 8, "upload_id": "../../etc/passwd"}')),
}
CASES = [
    Case("JSON bodies", name, gives, partial(typed, "application/json", body)) for name, (gives, body) in TABLE.items()
]
