"""Kinds of files that people send and that are not accepted, by their first bytes, to name them in an error."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

# In this order: the first that matches.
KINDS = {
    "a HEIF image that is not HEIC": rb"....ftyp(?:hev[cmsx]|mif1|msf1)",
    "a camera raw image": rb"....ftypcrx |FUJIFILM|IIRO|IIU\0",
    "a video (MP4 or QuickTime)": rb"....(?:ftyp|moov|mdat|wide)",
    "a video (Matroska or WebM)": rb"\x1aE\xdf\xa3",
    "a video (AVI)": rb"RIFF....AVI ",
    "a sound (WAVE)": rb"RIFF....WAVE",
    "a sound (MP3, Ogg or FLAC)": rb"ID3|OggS|fLaC",
    "a JPEG 2000 image": rb"\xffO\xffQ|\0\0\0\x0cjP  ",
    "an SVG image": rb"\s*<(?:[?!].*?<)?svg[\s>]",
    "an HTML page": rb"\s*(?:<[?!][^>]*>\s*)*(?i:<!doctype html|<html|<head|<body)",
    "an XML document": rb"\s*<\?xml\s",
    "a PDF document": rb"%PDF-",
    "a PostScript file": rb"%!PS|\xc5\xd0\xd3\xc6",
    "a Photoshop file": rb"8BPS",
    "a GIMP file": rb"gimp xcf ",
    "a PNM image": rb"P[1-7]\s",
    "an OpenEXR image": rb"v/1\x01",
    "a Radiance HDR image": rb"#\?R",
    "a QOI image": rb"qoif",
    "a DICOM image": rb".{128}DICM",
    "a ZIP archive or Office document": rb"PK\x03\x04",
    "an archive": rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ",
    "an image in base64 (send its bytes instead)": rb"data:image/|/9j/|iVBORw0KGgo|R0lGOD|UklGR",
    "a URL (send the image itself)": rb"\s*https?://",
    "the name of a file (with curl, put an @ before it)": rb"@?[\w./~ -]{1,255}\.[A-Za-z]{3,4}\s?\Z",
    "a JSON text": rb"\s*[{\[]\s*[\"{\[\]}0-9]",
}
MOST_READ = 4096  # bytes; an SVG may begin with a declaration and comments


def kind_of(data: bytes) -> str | None:
    """Return the kind of a file with its article; None if it is not known.

    >>> kind_of(b"%PDF-1.7"), kind_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), kind_of(b"?")
    ('a PDF document', 'an SVG image', None)
    """
    head = _without_mark(data[:MOST_READ])  # the patterns are compiled by `re` when they are first needed
    return next((kind for kind, pattern in KINDS.items() if re.match(pattern, head, re.DOTALL)), None)


def _without_mark(head: bytes) -> bytes:
    """Return the head without a byte order mark, and in UTF-8 (Unicode Standard, 23.8)."""
    if head.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
        return head.decode("utf-16", "replace").encode("utf-8", "replace")
    return head.removeprefix(BOM_UTF8)
