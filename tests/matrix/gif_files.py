"""GIFs: colour tables, what lets something through, frames beyond their screen, what becomes of a frame, damage.

Numbers stand for colours, so that all is exact (tolerance 0).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np

from tests.matrix.case import CUT_OFF, Case, File, Pixels, Samples, rgba
from tests.matrix.pictures import HEIGHT, WIDTH, samples

GREY_RAMP = np.arange(256, dtype=np.uint8).repeat(3).reshape(256, 3)
NO_PALETTE = "palette|colou?r table"


def cases() -> Iterator[Case]:
    """Give all."""
    yield from _stills()
    yield from _animations()
    yield from _damage()


def table(size: int, seed: int = 0) -> Pixels:
    """Make a colour table (size, 3)."""
    return np.random.default_rng([size, seed]).integers(0, 256, (size, 3)).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Frame:
    """Numbers of colours (H, W) at a place, their own table if there is one, and how the frame is laid."""

    numbers: Samples
    left: int = 0
    top: int = 0
    colors: Pixels | None = None
    transparent: int | None = None
    disposal: int = 0
    is_interlaced: bool = False
    bits: int = 8

    def written(self) -> bytes:
        """Write the control extension and the picture."""
        flags = self.disposal << 2 | (self.transparent is not None)
        control = b"!\xf9\x04" + bytes([flags, 10, 0, self.transparent or 0, 0])
        height, width = self.numbers.shape
        own = b"" if self.colors is None else self.colors.tobytes()
        packed = (0 if self.colors is None else 0x80 | _size(self.colors)) | (0x40 if self.is_interlaced else 0)
        place = b"".join(each.to_bytes(2, "little") for each in (self.left, self.top, width, height))
        rows = self.numbers
        if self.is_interlaced:
            rows = np.concatenate([rows[0::8], rows[4::8], rows[2::4], rows[1::2]])
        return control + b"," + place + bytes([packed]) + own + _packed(rows, self.bits)


def _size(colors: Pixels) -> int:
    return len(colors).bit_length() - 2


def _packed(numbers: Samples, bits: int) -> bytes:
    """Compress by LZW, as literals, and clear the table before codes grow."""
    bits = max(bits, 2)
    clear, width = 1 << bits, bits + 1
    flat = numbers.ravel().tolist()
    codes = []
    for at in range(0, len(flat), clear - 2):
        codes += [clear, *flat[at : at + clear - 2]]
    codes.append(clear + 1)
    number = 0
    for place, code in enumerate(codes):
        number |= code << place * width
    data = number.to_bytes((len(codes) * width + 7) // 8, "little")
    blocks = (data[at : at + 255] for at in range(0, len(data), 255))
    return bytes([bits]) + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def gif(
    frames: Sequence[Frame],
    colors: Pixels | None,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    *,
    version: bytes = b"GIF89a",
    background: int = 0,
    loops: bool = True,
    end: bytes = b";",
) -> bytes:
    """Write a GIF."""
    screen = b"".join(each.to_bytes(2, "little") for each in size)
    packed = 0x70 if colors is None else 0xF0 | _size(colors)
    head = version + screen + bytes([packed, background, 0]) + (b"" if colors is None else colors.tobytes())
    repeat = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0" if loops and len(frames) > 1 else b""
    return head + repeat + b"".join(frame.written() for frame in frames) + end


def composed(frames: Sequence[Frame], colors: Pixels | None, size: tuple[int, int] = (WIDTH, HEIGHT)) -> list[Pixels]:
    """Lay frames over each other, each clipped to the screen, which is transparent at first and where it is cleared."""
    width, height = size
    canvas = np.zeros((height, width, 4), np.uint8)
    pictures = []
    for frame in frames:
        own = GREY_RAMP if frame.colors is None and colors is None else colors if frame.colors is None else frame.colors
        assert own is not None
        down, across = (
            min(frame.numbers.shape[0], max(height - frame.top, 0)),
            min(frame.numbers.shape[1], max(width - frame.left, 0)),
        )
        area = np.s_[frame.top : frame.top + down, frame.left : frame.left + across]
        numbers, before = frame.numbers[:down, :across], canvas.copy()
        patch = rgba(own[np.minimum(numbers, len(own) - 1)])
        is_drawn = numbers != (-1 if frame.transparent is None else frame.transparent)
        canvas[area][is_drawn] = patch[is_drawn]
        pictures.append(canvas.copy())
        if frame.disposal == 2:
            canvas[area] = 0
        elif frame.disposal == 3:
            canvas = before
    return pictures


def _numbers(bits: int = 8, seed: int = 1) -> Samples:
    return samples(1, bits, seed)[..., 0]


def _made(
    frames: Sequence[Frame],
    colors: Pixels | None,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    **options: object,
) -> File:
    pictures = composed(frames, colors, size)
    data = gif(frames, colors, size, **options)  # type: ignore[arg-type]
    return File(data, pictures[0], 0, frames=tuple(pictures) if len(frames) > 1 else ())


def _stills() -> Iterator[Case]:
    for bits, is_interlaced in product(range(1, 9), (False, True)):
        made = partial(_made, [Frame(_numbers(bits), is_interlaced=is_interlaced, bits=bits)], table(2**bits))
        yield Case(f"gif/{bits}bits{'-interlaced' if is_interlaced else ''}", made)
    colors, part = table(256), _numbers()[:15, :20]
    stills: dict[str, tuple[Frame, Pixels | None]] = {
        "own-palette": (Frame(_numbers(), colors=table(256, 1)), colors),
        "own-palette-alone": (Frame(_numbers(), colors=table(256, 1)), None),
        "own-grey-ramp": (Frame(_numbers(), colors=GREY_RAMP), colors),
        "own-grey-ramp-alone": (Frame(_numbers(), colors=GREY_RAMP), None),
        "own-grey-ramp-reversed": (Frame(_numbers(), colors=GREY_RAMP[::-1].copy()), colors),
        "own-grey-ramp-short": (Frame(_numbers(4), colors=GREY_RAMP[:16], bits=4), colors),
        "grey-ramp": (Frame(_numbers()), GREY_RAMP),
        "grey-ramp-own-colors": (Frame(_numbers(), colors=table(256, 1)), GREY_RAMP),
        "grey-ramp-transparent": (Frame(_numbers(), transparent=100), GREY_RAMP),
        "own-grey-ramp-transparent": (Frame(_numbers(), colors=GREY_RAMP, transparent=100), colors),
        "transparent": (Frame(_numbers(), transparent=100), colors),
        "transparent-own-palette": (Frame(_numbers(), transparent=100, colors=table(256, 1)), colors),
        "small-in-screen": (Frame(part, 7, 5), colors),
        "small-in-screen-transparent": (Frame(part, 7, 5, transparent=90), colors),
        "small-in-screen-own-grey-ramp": (Frame(part, 7, 5, colors=GREY_RAMP), colors),
        "small-in-screen-grey-ramp": (Frame(part, 7, 5), GREY_RAMP),
        "beyond-right": (Frame(_numbers(), 10, 0), colors),
        "beyond-below": (Frame(_numbers(), 0, 10), colors),
        "beyond-both": (Frame(_numbers(), 10, 10), colors),
    }
    for name, (frame, shared) in stills.items():
        yield Case(f"gif/{name}", partial(_still, frame, shared))
    yield Case("gif/no-palette", lambda: _made([Frame(_numbers())], None), NO_PALETTE)
    yield Case("gif/no-palette-small", lambda: _made([Frame(part, 7, 5)], None), NO_PALETTE)
    for bits in (1, 2, 4):
        yield Case(f"gif/no-palette-{bits}bits", partial(_grey_levels, bits), NO_PALETTE)
    yield Case("gif/87a", lambda: _made([Frame(_numbers())], colors, version=b"GIF87a"))
    yield Case("gif/background", lambda: _made([Frame(part, 7, 5)], colors, background=9))


def _grey_levels(bits: int) -> File:
    """Leave out all tables: the levels are from black to white, of one bit as of eight."""
    numbers = _numbers(bits)
    return File(gif([Frame(numbers, bits=bits)], None), rgba(numbers * (255 / (2**bits - 1))), 1)


def _still(frame: Frame, shared: Pixels | None) -> File:
    """Make a still; where it reaches beyond its screen, it may be clipped, or the screen may grow."""
    file = _made([frame], shared)
    height, width = frame.numbers.shape
    across, down = max(WIDTH, frame.left + width), max(HEIGHT, frame.top + height)
    if (across, down) == (WIDTH, HEIGHT):
        return file
    return File(file.data, file.picture, 0, other=composed([frame], shared, (across, down))[0])


def _animations() -> Iterator[Case]:
    colors, other = table(256), table(256, 1)
    whole, second, small = _numbers(), _numbers(seed=2), _numbers(seed=3)[:12, :15]
    first = Frame(whole)
    animations: dict[str, tuple[list[Frame], Pixels | None]] = {
        "plain": ([first, Frame(second)], colors),
        "own-palette": ([first, Frame(second, colors=other)], colors),
        "own-grey-ramp": ([first, Frame(second, colors=GREY_RAMP)], colors),
        "own-grey-ramp-small": ([first, Frame(small, 9, 8, colors=GREY_RAMP)], colors),
        "own-grey-ramp-first": ([Frame(second, colors=GREY_RAMP), first], colors),
        "grey-ramp-then-colors": ([first, Frame(second, colors=other)], GREY_RAMP),
        "grey-ramp": ([first, Frame(second)], GREY_RAMP),
        "own-palettes-alone": ([Frame(whole, colors=colors), Frame(second, colors=other)], None),
        "transparent": ([first, Frame(second, transparent=100), Frame(small, 3, 3, transparent=101)], colors),
        "transparent-grey-ramp": ([first, Frame(second, transparent=100, colors=GREY_RAMP)], colors),
        "first-smaller": ([Frame(small, 4, 4), Frame(second)], colors),
        "first-smaller-grey": ([Frame(small, 4, 4), Frame(small, 20, 10)], GREY_RAMP),
        "second-beyond-right": ([first, Frame(second, 20, 0)], colors),
        "second-beyond-below": ([first, Frame(second, 0, 20)], colors),
        "second-larger": ([first, Frame(np.tile(second, (2, 2)))], colors),
        "second-larger-transparent": (
            [first, Frame(np.tile(second, (2, 2)), transparent=100, disposal=2), Frame(small, 1, 1)],
            colors,
        ),
        "second-outside": ([first, Frame(small, 100, 100), Frame(small, 1, 1)], colors),
        "interlaced": ([first, Frame(second, is_interlaced=True)], colors),
    }
    for disposal in range(8):
        frames = [first, Frame(small, 5, 5, disposal=disposal, transparent=100), Frame(small, 12, 9, transparent=101)]
        animations[f"disposal{disposal}"] = (frames, colors)
        animations[f"disposal{disposal}-first"] = ([Frame(whole, disposal=disposal), *frames[1:]], colors)
    for name, (frames, shared) in animations.items():
        yield Case(f"gif/animation-{name}", partial(_made, frames, shared))
    yield Case(
        "gif/animation-second-without-palette",
        lambda: _made([Frame(whole, colors=colors), Frame(second)], None),
        NO_PALETTE,
    )
    yield Case("gif/animation-without-palette", lambda: _made([Frame(whole), Frame(second)], None), NO_PALETTE)
    yield Case("gif/animation-first-beyond", lambda: _growing([Frame(whole, 10, 10), Frame(second)], colors))
    yield Case(
        "gif/animation-background", lambda: _made([Frame(whole, disposal=2), Frame(small, 3, 3)], colors, background=7)
    )


def _growing(frames: list[Frame], colors: Pixels) -> File:
    """Make an animation whose first frame reaches beyond the screen; only its first is compared."""
    file = _made(frames, colors)
    return File(file.data, file.picture, 0, other=composed(frames, colors, (WIDTH + 10, HEIGHT + 10))[0])


def _damage() -> Iterator[Case]:
    colors = table(256)
    first, second = Frame(_numbers()), Frame(_numbers(seed=2))
    yield Case("gif/damage-no-end", lambda: _made([first], colors, end=b""))
    yield Case("gif/damage-rubbish-behind", lambda: _made([first], colors, end=b";rubbish"))
    yield Case("gif/damage-rubbish-as-end", lambda: _made([first], colors, end=b"rubbish"))
    yield Case("gif/damage-animation-no-end", lambda: _made([first, second], colors, end=b""))
    yield Case("gif/damage-animation-rubbish-as-end", lambda: _made([first, second], colors, end=b"\x55\x55"))
    yield Case("gif/damage-comment-cut-off", lambda: _made([first], colors, end=b"!\xfe\x20short"))
    yield Case("gif/damage-number-beyond-palette", _beyond_palette)
    yield Case("gif/damage-cut-pixels", _cut, CUT_OFF)
    yield Case("gif/damage-second-cut", _second_cut, CUT_OFF)


def _beyond_palette() -> File:
    """Use numbers that the table does not have: what they look like is open, but the rest is drawn."""
    numbers = _numbers(4) % np.uint8(8)
    file = _made([Frame(numbers, bits=4)], table(8))
    return File(file.data, file.picture, 0)


def _cut() -> File:
    data = _made([Frame(_numbers())], table(256)).data
    return File(data[: len(data) // 2 + 300], None)


def _second_cut() -> File:
    """Cut off the second frame: the first is whole, and a still of it can be had."""
    file = _made([Frame(_numbers()), Frame(_numbers(seed=2))], table(256))
    return File(file.data[:-400], file.picture, 0, frames=file.frames)
