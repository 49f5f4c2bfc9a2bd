"""JPEGs: sampling, coding, inks, markers, how pictures lie, and damage that costs no pixel.

The pictures are smooth and of quality 100: what is lost are 4 of 255 at most, and 10 where chroma is stored at half the
sides; inks are multiplied, which doubles it.
"""

import struct
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from tests.matrix.case import CUT_OFF, Case, File, Pixels, Samples, rgba, to_eight_bits, turned
from tests.matrix.icc import matrix_profile
from tests.matrix.pictures import P3_XY, cmyk_to_rgb, inside_srgb, rgb_to_ycbcr, samples, smooth, to_srgb
from tests.matrix.png_files import XMP, exif
from tests.matrix.tiff_writer import BYTE, LONG, SHORT
from tests.pictures import segment

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
EXIF_HEAD, XMP_HEAD, ICC_HEAD = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
TOLERANCE, CHROMA_TOLERANCE = 4, 10
CODINGS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "optimized": {"optimize": True},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 3},
    "restart-rows": {"restart_marker_rows": 1},
    "progressive-restarts": {"progressive": True, "restart_marker_blocks": 2},
}
APP0, APP1, APP2, APP13, COMMENT = 0xE0, 0xE1, 0xE2, 0xED, 0xFE


def cases() -> Iterator[Case]:
    """Give all."""
    yield from _codings()
    yield from _inks()
    yield from _orientations()
    yield from _profiles()
    yield from _damage()
    yield from _refused()


def jpeg(pixels: Pixels, mode: str = "RGB", **options: Any) -> bytes:
    """Write samples as they are: YCbCr and CMYK are not converted."""
    buffer = BytesIO()
    image = Image.frombytes(mode, (pixels.shape[1], pixels.shape[0]), np.ascontiguousarray(pixels).tobytes())
    image.save(buffer, "JPEG", **{"quality": 100, "subsampling": 0, **options})
    return buffer.getvalue()


def with_segments(data: bytes, *segments: bytes) -> bytes:
    """Put segments behind the start of the image."""
    return data[:2] + b"".join(segments) + data[2:]


def without_application_data(data: bytes) -> bytes:
    """Take out JFIF's and Adobe's markers."""
    at, kept = 2, data[:2]
    while data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        kept += data[at:end] if not 0xE0 <= data[at + 1] <= 0xEF else b""
        at = end
    return kept + data[at:]


def _colored(**options: Any) -> File:
    pixels = smooth(3)
    tolerance = CHROMA_TOLERANCE if options.get("subsampling") else TOLERANCE
    return File(jpeg(pixels, **options), rgba(pixels), tolerance)


def _changed(*segments: bytes, **options: Any) -> File:
    file = _colored(**options)
    return File(with_segments(file.data, *segments), file.picture, file.tolerance)


