"""Request bodies made to confuse or exhaust their parser (RFC 7578, RFC 2046)."""

import gzip
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain

from tests.pictures import plain
from tools.hostile.case import BOUNDARY, COMPLETED, NO_ANSWER, STRANGE, Case, Sent, closed, field_part, file_part, part

IMAGE = plain()
WIDTH, FILE = field_part(b"width", b"8"), file_part(IMAGE)
FORM = closed(WIDTH, FILE)
MALFORMED, INVALID = "400 malformed-request", "422 invalid-request"
OTHER_TYPE = "415 about:blank"
BASE64 = b"Content-Transfer-Encoding: base64"
EDGE = BOUNDARY.encode()


def typed(content_type: str | None, body: bytes = FORM, **more: str) -> Sent:
    """Send a body under a type."""
    headers = {} if content_type is None else {"Content-Type": content_type}
    return Sent(body, {**headers, **{name.replace("_", "-"): value for name, value in more.items()}})


def bounded(boundary: str) -> Sent:
    """Send a sound form with another boundary."""
    return typed(f'multipart/form-data; boundary="{boundary}"', FORM.replace(EDGE, boundary.encode()))


def disposed(disposition: bytes, value: bytes = b"8") -> Sent:
    """Send a sound form with one more part, whose head is this."""
    return Sent(closed(WIDTH, FILE, part(disposition, value)))


def packed(body: bytes) -> Sent:
    """Send a body that claims an encoding."""
    return typed(f"multipart/form-data; boundary={BOUNDARY}", gzip.compress(body, 1), Content_Encoding="gzip")


def sized(width: bytes, name: bytes = b"width") -> Sent:
    """Send a field."""
    return Sent(closed(field_part(name, width), FILE))


