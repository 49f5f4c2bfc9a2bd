"""URLs that the service may be asked to request: http and https, in one strict notation."""

import re
import socket
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Self
from urllib.parse import quote, urljoin

from imagescaler.domain.errors import UrlForbidden
from imagescaler.domain.network_address import Address

MAX_URL_LENGTH = 2048
PORTS = {"http": 80, "https": 443}
# RFC 3986, 3; without userinfo, and with a slash or a question mark behind the authority.
URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^#]*)(?:#.*)?")
AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]{0,5}))?")
NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
NOT_ASCII = re.compile(r"[^!-~]+")
AMBIGUOUS = re.compile("[ßς\u200c\u200d]")  # other hosts by IDNA 2003, which Python has, than by IDNA 2008


@dataclass(frozen=True, slots=True)
class HttpUrl:
    """A URL of http or https.

    `host` is a name in lower case without a dot at its end, in ASCII (RFC 3490), or an address without brackets.
    `target` is the path and the query.
    """

    scheme: str
    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse an absolute URL; raises UrlForbidden for everything that clients of HTTP might read differently.

        >>> HttpUrl.parse("HTTPS://Example.org./a b")
        Traceback (most recent call last):
        imagescaler.domain.errors.UrlForbidden: A URL has no spaces, control characters or backslashes.
        >>> HttpUrl.parse("https://Example.org.?size=1#top")
        HttpUrl(scheme='https', host='example.org', port=443, target='/?size=1')
        >>> HttpUrl.parse("http://0x7f.1:8080").host
        '127.0.0.1'
        """
        if len(text) > MAX_URL_LENGTH:
            raise UrlForbidden(f"A URL has at most {MAX_URL_LENGTH:,} characters.")
        if UNSAFE.search(text):
            raise UrlForbidden("A URL has no spaces, control characters or backslashes.")
        if not (parts := URL.fullmatch(text)):
            raise UrlForbidden("Give an absolute URL, such as https://example.org/photo.jpg.")
        scheme, authority, target = parts[1].lower(), parts[2], parts[3]
        if scheme not in PORTS:
            raise UrlForbidden(f"The scheme is {scheme}; give a URL of https or http.")
        if "@" in authority:
            raise UrlForbidden("A URL has no user name and no password.")
        if not (found := AUTHORITY.fullmatch(authority)):
            raise UrlForbidden("The URL has no host, or an invalid one.")
        port = int(found[2] or PORTS[scheme])
        if not 0 < port < 1 << 16:
            raise UrlForbidden(f"{port} is not a port.")
        slash = "" if target.startswith("/") else "/"
        return cls(scheme, _host(found[1]), port, slash + NOT_ASCII.sub(lambda part: quote(part[0]), target))

    def join(self, location: str) -> Self:
        """Return the URL that a reference, as in the header `Location`, stands for; raises UrlForbidden."""
        if UNSAFE.search(location):  # urljoin would remove some of these
            raise UrlForbidden("A URL has no spaces, control characters or backslashes.")
        return self.parse(urljoin(str(self), location))

    @property
    def address(self) -> Address | None:
        """The address if the host is one, and not a name."""
        return _address(self.host)

    @property
    def authority(self) -> str:
        """Value of the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            return str(IPv6Address(text[1:-1]))
        except AddressValueError:
            raise UrlForbidden(f"{text} is not an IPv6 address.") from None
    if AMBIGUOUS.search(text):
        raise UrlForbidden("Write this host name in Punycode, as xn--….")
    try:
        name = text.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise UrlForbidden("The host of the URL is not a valid name.") from None
    if not NAME.fullmatch(name):
        raise UrlForbidden("The host of the URL is not a valid name.")
    return str(_address(name) or name)


def _address(host: str) -> Address | None:
    """Parse an address in each notation that resolvers accept: 127.0.0.1, 127.1, 2130706433, 0x7f000001, 0177.0.0.1."""
    if ":" in host:
        return IPv6Address(host)
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
