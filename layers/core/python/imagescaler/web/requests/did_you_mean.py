"""Advice for a name that a request should not have: the known one that was probably meant."""

from collections.abc import Iterable, Mapping

CUTOFF = 0.7  # below it, short names that have nothing in common resemble each other
MAX_COMPARED = 100  # characters
# Names that other services and people use, each with those of ours in order of preference.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("image", "img", "photo", "picture", "files", "data", "body"), ("file",)),
    **dict.fromkeys(("upload", "uploadid", "fileid", "id"), ("upload_id", "file")),
    **dict.fromkeys(("w", "wid", "maxwidth", "resizewidth"), ("width",)),
    **dict.fromkeys(("h", "hei", "maxheight", "resizeheight"), ("height",)),
    **dict.fromkeys(("size", "length", "contentlength", "filesize"), ("bytes", "width")),
    **dict.fromkeys(("type", "contenttype", "mimetype", "mime"), ("media_type", "format")),
    **dict.fromkeys(("fmt", "ext", "extension", "output", "to", "convert"), ("format", "media_type")),
    **dict.fromkeys(("q", "qual", "compression"), ("quality",)),
    **dict.fromkeys(("keepratio", "aspectratio", "keepaspectratio", "ratio"), ("preserve_ratio",)),
    **dict.fromkeys(("mode", "resize", "method"), ("fit",)),
    **dict.fromkeys(("bg", "bgcolor", "backgroundcolor"), ("background",)),
    **dict.fromkeys(("upscale", "enlargement"), ("enlarge",)),
    **dict.fromkeys(("angle", "rotation"), ("rotate",)),
    **dict.fromkeys(("maxsize", "maxfilesize"), ("max_bytes", "bytes")),
    **dict.fromkeys(("variant", "variants", "sizes", "versions"), ("renditions", "rendition")),
}


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant; None if none is similar. Capitals, - and _ do not count.

    >>> did_you_mean("widht", ["width", "height"]), did_you_mean("preserveRatio", ["preserve_ratio"])
    ('width', 'preserve_ratio')
    >>> did_you_mean("image", ["file"]), did_you_mean("x", ["file"])
    ('file', None)
    """
    from difflib import get_close_matches  # noqa: PLC0415 - for mistakes only

    plain = {_plain(each): each for each in known}
    meant = [each for each in SYNONYMS.get(_plain(name), ()) if each in plain.values()]
    similar = get_close_matches(_plain(name), plain, n=1, cutoff=CUTOFF)
    return next(iter([*meant, *(plain[each] for each in similar)]), None)


def _plain(name: str) -> str:
    return name[:MAX_COMPARED].lower().replace("-", "").replace("_", "").removesuffix("[]")