def _codings() -> Iterator[Case]:
    for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
        for coding, options in CODINGS.items():
            yield Case(f"jpeg/{name}-{coding}", partial(_colored, subsampling=subsampling, **options))
    for coding in ("baseline", "progressive", "restarts"):
        yield Case(f"jpeg/grey-{coding}", partial(_grey, **CODINGS[coding]))
    yield Case("jpeg/rgb-stored", lambda: _colored(keep_rgb=True))
    yield Case("jpeg/rgb-stored-no-markers", _rgb_by_names)
    yield Case("jpeg/no-markers", lambda: File(without_application_data(_colored().data), rgba(smooth(3)), TOLERANCE))
    yield Case("jpeg/adobe-ycc", lambda: _changed(segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01")))
    yield Case("jpeg/comment", lambda: _changed(segment(COMMENT, b"hello")))


def _grey(**options: Any) -> File:
    grey = smooth(1)
    return File(jpeg(grey, "L", **options), rgba(grey[..., 0]), TOLERANCE)


def _rgb_by_names() -> File:
    """Write RGB that is known by the names of its components alone, as libjpeg guesses."""
    return File(without_application_data(_colored(keep_rgb=True).data), rgba(smooth(3)), TOLERANCE)


def _inks() -> Iterator[Case]:
    """Give inks: those with Adobe's marker are stored inverted, as Photoshop does."""
    for name in ("cmyk-adobe", "cmyk-no-marker", "ycck-adobe"):
        for coding in ("baseline", "progressive"):
            yield Case(f"jpeg/{name}-{coding}", partial(_separated, name, **CODINGS[coding]))


def _separated(name: str, **options: Any) -> File:
    inks = smooth(4)
    stored = 255 - inks  # which Pillow inverts again when it writes
    if name == "ycck-adobe":
        # a decoder makes inks of YCC as 255 less RGB, and Adobe means these inverted; K is stored inverted
        ycc = np.clip(np.rint(rgb_to_ycbcr(inks[..., :3].astype(np.float64))), 0, 255).astype(np.uint8)
        wanted = np.concatenate([ycc, 255 - inks[..., 3:]], axis=2)
        data = jpeg(255 - wanted, "CMYK", **options)
        at = data.find(b"Adobe") + 11
        data = data[:at] + b"\x02" + data[at + 1 :]
    elif name == "cmyk-adobe":
        data = jpeg(inks, "CMYK", **options)
    else:
        data = without_application_data(jpeg(stored, "CMYK", **options))
    # without the marker some take inks as stored, as ITU-T T.872 does, and some as inverted, as browsers do
    other = None if "adobe" in name else rgba(cmyk_to_rgb(255.0 - inks))
    return File(data, rgba(cmyk_to_rgb(inks.astype(np.float64))), 2 * TOLERANCE, other=other)


def _lying(orientation: int, *segments: bytes, **options: Any) -> File:
    file = _changed(*segments, **options)
    assert file.picture is not None
    return File(file.data, turned(file.picture, orientation), file.tolerance)


def _orientations() -> Iterator[Case]:
    """Give how pictures lie: EXIF of any integer type counts, in any order of bytes; XMP does not."""
    xmp = segment(APP1, XMP_HEAD + XMP)
    for orientation in range(1, 9):
        yield Case(
            f"jpeg/orientation{orientation}", partial(_lying, orientation, segment(APP1, EXIF_HEAD + exif(orientation)))
        )
    for name, kind in (("byte", BYTE), ("long", LONG)):
        for order in "<>":
            block = segment(APP1, EXIF_HEAD + exif(6, kind, order))
            yield Case(f"jpeg/orientation6-{name}-{'le' if order == '<' else 'be'}", partial(_lying, 6, block))
    for signed, code, letter in (("signed-byte", 6, "b3x"), ("signed-short", 8, "h2x"), ("signed-long", 9, "i")):
        head = b"MM" + struct.pack(f">HIHHHI{letter}I", 42, 8, 1, 0x0112, code, 1, 6, 0)
        yield Case(f"jpeg/orientation6-{signed}", partial(_lying, 6, segment(APP1, EXIF_HEAD + head)))
    for number in (0, 9):
        block = segment(APP1, EXIF_HEAD + exif(number))
        yield Case(f"jpeg/orientation{number}-means-nothing", partial(_lying, 1, block))
    for six, name in ((6, "le"), (3, "be")):
        block = segment(APP1, EXIF_HEAD + exif(six, SHORT, "<" if name == "le" else ">"))
        yield Case(f"jpeg/orientation{six}-{name}", partial(_lying, six, block))
    block = segment(APP1, EXIF_HEAD + exif(6))
    yield Case("jpeg/orientation-in-xmp-means-nothing", partial(_lying, 1, xmp))
    yield Case("jpeg/orientation3-and-6-in-xmp", partial(_lying, 3, segment(APP1, EXIF_HEAD + exif(3)), xmp))
    yield Case("jpeg/orientation3-behind-6-in-xmp", partial(_lying, 3, xmp, segment(APP1, EXIF_HEAD + exif(3))))
    yield Case("jpeg/orientation1-and-6-in-xmp", partial(_lying, 1, segment(APP1, EXIF_HEAD + exif(1)), xmp))
    yield Case("jpeg/orientation6-behind-jfif", _behind_jfif)
    yield Case("jpeg/orientation6-behind-comment", partial(_lying, 6, segment(COMMENT, b"hello"), block))
    yield Case("jpeg/orientation6-progressive", partial(_lying, 6, block, progressive=True))
    yield Case(
        "jpeg/orientation-of-thumbnail-means-nothing", partial(_lying, 1, segment(APP1, EXIF_HEAD + _two_directories()))
    )
    yield Case("jpeg/orientation-broken-exif", partial(_lying, 1, segment(APP1, EXIF_HEAD + b"MM\0*\0\0\xff\xff")))
    yield Case("jpeg/orientation-empty-exif", partial(_lying, 1, segment(APP1, EXIF_HEAD)))
    yield Case("jpeg/orientation6-in-the-first-of-two", partial(_lying, 6, block, segment(APP1, EXIF_HEAD + exif(1))))


def _two_directories() -> bytes:
    """Make EXIF whose second directory, that of the thumbnail, has an orientation, and the first has none."""
    first = struct.pack(">HHHIII", 1, 0x0128, SHORT, 1, 2 << 16, 26)
    second = struct.pack(">HHHIII", 1, 0x0112, SHORT, 1, 6 << 16, 0)
    return b"MM" + struct.pack(">HI", 42, 8) + first + second


def _behind_jfif() -> File:
    file = _colored()
    end = 4 + int.from_bytes(file.data[4:6])
    data = file.data[:end] + segment(APP1, EXIF_HEAD + exif(6)) + file.data[end:]
    return File(data, turned(rgba(smooth(3)), 6), TOLERANCE)


def _profiles() -> Iterator[Case]:
    """Give profiles: in one piece, in two, in the wrong order, broken, of another kind of pixels."""
    p3 = matrix_profile(P3_XY, 2.2)
    half = len(p3) // 2
    one, two = ICC_HEAD + b"\1\2" + p3[:half], ICC_HEAD + b"\2\2" + p3[half:]
    yield Case("jpeg/profile", lambda: _profiled(segment(APP2, ICC_HEAD + b"\1\1" + p3)))
    yield Case("jpeg/profile-two-pieces", lambda: _profiled(segment(APP2, one), segment(APP2, two)))
    yield Case("jpeg/profile-two-pieces-exchanged", lambda: _profiled(segment(APP2, two), segment(APP2, one)))
    for name, broken in {
        "missing-piece": [segment(APP2, one)],
        "broken": [segment(APP2, ICC_HEAD + b"\1\1no profile")],
        "empty": [segment(APP2, ICC_HEAD + b"\1\1")],
        "short-head": [segment(APP2, ICC_HEAD)],
        "grey-in-colors": [segment(APP2, ICC_HEAD + b"\1\1" + matrix_profile(None, 1.0))],
    }.items():
        yield Case(f"jpeg/profile-{name}", partial(_changed, *broken))

    yield Case(
        "jpeg/profile-description-no-text", lambda: _without_text(_profiled(segment(APP2, ICC_HEAD + b"\1\1" + p3)))
    )


def _without_text(file: File) -> File:
    """Make the description one that is no text: the profile may count as broken, and the picture as sRGB, or not."""
    as_stored = rgba(np.asarray(Image.open(BytesIO(_profiled().data))))
    return File(file.data.replace(b"a matrix\0", b"\xff matrix\0"), file.picture, file.tolerance, other=as_stored)


def _profiled(*segments: bytes) -> File:
    light = inside_srgb(np.clip(0.5 + 1.2 * (smooth(3) / 255 - 0.5), 0.1, 0.9), P3_XY)
    stored = np.rint(255 * light ** (1 / 2.2)).astype(np.uint8)
    shown = to_srgb((stored / 255) ** 2.2, P3_XY)
    return File(with_segments(jpeg(stored), *segments), rgba(shown), TOLERANCE + 1)


def _damage() -> Iterator[Case]:
    """Give damage that costs no pixel."""
    whole = _colored().data
    picture = rgba(smooth(3))
    jfif_end = 4 + int.from_bytes(whole[4:6])
    changed: dict[str, bytes] = {
        "no-end": whole[:-2],
        "half-an-end": whole[:-1],
        "two-ends": whole + EOI,
        "zeros-behind": whole + bytes(100),
        "film-behind": whole + b"\0\0\0\x18ftypmp42" + bytes(100),
        "jpeg-behind": whole + jpeg(smooth(3, 2)),
        "byte-before": b"\n" + whole,
        "bytes-before": b"\0\0\0\0" + whole,
        "mail-before": b"Content-Type: image/jpeg\r\n\r\n" + whole,
        "bytes-between": whole[:jfif_end] + b"\0\0\0" + whole[jfif_end:],
        "fill-bytes": whole[:jfif_end] + b"\xff\xff\xff" + whole[jfif_end:],
        "short-jfif": with_segments(whole, segment(APP0, b"JFIF\0")),
        "only-short-jfif": with_segments(without_application_data(whole), segment(APP0, b"JFIF\0\1")),
        "jfif-of-no-length": with_segments(without_application_data(whole), b"\xff\xe0\0\2"),
        "short-adobe": with_segments(without_application_data(whole), segment(0xEE, b"Adobe")),
        "short-app1": with_segments(whole, segment(APP1, b"Ex")),
        "short-app2": with_segments(whole, segment(APP2, b"ICC_PROFILE")),
        "short-mpf": with_segments(whole, segment(APP2, b"MPF\0")),
        "bogus-mpf": with_segments(whole, segment(APP2, b"MPF\0II*\0\xff\xff\0\0")),
        "short-app13": with_segments(whole, segment(APP13, b"Photoshop 3.0\0")),
        "bogus-app13": with_segments(whole, segment(APP13, b"Photoshop 3.0\x008BIM\x04\x04\0\0\xff\xff\xff\xff")),
        "app1-of-length-0": with_segments(whole, b"\xff\xe1\0\0"),
        "app13-too-long": _one_byte_longer(whole, segment(APP13, b"hello, this is it")),
        "zero-density": whole.replace(b"JFIF\0\1\1\0\0\1\0\1", b"JFIF\0\1\1\0\0\0\0\0"),
        "unknown-version": whole.replace(b"JFIF\0\1\1", b"JFIF\0\7\7"),
        "app1-beyond": _beyond(whole),
    }
    for name, data in changed.items():
        yield Case(f"jpeg/damage-{name}", partial(File, data, picture, TOLERANCE))
    yield Case("jpeg/damage-progressive-no-end", lambda: File(_colored(progressive=True).data[:-2], picture, TOLERANCE))
    yield Case("jpeg/damage-cut-pixels", lambda: File(whole[: len(whole) // 2], None), CUT_OFF)


def _one_byte_longer(data: bytes, block: bytes) -> bytes:
    """Let a segment reach one byte into what follows, which is a fill byte."""
    length = int.from_bytes(block[2:4]) + 1
    return with_segments(data, block[:2] + length.to_bytes(2) + block[4:] + b"\xff")


def _beyond(data: bytes) -> bytes:
    """Put EXIF into a segment whose offsets point beyond it."""
    return with_segments(
        data, segment(APP1, EXIF_HEAD + b"II*\0\x08\0\0\0\x01\0\x0f\x01\x02\0\xff\xff\0\0\xff\xff\0\0")
    )


def _refused() -> Iterator[Case]:
    """Give codings that no browser shows."""
    for name, marker, precision, refusal in (
        ("arithmetic", 0xC9, 8, "arithmetic"),
        ("arithmetic-progressive", 0xCA, 8, "arithmetic"),
        ("lossless-arithmetic", 0xCB, 8, "lossless|arithmetic"),
        ("hierarchical", 0xC5, 8, "hierarchical|differential"),
        ("hierarchical-progressive", 0xC6, 8, "hierarchical|differential"),
        ("hierarchical-lossless", 0xC7, 8, "hierarchical|differential"),
        ("hierarchical-arithmetic", 0xCD, 8, "hierarchical|differential"),
        ("hierarchical-header", 0xDE, 8, "hierarchical|differential"),
        ("reserved-process", 0xC8, 8, "reserved"),
        ("12bit-progressive", 0xC2, 12, r"\b12.bits?\b"),
        ("12bit", 0xC1, 12, r"\b12.bits?\b"),
        ("jpeg-ls", 0xF7, 8, "JPEG-LS|not accepted"),
    ):
        yield Case(f"jpeg/refused-{name}", partial(_foreign, marker, precision), refusal)
    for precision in (8, 12, 16):
        refusal = "lossless" if precision == 8 else rf"lossless|\b{precision}.bits?\b"
        yield Case(f"jpeg/lossless-{precision}bit", partial(_lossless, precision), refusal)
    for count in (2, 5):
        yield Case(f"jpeg/refused-{count}-components", partial(_components, count), "components|samples")
    yield Case("jpeg/refused-fractional-sampling", _fractional, "subsampled|sampling")


def lossless(grey: Samples, precision: int) -> bytes:
    """Write grey without loss: each sample is predicted by the one on its left (ITU-T T.81, annex H)."""
    values = grey.astype(np.int64)
    predicted = np.empty_like(values)
    predicted[:, 1:], predicted[1:, 0], predicted[0, 0] = values[:, :-1], values[:-1, 0], 2 ** (precision - 1)
    bits, length = "", 5
    # differences are modulo 2^16; the largest has a category of its own, and no more bits (H.1.2.2)
    for difference in ((values - predicted + 32767) % 65536 - 32767).ravel().tolist():
        category = abs(difference).bit_length()
        more = difference if difference > 0 else difference + 2**category - 1
        bits += f"{category:0{length}b}" + (f"{more:0{category}b}" if 0 < category < 16 else "")
    bits += "1" * (-len(bits) % 8)
    coded = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\0")
    height, width = grey.shape
    counts = bytes(17 if each == length else 0 for each in range(1, 17))
    return b"".join(
        (
            SOI,
            segment(0xC3, struct.pack(">BHHB", precision, height, width, 1) + b"\1\x11\0"),
            segment(0xC4, b"\0" + counts + bytes(range(17))),
            segment(0xDA, b"\1\1\0\1\0\0"),
            coded,
            EOI,
        )
    )


def _lossless(precision: int) -> File:
    grey = samples(1, precision)[..., 0]
    return File(lossless(grey, precision), rgba(to_eight_bits(grey, precision)))


def _foreign(marker: int, precision: int) -> File:
    data = jpeg(smooth(3))
    at = data.find(b"\xff\xc0")
    return File(data[:at] + bytes([0xFF, marker, *data[at + 2 : at + 4], precision]) + data[at + 5 :], None)


def _components(count: int) -> File:
    """Say in the header of the frame that there are so many components, as no decoder shows."""
    data = jpeg(smooth(1), "L")
    at = data.find(b"\xff\xc0")
    each = b"".join(bytes([number, 0x11, 0]) for number in range(1, count + 1))
    frame = b"\xff\xc0" + (8 + len(each)).to_bytes(2) + data[at + 4 : at + 9] + bytes([count]) + each
    return File(data[:at] + frame + data[at + 13 :], None)


def _fractional() -> File:
    """Say that the first component has three samples where another has two, as the standard permits (A.1.1)."""
    data = jpeg(smooth(3))
    at = data.find(b"\xff\xc0") + 10
    return File(data[:at] + b"\1\x31\0\2\x21\1\3\x11\1" + data[at + 9 :], None)
