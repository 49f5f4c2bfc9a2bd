"""XMP (ISO 16684-1) without what holds for the source file and not for a result."""

from xml.etree import ElementTree as ET

MAX_BYTES = 2_000_000  # a tree takes some ten times as much memory
NO_DOCTYPE = b"<!DOCTYPE"
ADOBE, GOOGLE = "http://ns.adobe.com/", "http://ns.google.com/photos/1.0/"
# Namespaces of which nothing holds: motion photos, gain maps, depth maps, panoramas, edits that are applied already.
GONE = (
    GOOGLE,
    f"{ADOBE}hdr-gain-map/",
    f"{ADOBE}camera-raw-settings/",
    "http://ns.apple.com/HDRGainMap/",
    "http://ns.apple.com/pixeldatainfo/",
    "http://ns.xiaomi.com/photos/",
)
# Properties that do not hold, of namespaces of which others do: how the file stores the picture, its size, previews.
STORED = {
    f"{{{ADOBE}tiff/1.0/}}": (
        *("Orientation", "ImageWidth", "ImageLength", "BitsPerSample", "Compression", "PhotometricInterpretation"),
        *("SamplesPerPixel", "PlanarConfiguration", "YCbCrSubSampling", "YCbCrPositioning"),
    ),
    f"{{{ADOBE}exif/1.0/}}": ("PixelXDimension", "PixelYDimension", "ColorSpace", "CompressedBitsPerPixel"),
    f"{{{ADOBE}xap/1.0/}}": ("Thumbnails",),
    f"{{{ADOBE}xmp/note/}}": ("HasExtendedXMP",),
    f"{{{ADOBE}photoshop/1.0/}}": ("ColorMode", "ICCProfile"),
}
STALE = {space + name for space, names in STORED.items() for name in names}
PREFIXES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "tiff": f"{ADOBE}tiff/1.0/",
    "exif": f"{ADOBE}exif/1.0/",
    "aux": f"{ADOBE}exif/1.0/aux/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "xmp": f"{ADOBE}xap/1.0/",
    "xmpMM": f"{ADOBE}xap/1.0/mm/",
    "xmpRights": f"{ADOBE}xap/1.0/rights/",
    "photoshop": f"{ADOBE}photoshop/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
}
for _prefix, _space in PREFIXES.items():
    ET.register_namespace(_prefix, _space)


def without_stale(xmp: bytes) -> bytes | None:
    """Return XMP without the properties that no longer hold; None if it is damaged or too large to be read."""
    if len(xmp) > MAX_BYTES or NO_DOCTYPE in xmp:
        return None
    try:
        root = ET.fromstring(xmp.strip(b"\0 \r\n\t"))  # noqa: S314 - without a DOCTYPE there are no entities
        for element in root.iter():
            for name in [name for name in element.attrib if _is_stale(name)]:
                del element.attrib[name]
            for child in [child for child in element if _is_stale(child.tag)]:
                element.remove(child)
        return ET.tostring(root)
    except (ET.ParseError, ValueError, LookupError, RecursionError):
        return None


def _is_stale(name: str) -> bool:
    return name in STALE or name.removeprefix("{").startswith(GONE)
