"""Files of the documentation pages, sent in gzip to clients that accept it."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from fastapi import Response

from imagescaler.web.requests.headers import accepts_gzip

MIN_COMPRESSED = 1024  # bytes; a smaller file fits into one packet as it is


@dataclass(frozen=True)
class Asset:
    """A file and its media type."""

    content: bytes
    media_type: str

    @cached_property
    def compressed(self) -> bytes:
        """The content in gzip (RFC 1952). It is compressed once per process."""
        return gzip.compress(self.content, compresslevel=6, mtime=0)

    def respond(self, accept_encoding: str | None, headers: Mapping[str, str]) -> Response:
        """Respond with the file, in gzip if `Accept-Encoding` permits (RFC 9110, 12.5.3)."""
        if self.media_type.startswith("image/") or len(self.content) < MIN_COMPRESSED:
            return Response(self.content, 200, headers, self.media_type)
        headers = {**headers, "Vary": "Accept-Encoding"}
        if not accepts_gzip(accept_encoding):
            return Response(self.content, 200, headers, self.media_type)
        return Response(self.compressed, 200, {**headers, "Content-Encoding": "gzip"}, self.media_type)
