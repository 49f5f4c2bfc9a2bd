"""Metadata, profiles and times of any content, in every format: none of them costs a result."""

import os
import struct
import zlib
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import gettempdir

import pytest
from hypothesis import HealthCheck, Phase, assume, given, reject, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageOps

from imagescaler.domain.errors import ImageProblem, RenderingFailed
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Icc, Metadata, Options
from imagescaler.engine.decode.metadata import DESCRIPTIVE
from imagescaler.engine.scale import scale
from tests.pictures import chunk, encoded
from tests.unit.engine import profiles

pytestmark = pytest.mark.slow
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
PICTURE = Image.radial_gradient("L").resize((24, 16)).convert("RGB")
PIXELS = PICTURE.tobytes()
FUZZED = settings(
    max_examples=EXAMPLES,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    deadline=None,  # what takes long is tried elsewhere
    phases=set(Phase) - {Phase.shrink},  # of files, that takes longer than to look at them
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
# Bytes of each type of TIFF (TIFF 6.0, section 2; BigTIFF), and of those that there are not.
TYPES = {0: 1, 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 18: 8, 99: 1}
FOLDERS = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)
TAGS = sorted(
    {*map(int, DESCRIPTIVE), 274, 513, 514, 700, 33723, 34377, 34675, 37500, 37510, 40961, 40962, 40965, 41730}
)
LONGEST = 70_000  # more than a JPEG's segment holds
Entry = tuple[int, int, int, bytes]  # tag, type, count, value


class File(bytes):
    """A file that is shown by where it was written, since it may have megabytes."""

    def __repr__(self) -> str:
        """Write the file."""
        path = Path(gettempdir()) / f"fuzzed-{sha256(self).hexdigest()[:12]}"
        path.write_bytes(self)
        return str(path)


