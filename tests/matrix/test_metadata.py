"""A result with all metadata carries none that no longer holds: how the source lay, its sizes, films and maps in it."""

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import product

import pytest
from PIL import Image

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.options import Metadata, Options
from imagescaler.engine.scale import scale
from tests.matrix.known import UNTRUE_METADATA, fault_of
from tests.matrix.pictures import smooth
from tests.matrix.png_files import exif
from tests.matrix.verdicts import LIMITS

pytestmark = pytest.mark.slow

SPACES = """xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
xmlns:{t}="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"
xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" """
GONE = {
    "{t}:Orientation": "6",
    "{t}:ImageWidth": "4000",
    "{t}:ImageLength": "3000",
    "exif:PixelXDimension": "4000",
    "exif:PixelYDimension": "3000",
    "GCamera:MotionPhoto": "1",
    "GCamera:MicroVideo": "1",
    "GCamera:MicroVideoOffset": "12345",
    "hdrgm:Version": "1.0",
    "GPano:FullPanoWidthPixels": "8000",
    "GPano:CroppedAreaImageWidthPixels": "4000",
}
KEPT = {"xmp:Rating": "5", "xmp:CreatorTool": "a camera"}
SOURCES = ("jpeg", "png", "webp", "avif", "tiff")


def packet(form: str) -> bytes:
    """Make XMP whose properties are attributes or elements, or whose namespace has another prefix than usual."""
    prefix = "t" if form == "prefix" else "tiff"
    said = {name.format(t=prefix): value for name, value in (GONE | KEPT).items()}
    attributes, elements = "", ""
    for name, value in said.items():
        if form == "elements":
            elements += f"<{name}>{value}</{name}>"
        else:
            attributes += f' {name}="{value}"'
    spaces = SPACES.format(t=prefix)
    about = f'<rdf:Description rdf:about=""{attributes}>{elements}</rdf:Description>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {spaces}>{about}</rdf:RDF></x:xmpmeta>'.encode()


def source(source_format: str, form: str) -> bytes:
    """Write a picture that lies on its side, as EXIF and XMP say."""
    buffer = BytesIO()
    image = Image.fromarray(smooth(3))
    if source_format == "png":
        from PIL import PngImagePlugin

        texts = PngImagePlugin.PngInfo()
        texts.add_itxt("XML:com.adobe.xmp", packet(form).decode())
        image.save(buffer, "PNG", exif=exif(6), pnginfo=texts)
    elif source_format == "tiff":
        image.save(buffer, "TIFF", tiffinfo={274: 6, 700: packet(form)})
    else:
        image.save(buffer, source_format.upper(), exif=b"Exif\0\0" + exif(6), xmp=packet(form))
    return buffer.getvalue()


def parameters() -> Iterator[object]:
    """Give sources, results and forms; those that are known to fail are expected to."""
    results = [each for each in RESULT_FORMATS if each is not Format.GIF]
    for source_format, output_format, form in product(SOURCES, results, ("attributes", "elements", "prefix")):
        name = f"{source_format}-to-{output_format}-{form}"
        fault = fault_of(name, UNTRUE_METADATA)
        marks = [pytest.mark.xfail(strict=True, reason=fault)] if fault else []
        yield pytest.param(source_format, output_format, form, id=name, marks=marks)


@pytest.mark.parametrize(("source_format", "output_format", "form"), list(parameters()))
def test_nothing_is_said_that_no_longer_holds(source_format: str, output_format: Format, form: str) -> None:
    options = Options(width=16, format=output_format, metadata=Metadata.ALL)
    made = scale(source(source_format, form), options, LIMITS)
    assert made.source.orientation == 6
    image = Image.open(BytesIO(made.data))
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    text = xmp if isinstance(xmp, str) else xmp.decode()
    assert image.getexif().get(0x0112, 1) == 1
    for name, value in KEPT.items():
        assert name in text, "what holds is kept"
        assert value in text
    left = [name for name in GONE if re.search(rf"\w+:{name.partition(':')[2]}\b", text)]
    assert left == []
