"""The header of a JPEG XL codestream (ISO/IEC 18181-1, annex D), which no library reads without decoding."""

from dataclasses import dataclass

from imagescaler.domain.geometry.turn import Size
from imagescaler.probe.color_encoding import CURVES, PRIMARIES, SRGB, ColorEncoding

SIGNATURE = 0x0AFF
MAX_BYTES = 4096  # real headers have less than a hundred
RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
GREY, XYB = 1, 2
ALPHA, SPOT, BLACK, FILTER_ARRAY = 0, 2, 4, 5
CUSTOM = 2
WHITES = {1: (0.3127, 0.3290), 10: (1 / 3, 1 / 3), 11: (0.314, 0.351)}
MILLION, TEN_MILLION = 10**6, 10**7
FLOAT, XYB_NUMBERS, WEIGHTS = 16, 16, (15, 55, 210)
LAST_SHIFT = 60
# Ways to write a number: what is added to so many bits (B.2.2).
Choices = tuple[tuple[int, int], ...]
ENUM: Choices = ((0, 0), (1, 0), (2, 4), (18, 6))
SIDE: Choices = ((1, 9), (1, 13), (1, 18), (1, 30))
PREVIEW_SIDES: tuple[Choices, Choices] = (((1, 6), (65, 8), (321, 10), (1345, 12)), ((16, 0), (32, 0), (1, 5), (33, 9)))
INTEGER_BITS: Choices = ((8, 0), (10, 0), (12, 0), (1, 6))
FLOAT_BITS: Choices = ((32, 0), (16, 0), (24, 0), (1, 6))


@dataclass(frozen=True, slots=True)
class JxlHeader:
    """What a header states of size and samples.

    `stored` is the size before the turn of EXIF's number `orientation`, which is a part of decoding. `bits` are those
    of a sample. `has_black` is True for the fourth ink of CMYK. `is_xyb` is True of pixels in the space of lossy
    coding, from which a decoder makes any other. `colors` is None if an ICC profile or nothing states them.
    `frames_at` is the place of the first frame in the codestream, None behind a profile, which has no length.
    """

    stored: Size
    orientation: int = 1
    is_animated: bool = False
    bits: int = 8
    is_float: bool = False
    is_grey: bool = False
    has_alpha: bool = False
    is_premultiplied: bool = False
    has_black: bool = False
    is_xyb: bool = True
    colors: ColorEncoding | None = SRGB
    extra_channels: int = 0
    has_preview: bool = False
    frames_at: int | None = None


