"""A hostile input: the request, and its expected result."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from imagescaler.domain.formats import Format

BOUNDARY = "a-boundary-that-no-image-has"
COMPLETED, NO_ANSWER = "completed", "no answer"
STRANGE = "415 unsupported-image-format"
CORRUPT, TOO_LARGE = "422 corrupt-image", "422 image-too-large"
FAILED_CORRUPT, FAILED_STRANGE = "failed corrupt-image", "failed unsupported-image-format"
SCANS = "failed too-many-scans"
TOO_MANY_FRAMES, FAILED_FRAMES = "422 too-many-frames", "failed too-many-frames"

Make = Callable[[], bytes]
Table = Mapping[str, tuple[str, Make]]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request to POST /api/v1/tasks; `length` is what it says of its body, if that is not the truth."""

    body: bytes
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    )
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that comes through the other door: POST /api/v1/uploads, PUT as often as said, POST /api/v1/tasks.

    `claimed` is how many bytes it is said to have, if that is not the truth.
    """

    image: bytes
    options: Mapping[str, int | str]
    media_type: str = "image/jpeg"
    claimed: int | None = None
    puts: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile input.

    `gives` is "completed", "failed" with the type of the problem, a refusal's status and type, or "no answer".
    """

    family: str
    name: str
    gives: str
    make: Callable[[], Sent | Upload]


def part(head: bytes, value: bytes) -> bytes:
    """Return a part of a form (RFC 7578) with this head, unchecked."""
    return b"--%s\r\n%s\r\n\r\n%s\r\n" % (BOUNDARY.encode(), head, value)


def field_part(name: bytes, value: bytes) -> bytes:
    """Return a field of a form."""
    return part(b'Content-Disposition: form-data; name="%s"' % name, value)


def file_part(image: bytes, filename: bytes = b'filename="photo"') -> bytes:
    """Return the file of a form; `filename` is the parameter as it is sent."""
    return part(b'Content-Disposition: form-data; name="file"; ' + filename, image)


def closed(*parts: bytes) -> bytes:
    """Return a form of parts."""
    return b"".join([*parts, b"--%s--\r\n" % BOUNDARY.encode()])


def of_image(make: Make, options: Mapping[str, str]) -> Sent:
    """Send an image as every client would."""
    fields = [field_part(name.encode(), value.encode()) for name, value in options.items()]
    return Sent(closed(*fields, file_part(make())))


def images(family: str, table: Table, **options: str) -> Iterator[Case]:
    """Make cases of images, from what each must give and how it is made; a width of 64 is among the options."""
    for name, (gives, make) in table.items():
        yield Case(family, name, gives, partial(of_image, make, {"width": "64", **options}))


def if_accepted(form: str, gives: str) -> str:
    """Return `gives` if the service accepts this format, or else the refusal of an unknown one."""
    return gives if form in Format.__members__ else STRANGE