TYPES: Mapping[str, tuple[str, Sent]] = {
    "no type": (STRANGE, typed(None)),  # then it is taken for an image
    "type of nothing": (STRANGE, typed("")),
    "type of nonsense": (OTHER_TYPE, typed("a" * 4_000)),
    "type of a picture": (COMPLETED, typed("image/png", IMAGE)),
    "type of another picture": (COMPLETED, typed("image/svg+xml; charset=utf-7", IMAGE)),
    "type of a picture of 4,000 letters": (COMPLETED, typed("image/" + "a" * 4_000, IMAGE)),
    "type of a picture without a picture": (STRANGE, typed("image/png", b"")),
    "form with the type of a picture": (STRANGE, typed("image/png")),
    "4 MB of zeros as a picture": (STRANGE, typed("application/octet-stream", bytes(4_000_000))),
    "packed picture": (STRANGE, typed("image/png", gzip.compress(IMAGE), Content_Encoding="gzip")),
    "JSON that is a form": (MALFORMED, typed("application/json")),
    "form that is JSON": (MALFORMED, typed(f"multipart/form-data; boundary={BOUNDARY}", b'{"width": 8}')),
    "letters of a form": (INVALID, typed("application/x-www-form-urlencoded", b"width=8&file=photo")),
    "100,000 letters of a form": (MALFORMED, typed("application/x-www-form-urlencoded", b"a=b&" * 100_000)),
    "no boundary": (MALFORMED, typed("multipart/form-data")),
    "boundary of nothing": (MALFORMED, typed("multipart/form-data; boundary=")),
    "boundary of another form": (MALFORMED, typed("multipart/form-data; boundary=other")),
    "boundary of 70 letters": (COMPLETED, bounded("b" * 70)),
    "boundary of 5,000 letters": (MALFORMED, bounded("b" * 5_000)),
    "boundary of signs": (COMPLETED, bounded("'()+_,-./:=?")),
    "boundary of hyphens": (COMPLETED, bounded("-" * 60)),
    "two boundaries": (MALFORMED, typed(f"multipart/form-data; boundary={BOUNDARY}; boundary=x")),
    "mixed parts": (OTHER_TYPE, typed(f"multipart/mixed; boundary={BOUNDARY}")),
    "set of characters of nonsense": (COMPLETED, typed(f"multipart/form-data; charset=none; boundary={BOUNDARY}")),
    "packed body": (MALFORMED, packed(FORM)),
    "packed body of 50 MB": (MALFORMED, packed(bytes(50_000_000))),
}
FRAMES: Mapping[str, tuple[str, Sent]] = {
    "empty body": (INVALID, Sent(b"")),
    "form of nothing": (INVALID, Sent(closed())),
    "no last boundary": (INVALID, Sent(FORM.removesuffix(b"--%s--\r\n" % EDGE))),
    "cut off in the file": (INVALID, Sent(FORM[: len(FORM) // 2])),
    "cut off in a head": (INVALID, Sent(WIDTH + b"--%s\r\nContent-Dis" % EDGE)),
    "line ends of Unix": (MALFORMED, Sent(FORM.replace(b"\r\n", b"\n"))),
    "1 MB before the form": (MALFORMED, Sent(b"x" * 1_000_000 + b"\r\n" + FORM)),
    "1 MB behind the form": (COMPLETED, Sent(FORM + b"x" * 1_000_000)),
    "form behind the form": (COMPLETED, Sent(FORM + FORM)),
    "boundary in the file": (MALFORMED, Sent(closed(WIDTH, file_part(b"\x89PNG\r\n--%s\r\n\r\n" % EDGE)))),
    "part without a head": (MALFORMED, Sent(closed(WIDTH, b"--%s\r\n\r\nx\r\n" % EDGE, FILE))),
    "part of an unknown disposition": (MALFORMED, disposed(b"Content-Disposition: attachment")),
    "part without a disposition": (MALFORMED, disposed(b"Content-Type: text/plain")),
    "part without a name": (MALFORMED, disposed(b"Content-Disposition: form-data")),
    "head folded": (MALFORMED, disposed(b'Content-Disposition: form-data;\r\n name="x"')),
    "head of no colon": (MALFORMED, disposed(b"Content-Disposition form-data")),
    "head with NUL": (MALFORMED, disposed(b'Content-Disposition: form-data; name="a"\r\nX\0Y: z')),
    "head of 4 MB": (MALFORMED, disposed(b"X-A: " + b"x" * 4_000_000)),
    "head of 50,000 lines": (MALFORMED, disposed(b"X-A: b\r\n" * 50_000 + b'Content-Disposition: form-data; name="x"')),
    "form in the form": (
        INVALID,
        disposed(b'Content-Disposition: form-data; name="x"\r\nContent-Type: multipart/mixed; boundary=y', b"--y--"),
    ),
    "file said to be in base64": (
        COMPLETED,
        Sent(closed(WIDTH, FILE.replace(b"\r\n\r\n", b"\r\n%s\r\n\r\n" % BASE64, 1))),
    ),
    "longer in its length": (NO_ANSWER, Sent(FORM, length=len(FORM) + 1_000)),
    "shorter in its length": ("400 about:blank", Sent(FORM, length=len(FORM) // 2)),
    "length of an exabyte": ("413 about:blank", Sent(FORM, length=10**18)),
    "length below zero": ("400 about:blank", Sent(FORM, length=-1)),
}
PARTS: Mapping[str, tuple[str, Sent]] = {
    "101 fields": (MALFORMED, Sent(closed(*[field_part(b"x", b"1")] * 101, FILE))),
    "10,000 fields": (MALFORMED, Sent(closed(*[field_part(b"x", b"1")] * 10_000, FILE))),
    "50,000 empty parts": (MALFORMED, Sent(closed(*[part(b'Content-Disposition: form-data; name=""', b"")] * 50_000))),
    "two files": (MALFORMED, Sent(closed(WIDTH, FILE, FILE))),
    "10,000 files": (MALFORMED, Sent(closed(WIDTH, *[FILE] * 10_000))),
    "file under another name": (INVALID, Sent(closed(WIDTH, FILE.replace(b'name="file"', b'name="image"')))),
    "file that is a field": (INVALID, Sent(closed(WIDTH, field_part(b"file", IMAGE)))),
    "width that is a file": (INVALID, Sent(closed(FILE.replace(b'name="file"', b'name="width"')))),
    "field name of 1 MB": (MALFORMED, sized(b"8", b"x" * 1_000_000)),
    "field name of no UTF-8": (INVALID, sized(b"8", b"\xff\xfe")),
    "field name with NUL": (INVALID, sized(b"8", b"width\0")),
    "field name of a class": (INVALID, sized(b"8", b"__class__")),
    "field name in brackets": (INVALID, sized(b"8", b"width[$gt]")),
    "field of 2 MB": (MALFORMED, sized(b"8" * 2_000_000)),
    "set of characters as a field": (INVALID, sized(b"utf-7", b"_charset_")),
    "two widths": (COMPLETED, Sent(closed(WIDTH, field_part(b"width", b"9"), FILE))),
}


def cases(table: Mapping[str, tuple[str, Sent]]) -> Iterator[Case]:
    for name, (gives, sent) in table.items():
        yield Case("bodies", name, gives, partial(Sent, sent.body, sent.headers, sent.length))


CASES = list(chain.from_iterable(map(cases, (TYPES, FRAMES, PARTS))))
