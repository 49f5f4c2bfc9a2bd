"""File names made to do harm; the service uses none of them."""

from collections.abc import Mapping
from functools import partial

from tests.pictures import plain
from tools.hostile.case import COMPLETED, Case, Sent, closed, field_part, file_part

MALFORMED = "400 malformed-request"
NAMES: Mapping[str, bytes] = {
    "path up": b"../../../../etc/passwd",
    "path up, Windows": rb"..\..\..\windows\win.ini",
    "path up, encoded": b"..%2f..%2fetc%2fpasswd",
    "path up, encoded twice": b"..%252f..%252fetc%252fpasswd",
    "path up in overlong UTF-8": b"..\xc0\xaf..\xc0\xafetc",
    "absolute path": b"/etc/cron.d/photo",
    "device": b"/dev/zero",
    "network path": rb"\\192.0.2.1\share\photo.jpg",
    "drive": rb"C:\photo.jpg",
    "device of Windows": b"CON",
    "stream of Windows": b"photo.jpg::$DATA",
    "URL": b"http://169.254.169.254/latest/meta-data/",
    "ImageMagick's coder": b"msl:/etc/passwd",
    "NUL": b"photo.jpg\0.php",
    "bell": b"photo\x07.jpg",
    "escape sequence": b"\x1b]0;owned\x07\x1b[2J.jpg",
    "right to left": "photo\u202egpj.exe".encode(),
    "no width": "pho\u200bto.jpg".encode(),
    "letters that look alike": "\u0440h\u043et\u043e.jpg".encode(),
    "combining marks": ("o" + "\u0300" * 1_000).encode(),
    "smiling face": "\U0001f600.jpg".encode(),
    "surrogate": b"\xed\xa0\x80.jpg",
    "no UTF-8": b"\xff\xfe\xfd",
    "spaces": b" " * 999,
    "dot": b".",
    "two dots": b"..",
    "nothing": b"",
    "shell": b"$(id);`id`|id&id.jpg",
    "option": b"--output=/etc/passwd",
    "format string": b"%s%s%n%x",
    "template": b"{{7*7}}${7*7}<%= 7*7 %>",
    "SQL": b"'; drop table tasks; --",
    "markup": b"<img src=x onerror=alert(1)>.jpg",
    "formula": b"=cmd|' /C calc'!A0",
    "several ends": b"photo.php.jpg",
    "Java's naming service": b"${jndi:ldap://127.0.0.1/a}",
}
PARAMETERS: Mapping[str, tuple[str, bytes]] = {
    "header in an encoded name": (COMPLETED, b'filename="photo%0d%0aSet-Cookie: a=b"'),
    "quote in the name": (COMPLETED, rb'filename="pho\"; name=\"width"'),
    "two names": (COMPLETED, b'filename="a.jpg"; filename="../b"'),
    "name without quotes": (COMPLETED, b"filename=photo.jpg; filename*0=x; filename*1=y"),
    # RFC 7578, section 4.2, forbids the extended form: without another name the part is no file.
    "extended name": ("422 invalid-request", b"filename*=UTF-8''..%2f..%2fetc%2fpasswd"),
    "extended name in a strange set": ("422 invalid-request", b"filename*=UTF-7''+AC4ALgAv-"),
    "100,000 letters": (MALFORMED, b'filename="%s"' % (b"a" * 100_000)),
    "combining marks, 10 KB": (MALFORMED, 'filename="{}"'.format("\u0300" * 5_000).encode()),
    "parameters without end": (MALFORMED, b'filename="a"' + b"; a=b" * 2_000),
}


def named(filename: bytes) -> Sent:
    """Send a picture under a name."""
    return Sent(closed(field_part(b"width", b"8"), file_part(plain(), filename)))


CASES = [
    *(Case("file names", name, COMPLETED, partial(named, b'filename="%s"' % value)) for name, value in NAMES.items()),
    *(Case("file names", name, gives, partial(named, value)) for name, (gives, value) in PARAMETERS.items()),
]