class Bits:
    """Numbers of any number of bits, the lowest first (B.2.1)."""

    def __init__(self, data: bytes, start: int = 0) -> None:
        self._data, self._at = data, 8 * start

    def number(self, size: int) -> int:
        """Read a number of so many bits; raises IndexError if there are fewer."""
        end = self._at + size
        if end > 8 * len(self._data):
            raise IndexError(size)
        whole = int.from_bytes(self._data[self._at // 8 : -(-end // 8)], "little")
        number = whole >> self._at % 8 & (1 << size) - 1
        self._at = end
        return number

    def skip_to_byte(self) -> int:
        """Skip the rest of a byte, and return the place of the next."""
        self._at += -self._at % 8
        return self._at // 8

    def flag(self) -> bool:
        """Read one bit; raises IndexError if there is none."""
        return self.number(1) == 1

    def choice(self, choices: Choices) -> int:
        """Read a number that is written in one of four ways; raises IndexError if it is cut off."""
        offset, size = choices[self.number(2)]
        return offset + self.number(size)

    def long(self) -> int:
        """Read a number of up to 64 bits (B.2.3)."""
        match self.number(2):
            case 0:
                return 0
            case 1:
                return 1 + self.number(4)
            case 2:
                return 17 + self.number(8)
        number, shift = self.number(12), 12
        while self.flag():
            size = 4 if shift == LAST_SHIFT else 8
            number |= self.number(size) << shift
            if shift == LAST_SHIFT:
                break
            shift += 8
        return number

    def skip_extensions(self) -> None:
        """Skip what later versions of the format may have added (B.3)."""
        known = self.long()
        for size in [self.long() for _ in range(known.bit_count())]:
            self.number(size)


def read_header(codestream: bytes) -> JxlHeader:
    """Read the header, for which the beginning is enough; raises LookupError, ValueError or ArithmeticError."""
    bits = Bits(codestream[:MAX_BYTES])
    if bits.number(16) != SIGNATURE:
        raise ValueError(SIGNATURE)
    stored = _size(bits)
    if bits.flag():  # all fields have their defaults
        return JxlHeader(stored, frames_at=_end(bits, is_xyb=True))
    is_presented = bits.flag()
    orientation, has_preview, is_animated = _presentation(bits) if is_presented else (1, False, False)
    is_float, depth = _depth(bits)
    bits.flag()  # how large the integers of a decoder have to be
    extra = [_extra_channel(bits) for _ in range(bits.choice(((0, 0), (1, 0), (2, 4), (1, 12))))]
    alphas = [is_premultiplied for kind, is_premultiplied in extra if kind == ALPHA]
    is_xyb = bits.flag()
    is_grey, has_profile, colors = _colors(bits)
    if is_presented and not bits.flag():  # brightness
        bits.number(2 * FLOAT + 1 + FLOAT)
    bits.skip_extensions()
    end = _end(bits, is_xyb=is_xyb)
    return JxlHeader(
        stored,
        orientation,
        is_animated,
        depth,
        is_float,
        is_grey,
        has_alpha=bool(alphas),
        is_premultiplied=any(alphas[:1]),
        has_black=any(kind == BLACK for kind, _ in extra),
        is_xyb=is_xyb,
        colors=colors,
        extra_channels=len(extra),
        has_preview=has_preview,
        frames_at=None if has_profile else end,
    )


def _end(bits: Bits, *, is_xyb: bool) -> int:
    """Skip the numbers of conversion and of enlarging (D.3.7), and return the place behind the header."""
    if not bits.flag():
        if is_xyb and not bits.flag():
            bits.number(XYB_NUMBERS * FLOAT)
        enlarged = bits.number(len(WEIGHTS))
        for at, count in enumerate(WEIGHTS):
            bits.number(count * FLOAT * (enlarged >> at & 1))
    return bits.skip_to_byte()


def _size(bits: Bits) -> Size:
    """Read width and height (D.2)."""
    is_small = bits.flag()

    def side() -> int:
        return 8 * (bits.number(5) + 1) if is_small else bits.choice(SIDE)

    height, ratio = side(), bits.number(3)
    return (_by_ratio(height, ratio) if ratio else side()), height


def _by_ratio(height: int, ratio: int) -> int:
    across, down = RATIOS[ratio - 1]
    return height * across // down


def _presentation(bits: Bits) -> tuple[int, bool, bool]:
    """Read the orientation, whether there is a preview, and whether it is an animation; skip sizes and times."""
    orientation = bits.number(3) + 1
    if bits.flag():
        _size(bits)
    if has_preview := bits.flag():
        choices = PREVIEW_SIDES[bits.flag()]
        bits.choice(choices)
        if not bits.number(3):
            bits.choice(choices)
    if is_animated := bits.flag():
        bits.choice(((100, 0), (1000, 0), (1, 10), (1, 30)))
        bits.choice(((1, 0), (1001, 0), (1, 8), (1, 10)))
        bits.choice(((0, 0), (0, 3), (0, 16), (0, 32)))
        bits.flag()
    return orientation, has_preview, is_animated


def _depth(bits: Bits) -> tuple[bool, int]:
    """Read whether samples are floats, and their bits."""
    if not bits.flag():
        return False, bits.choice(INTEGER_BITS)
    size = bits.choice(FLOAT_BITS)
    bits.number(4)  # of the exponent
    return True, size


def _extra_channel(bits: Bits) -> tuple[int, bool]:
    """Read the kind of a channel besides the colors; True if it is an alpha by which these are multiplied (D.3.6)."""
    if bits.flag():
        return ALPHA, False
    kind = bits.choice(ENUM)
    _depth(bits)
    bits.choice(((0, 0), (3, 0), (4, 0), (1, 3)))  # by how much it is reduced
    bits.number(8 * bits.choice(((0, 0), (0, 4), (16, 5), (48, 10))))  # its name
    if kind == SPOT:
        bits.number(4 * 16)
    if kind == FILTER_ARRAY:
        bits.choice(((1, 0), (0, 2), (3, 4), (19, 8)))
    return kind, bits.flag() if kind == ALPHA else False


def _colors(bits: Bits) -> tuple[bool, bool, ColorEncoding | None]:
    """Read whether there is but grey and a profile, and the encoding of colors (D.3.5).

    Raises LookupError if that is unknown.
    """
    if bits.flag():
        return False, False, SRGB
    has_profile, space = bits.flag(), bits.choice(ENUM)
    if has_profile:
        return space == GREY, True, None
    if space == XYB:
        bits.choice(ENUM)
        return False, False, None
    white = bits.choice(ENUM)
    white_point = _point(bits) if white == CUSTOM else WHITES[white]
    primaries = 1 if space == GREY else bits.choice(ENUM)
    red_green_blue = (
        PRIMARIES[primaries][1][2:] if primaries != CUSTOM else (*_point(bits), *_point(bits), *_point(bits))
    )
    curve = TEN_MILLION / bits.number(24) if bits.flag() else CURVES[bits.choice(ENUM)]
    bits.choice(ENUM)  # rendering intent
    return space == GREY, False, ColorEncoding((*white_point, *red_green_blue), curve)


def _point(bits: Bits) -> tuple[float, float]:
    """Read x and y of a color."""
    return _coordinate(bits), _coordinate(bits)


def _coordinate(bits: Bits) -> float:
    """Read a number in millionths, with its sign in the lowest bit."""
    number = bits.choice(((0, 19), (2**19, 19), (2**20, 20), (2**21, 21)))
    return (-(number + 1) // 2 if number & 1 else number // 2) / MILLION
