"""Kinds of files that people send and that are not accepted, by their first bytes, to name them in an error."""

import re

# In this order: the first that matches.
KINDS = {
    "a HEIC or HEIF image": rb"....ftyp(?:hei[cfmsx]|hev[cmsx]|mif1|msf1)",
    "a CR3 raw image": rb"....ftypcrx ",
    "a video (MP4 or QuickTime)": rb"....(?:ftyp|moov|mdat|wide)",
    "a video (Matroska or WebM)": rb"\x1aE\xdf\xa3",
    "a video (AVI)": rb"RIFF....AVI ",
    "a sound (WAVE)": rb"RIFF....WAVE",
    "a JPEG XL image": rb"\xff\x0a|\0\0\0\x0cJXL ",
    "a JPEG 2000 image": rb"\xffO\xffQ|\0\0\0\x0cjP  ",
    "an SVG image": rb"(?:\xef\xbb\xbf)?\s*<(?:[?!].*?<)?svg[\s>]",
    "an HTML page": rb"(?:\xef\xbb\xbf)?\s*(?i:<!doctype html|<html|<head|<body)",
    "a PDF document": rb"%PDF-",
    "a PostScript file": rb"%!PS|\xc5\xd0\xd3\xc6",
    "a Photoshop file": rb"8BPS",
    "a BMP image": rb"BM.{4}\0{4}",
    "an ICO image": rb"\0\0\x01\0[^\0]",
    "a ZIP archive or Office document": rb"PK\x03\x04",
    "a JSON text": rb"\s*[{\[]\s*[\"{\[\]}0-9]",
}
MOST_READ = 4096  # bytes; an SVG may begin with a declaration and comments


def kind_of(data: bytes) -> str | None:
    """Return the kind of a file with its article; None if it is not known.

    >>> kind_of(b"%PDF-1.7"), kind_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), kind_of(b"?")
    ('a PDF document', 'an SVG image', None)
    """
    head = data[:MOST_READ]  # the patterns are compiled by `re` when they are first needed
    return next((kind for kind, pattern in KINDS.items() if re.match(pattern, head, re.DOTALL)), None)
