"""Entity tags (RFC 9110, 8.8.3)."""


def has_etag(if_none_match: str | None, etag: str) -> bool:
    """True if `If-None-Match` lists this tag (RFC 9110, 13.1.2: weak comparison).

    >>> has_etag('"a", W/"b"', '"b"'), has_etag("*", '"b"'), has_etag(None, '"b"')
    (True, True, False)
    """
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    return etag in known or "*" in known
