"""JPEG XLs with headers that no encoder here writes: pixels coded by libjxl behind a header of one's own."""

from base64 import b64decode
from dataclasses import dataclass
from io import BytesIO

import pillow_jxl  # noqa: F401 - the import registers the plugin
from PIL import Image

SIGNATURE_BOX = b"\0\0\0\x0cJXL \r\n\x87\n"
FILE_TYPE = b"\0\0\0\x14ftypjxl \0\0\0\0jxl "
ALPHA, BLACK = 0, 4
Field = tuple[int, int]  # a number, and its bits


def coded(image: Image.Image, **options: object) -> bytes:
    """Return an image as a JPEG XL, by default a lossless one."""
    buffer = BytesIO()
    image.save(buffer, "JXL", num_threads=0, **({"lossless": True} | options))
    return buffer.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header (ISO/IEC 18181-1, annex D) of a size that needs no abbreviation; by default that of libjxl for RGB."""

    size: tuple[int, int]
    orientation: int = 1
    is_animated: bool = False
    bits: int = 8
    exponent_bits: int = 0
    extra: tuple[tuple[int, bool], ...] = ()
    is_xyb: bool = False
    is_grey: bool = False
    white: int = 1
    primaries: int = 1
    points: tuple[int, ...] = ()  # x and y of what is custom, in millionths
    transfer: int = 13
    gamma: int = 0  # in ten millionths
    has_profile: bool = False
    name: bytes = b""  # of the extra channels

    def written(self) -> bytes:
        """Return the bytes."""
        number = position = 0
        for value, size in self._fields():
            number |= value << position
            position += size
        return b"\xff\x0a" + number.to_bytes(-(-position // 8), "little")

    def _fields(self) -> list[Field]:
        width, height = self.size
        fields = [(0, 1), (0, 2), (height - 1, 9), (0, 3), (0, 2), (width - 1, 9), (0, 1)]
        if self.orientation > 1 or self.is_animated:
            fields += [(1, 1), (self.orientation - 1, 3), (0, 2), (self.is_animated, 1)]
            fields += [(0, 2), (0, 2), (0, 2), (0, 1)] if self.is_animated else []
        else:
            fields += [(0, 1)]
        fields += self._depth()
        fields += [(1, 1), *((0, 2), (1, 2), (2, 2))[len(self.extra) : len(self.extra) + 1]]
        fields += [(0, 4)] if len(self.extra) > 1 else []
        for kind, is_premultiplied in self.extra:
            fields += self._extra(kind, is_premultiplied=is_premultiplied)
        fields += [(self.is_xyb, 1), *self._colors()]
        fields += [(1, 1)] if self.orientation > 1 or self.is_animated else []  # tone mapping by default
        return [*fields, (0, 2), (1, 1)]  # no extensions, and weights by default

    def _extra(self, kind: int, *, is_premultiplied: bool) -> list[Field]:
        if kind == ALPHA and not is_premultiplied and self.bits == 8 and not self.name:
            return [(1, 1)]  # the default
        what = [(kind, 2)] if kind == ALPHA else [(2, 2), (kind - 2, 4)]
        name = [(1, 2), (len(self.name), 4), *((each, 8) for each in self.name)]
        return [(0, 1), *what, *self._depth(), (0, 2), *name, *([(is_premultiplied, 1)] if kind == ALPHA else [])]

    def _depth(self) -> list[Field]:
        if self.exponent_bits:
            return [(1, 1), *{32: [(0, 2)], 16: [(1, 2)]}[self.bits], (self.exponent_bits - 1, 4)]
        return [(0, 1), *([(0, 2)] if self.bits == 8 else [(3, 2), (self.bits - 1, 6)])]

    def _colors(self) -> list[Field]:
        if (self.white, self.primaries, self.transfer, self.gamma) == (1, 1, 13, 0) and not (
            self.is_grey or self.has_profile
        ):
            return [(1, 1)]  # sRGB
        fields = [(0, 1), (self.has_profile, 1), (self.is_grey, 2)]
        if self.has_profile:
            return fields
        points = list(self.points)

        def enum(value: int) -> list[Field]:
            return [(value, 2)] if value < 2 else [(2, 2), (value - 2, 4)] if value < 18 else [(3, 2), (value - 18, 6)]

        def custom(count: int) -> list[Field]:
            return [each for _ in range(count) for each in _coordinate(points.pop(0))]

        fields += enum(self.white) + (custom(2) if self.white == 2 else [])
        if not self.is_grey:
            fields += enum(self.primaries) + (custom(6) if self.primaries == 2 else [])
        fields += [(1, 1), (self.gamma, 24)] if self.gamma else [(0, 1), *enum(self.transfer)]
        return fields + enum(1)


def _coordinate(millionths: int) -> list[Field]:
    number, choices = 2 * millionths, ((0, 19), (2**19, 19), (2**20, 20), (2**21, 21))
    chosen, (least, bits) = max((at, row) for at, row in enumerate(choices) if row[0] <= number)
    return [(chosen, 2), (number - least, bits)]


def frames_of(image: Image.Image) -> bytes:
    """Return what follows the header of a lossless file; its samples do not depend on what that says of colors."""
    kinds = ((ALPHA, False),) if image.mode in {"LA", "RGBA"} else ()
    header = Header(size=image.size, extra=kinds, is_grey=image.mode in {"L", "LA"}).written()
    data = coded(image)
    assert data.startswith(header)
    return data[len(header) :]


def box(kind: bytes, content: bytes) -> bytes:
    """Return a box."""
    return (len(content) + 8).to_bytes(4) + kind + content


def boxed(*boxes: bytes) -> bytes:
    """Return a file of boxes."""
    return SIGNATURE_BOX + FILE_TYPE + b"".join(boxes)


def sample(x: int, y: int, channel: int) -> int:
    """Return a sample of the files below, of 16 bits."""
    return (9000 * x + 2500 * y + 1234 * channel) % 2**16


SAMPLED = (7, 5)
# Files of these samples, of this size, by cjxl 0.7.
RGB_16 = b64decode(
    "AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAAAJanhsbAoAAABnanhsY/8KIED8ABQXAggCAQBAAUsYixUBYsCDwRicLEpGxhh8JQ8w"
    "dDEFbwBlPDNo1bt74cK2ayne4KdBHKErKwkas2nBTMy4P0JcLBMj2U8r+BFnIA+zeROpncUk//9JAykE"
)
GREY_16_ALPHA = b64decode(  # alpha is the fourth channel
    "AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAAAJanhsbAoAAABKanhsY/8KIED8KIoLAQgIEADMAEsoJMKYMBEgKbwylNv29OMnrJg0"
    "WHIYAycelBk6nw9dxH2JxTKtQmUA7BQAJAE63LL3Gg=="
)
GREY_10 = b64decode("/wogQBQUFwIIAgEAwABLGIsVUlzS3HXk5yMPjcvSkofX2sBNGDdh3ISZ1h0lzKbf6YDhC5HHjLY/WIslqU8=")
RGB_FLOAT = b64decode(
    "AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAAAJanhsbAoAAAFdanhsY/8KIEByAMWFCAIBABwFSxib7U5BQUhBO2eMwU4QFREjEUuT"
    "bGRkZIyRMXhr0wGnAWD3qBGUwQAAgN0yIyij+xojKDOCMoJlnEAcdQJxE4ibQFwCcQrEKRDP7AEAAJxAHAXiKBCnQFwCcQnEDZY4gTjTE5tAXOMw"
    "CsQpEG/vp0Cc7HdMII4CcQrEKRCnQJwC8Wx+mkCaZIBaGLmz3zJHUIa2m0hQ5sRjBGWeQJ4TiKNA3DTOBOIUiEsgToE47bd0AnGLLBOIk6yNAnEK"
    "xCUQV3xaKsc6B0GBOAXiFIhTIE6BOBSIm0D8zsQE4hKIUyBOgTgF4jSBNLq8IgMe037LjKCMph3sAoygDAnKBAAEJxDHujOBOArEKRCnQFwCcU4g"
    "7vTMRVooENc4jgJxCsQpEDf7JdkzE4ijQFwCcQrEKRCnQNwJxFEgDgRqAnEKxCUQl0A8BDgE"
)
GREY_FLOAT = b64decode(
    "AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAAAJanhsbAoAAACNanhsY/8KIEByQHEhCAIBANwBSxiLFUJ6aJ0DADa+qx5sztcIyiDW"
    "2Fu5jKCM0H3NMYIyYgRlfJ/T8qGx37F4MdjpEhlml3R1nh0KxNkXcJcmPivio00ZH99BTYsgMolRUIVVkXphKkdzpRroD3lhwOfakbo2HCoZjc2B"
    "JbkjdC5PwuGS53gRmz4="
)
ANIMATION = b64decode(  # of three frames
    "/wogQEEAFhSXBAgIYAEAAFQASxiLFcJJAuYFJADY//7Q+wMAAAAACAhgAQAAUABLGIsVwlFC6gUkAJB//ZsDAAAAAAgIYEEAAEQASxiLFcJJQV5A"
    "AgD6AwAAAAA="
)


def layers(image: Image.Image, count: int, mode: int = 0, crop: tuple[int, int] | None = None) -> bytes:
    """Return a lossless picture that is laid over itself so often (annex F); `mode` 0 replaces, 1 adds.

    The image is small, so that it is one section. `crop` claims another size of all frames but the last.
    """
    section = _section(frames_of(image))
    frames = [_frame(mode, crop, is_last=False) + section] * (count - 1)
    return b"".join([Header(size=image.size).written(), *frames, _frame(mode, None, is_last=True) + section])


def _section(frame: bytes) -> bytes:
    """Return the end of a frame of one section, with its size in two bytes before it."""
    for at in range(2, len(frame)):
        size, choice = divmod(int.from_bytes(frame[at - 2 : at], "little"), 4)
        if size + 1024 * choice == len(frame) - at and choice < 2:
            return frame[at - 2 :]
    raise ValueError(len(frame))


def _frame(mode: int, crop: tuple[int, int] | None, *, is_last: bool) -> bytes:
    """Return the header of a modular frame."""
    fields = [(0, 1), (0, 2), (1, 1), (0, 2), (0, 1), (0, 2), (1, 2), (0, 2), (crop is not None, 1)]
    for value in (0, 0, *crop) if crop else ():
        fields += [(3, 2), (value - 18688, 30)] if value >= 18688 else [(0, 2), (value, 8)]
    fields += [(mode, 2), *([(0, 2)] if mode else []), (is_last, 1)]
    if not is_last:
        fields += [(0, 2), *([(0, 1)] if not mode else [])]
    number = position = 0
    for value, size in [*fields, (0, 2), (0, 1), (0, 1), (0, 2), (0, 2), (0, 2), (0, 1)]:
        number |= value << position
        position += size
    return number.to_bytes(-(-position // 8), "little")
