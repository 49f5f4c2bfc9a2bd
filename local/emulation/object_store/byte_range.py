"""The Range header of a request (RFC 9110, section 14)."""

import re

_BYTES = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


def requested(header: str | None, size: int) -> range | None:
    """Return the positions that a Range header asks for, in a blob of `size` bytes; empty if out of bounds.

    None without a valid range or, as with S3, with several.

    >>> requested("bytes=2-5", 10), requested("bytes=-3", 10), requested("bytes=7-", 10), requested("bytes=10-", 10)
    (range(2, 6), range(7, 10), range(7, 10), range(10, 10))
    >>> [requested(header, 10) for header in (None, "bytes=0-1,4-5", "bytes=5-2", "bytes=-", "lines=1-2")]
    [None, None, None, None, None]
    """
    match = _BYTES.fullmatch(header or "")
    first, last = match.groups() if match else ("", "")
    if not (first or last) or (first and last and int(first) > int(last)):
        return None
    if not first:
        return range(max(size - int(last), 0), size)
    return range(min(int(first), size), min(int(last) + 1 if last else size, size))