entries = st.builds(
    lambda tag, kind, count, value: (tag, kind, count, (value * (count * TYPES[kind] // len(value) + 1))),
    st.one_of(st.sampled_from(TAGS), st.integers(0, 65535)),
    st.sampled_from(sorted(TYPES)),
    st.one_of(st.integers(0, 5), st.sampled_from([200, LONGEST])),
    st.binary(min_size=1, max_size=8),
)
directories = st.lists(entries, max_size=6, unique_by=lambda entry: entry[0])


def directory(start: int, fields: Sequence[Entry], order: str) -> bytes:
    """Write a directory at `start`, and behind it the values that are longer than four bytes."""
    tail, at, table = b"", start + 2 + 12 * len(fields) + 4, b""
    for tag, kind, count, repeated in sorted(fields):
        value = repeated[: count * TYPES[kind]]
        if len(value) > 4:
            place, tail = at + len(tail), tail + value
            value = struct.pack(order + "I", place)
        table += struct.pack(order + "HHI", tag, kind, count) + value.ljust(4, b"\0")
    return struct.pack(order + "H", len(fields)) + table + bytes(4) + tail


@st.composite
def tiffs(draw: st.DrawFn, own: Sequence[tuple[int, int]] = ()) -> bytes:
    """Write EXIF, or with `own` tags and numbers a TIFF of the picture."""
    order = draw(st.sampled_from("<>"))
    data = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 0) + (PIXELS if own else b"")
    main = {entry[0]: entry for entry in draw(directories)}
    for folder in FOLDERS:
        main.pop(folder, None)
        if fields := draw(directories):
            main[folder] = (folder, 4, 1, struct.pack(order + "I", len(data)))
            data += directory(len(data), fields, order)
    for tag, number in own:
        main[tag] = (tag, 4, 1, struct.pack(order + "I", number))
    start = struct.pack(order + "I", len(data))
    return data[:4] + start + data[8:] + directory(len(data), [*main.values()], order)


@st.composite
def damaged_profiles(draw: st.DrawFn) -> bytes | None:
    """Change a profile in some places, among them its descriptions, or make it long."""
    data = bytearray(draw(st.sampled_from([b"", *PROFILES])))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        data[place : place + 4] = draw(st.binary(min_size=1, max_size=4))
    return bytes(data) + bytes(draw(st.sampled_from([0, 0, 0, LONGEST]))) or None


PROFILES = (profiles.wide_gamut(), profiles.display_p3())
packets = st.one_of(
    st.none(),
    st.binary(max_size=20),
    st.builds(
        lambda text, times: b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + text.encode() * times + b"</x:xmpmeta>",
        st.text(st.characters(exclude_characters="<&", exclude_categories=["C"]), min_size=1, max_size=9),
        st.sampled_from([1, LONGEST]),
    ),
)
STRIP = ((256, 24), (257, 16), (258, 8), (259, 1), (262, 2), (273, 8), (277, 3), (278, 16), (279, len(PIXELS)))


@st.composite
def described(draw: st.DrawFn) -> bytes:
    """Write a picture or an animation with any metadata."""
    form = draw(st.sampled_from(["JPEG", "PNG", "WEBP", "AVIF", "TIFF"]))
    if form == "TIFF":
        return draw(tiffs(STRIP))
    exif, xmp, profile = draw(st.one_of(st.just(b""), tiffs())), draw(packets) or b"", draw(damaged_profiles()) or b""
    moving = draw(st.booleans()) and form != "JPEG"
    more = {"save_all": True, "append_images": [ImageOps.mirror(PICTURE)], "duration": 40} if moving else {}
    if form in {"WEBP", "AVIF"}:
        try:
            return encoded(PICTURE, form, exif=exif, xmp=xmp, icc_profile=profile, **more)
        except Exception:  # noqa: BLE001 - what Pillow does not write is not read either
            reject()
    plain = encoded(PICTURE, form, **more)
    if form == "PNG":
        texts = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp) if xmp else b""
        colors = chunk(b"iCCP", b"any\0\0" + zlib.compress(profile)) if profile else b""
        return b"".join([plain[:33], colors, texts, chunk(b"eXIf", exif) if exif else b"", plain[33:]])
    packs = [b"Exif\0\0" + exif] * bool(exif) + [b"http://ns.adobe.com/xap/1.0/\0" + xmp] * bool(xmp)
    parts = [struct.pack(">HH", 0xFFE1, len(each) + 2) + each for each in packs if len(each) < 65534]
    cut = [profile[at : at + 60_000] for at in range(0, len(profile), 60_000)]
    for number, each in enumerate(cut, 1):
        parts.append(struct.pack(">HH", 0xFFE2, len(each) + 16) + b"ICC_PROFILE\0" + bytes([number, len(cut)]) + each)
    return b"".join([plain[:2], *parts, plain[2:]])


asked = st.builds(
    Options,
    st.just(12),
    format=st.sampled_from(RESULT_FORMATS),
    metadata=st.sampled_from([Metadata.ALL, Metadata.ALL, Metadata.COPYRIGHT]),
    icc=st.sampled_from(Icc),
    auto_orient=st.booleans(),
    depth=st.just(8),
)


@FUZZED
@given(described().map(File), asked)
def test_any_metadata_and_profile_leave_a_result_in_every_format(data: bytes, options: Options) -> None:
    check(data, options)


@cache
def timed(fmt: Format) -> bytes:
    """Return an animation that plays twice."""
    others = [ImageOps.mirror(PICTURE), ImageOps.flip(PICTURE)]
    start = encoded(PICTURE, fmt.upper(), save_all=True, append_images=others, duration=[40, 70, 100], loop=2)
    return scale(start, Options(24, format=fmt), Limits()).data


TIMES = {
    Format.AVIF: (b"elst", b"tkhd", b"mvhd", b"mdhd", b"stts", b"edts"),
    Format.PNG: (b"acTL", b"fcTL"),
    Format.GIF: (b"NETSCAPE", b"!\xf9"),
    Format.WEBP: (b"ANIM", b"ANMF"),
}
NUMBERS = st.one_of(st.binary(min_size=1, max_size=8), st.sampled_from([b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff"]))


@st.composite
def mistimed(draw: st.DrawFn) -> bytes:
    """Change numbers of the boxes or chunks that say when frames are shown, and how often."""
    fmt = draw(st.sampled_from(sorted(TIMES)))
    data = bytearray(timed(fmt))
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(TIMES[fmt]))
        places = list(islice(_places(data, kind), 9))
        assume(places)
        at = draw(st.sampled_from(places)) + draw(st.integers(0, 40))
        number = draw(NUMBERS)
        data[at : at + len(number)] = number
    return _summed(bytes(data)) if fmt is Format.PNG else bytes(data)


def _places(data: bytes | bytearray, kind: bytes) -> "list[int]":
    places, at = [], data.find(kind)
    while at >= 0:
        places.append(at + len(kind))
        at = data.find(kind, at + 1)
    return places


def _summed(data: bytes) -> bytes:
    """Write the checksums of a PNG anew, as far as its chunks can be followed."""
    parts, at = [data[:8]], 8
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4])
        parts.append(chunk(data[at + 4 : at + 8], data[at + 8 : end]))
        at = end + 4
    return b"".join(parts)


@FUZZED
@given(mistimed().map(File), asked)
def test_any_times_and_plays_leave_a_result_in_every_format(data: bytes, options: Options) -> None:
    check(data, options)


def check(data: bytes, options: Options) -> None:
    """Scale; only the file may be at fault, and never what follows the decoding."""
    try:
        scaled = scale(data, options, Limits(max_frames=100))
    except RenderingFailed:
        raise
    except ImageProblem:
        return
    with Image.open(BytesIO(scaled.data)) as image:
        image.load()
        assert image.size == (scaled.result.width, scaled.result.height)
