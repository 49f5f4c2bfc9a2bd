"""What is tried to reach hosts that are not of the public internet; the results are docs/outbound-requests.md."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from httpcore import AsyncMockBackend, AsyncNetworkBackend, AsyncNetworkStream

from imagescaler.adapters.outbound.http_client import HttpClient
from imagescaler.domain.errors import UrlForbidden
from imagescaler.domain.http_url import HttpUrl
from imagescaler.domain.network_address import Address
from imagescaler.domain.outbound_rules import OutboundRules

PUBLIC, PUBLIC_V6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
AT_ONCE, AT_THE_CONNECTION, REACHED = "refused at once", "refused at the connection", "reached"
HEAD = """# Requests to hosts that clients name

A client can have the service send requests, by `source_url`. Such a request reaches only hosts of the public internet,
at the ports in `OUTBOUND_PORTS` (80,443), and the hosts and networks in `OUTBOUND_ALLOWED`. The client is httpcore.
Its connections are opened by one function of ours, which resolves the name, checks **every** address of the answer, and
connects to an address that it has checked, so that a name cannot resolve differently in between. A redirect is a new
request, whose URL and addresses are checked in the same way. There are no proxies from the environment, no cookies, and
no user names in URLs.

`make openapi` writes this page: it requests each URL, with a resolver that answers as the second column says. The test
suite does the same (`tests/contract/test_outbound.py`), and tries real servers on the loopback interface.

*Refused at once* needs no resolver; a request with such a URL is answered 422. *Refused at the connection* means that a
name was resolved, or a redirect followed, and nothing was sent to the refused address.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A URL, the successive answers of a resolver by name, the redirects in its way, and what is to happen."""

    kind: str
    url: str
    expected: str
    names: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    redirects: Sequence[str] = ()
    rules: OutboundRules = field(default_factory=OutboundRules)


def _cases() -> Iterable[Case]:
    yield Case("a public name", "https://example.org/a.jpg", REACHED, {"example.org": [[PUBLIC]]})
    yield Case("a public name with IPv6", "https://example.org/a.jpg", REACHED, {"example.org": [[PUBLIC_V6, PUBLIC]]})
    yield Case("a public address", f"http://{PUBLIC}/a.jpg", REACHED)
    yield Case("a public IPv6 address", f"http://[{PUBLIC_V6}]/a.jpg", REACHED)
    yield Case("an international name", "https://bücher.example/a.jpg", REACHED, {"xn--bcher-kva.example": [[PUBLIC]]})
    for host in ("localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost"):
        yield Case(
            "a name of this host", f"http://{host}/", AT_THE_CONNECTION, {host.lower().strip("."): [["127.0.0.1"]]}
        )
    for kind, hosts in LITERALS.items():
        for host in hosts:
            yield Case(kind, f"http://{host}/", AT_ONCE)
    for kind, addresses in RESOLVED.items():
        for address in addresses:
            yield Case(kind, "http://inside.example/", AT_THE_CONNECTION, {"inside.example": [[address]]})
    two = {"two.example": [[PUBLIC, "10.0.0.1"]]}
    yield Case("one of several addresses is private", "http://two.example/", AT_THE_CONNECTION, two)
    yield Case("the same in IPv6", "http://two.example/", AT_THE_CONNECTION, {"two.example": [[PUBLIC_V6, "fd00::1"]]})
    rebinding = {"rebinds.example": [[PUBLIC], ["127.0.0.1"]]}
    yield Case("a name that resolves to 127.0.0.1 the second time", "http://rebinds.example/", REACHED, rebinding)
    yield Case(
        "the same, with a redirect to itself", "http://rebinds.example/", AT_THE_CONNECTION, rebinding, ["/again"]
    )
    public = {"example.org": [[PUBLIC]], "inside.example": [["192.168.1.1"]]}
    for location in REDIRECTS:
        yield Case("a redirect", "http://example.org/", AT_THE_CONNECTION, public, [location])
    yield Case("a redirect to a public host", "http://example.org/", REACHED, public, ["https://example.org/b"])
    yield Case("two redirects", "http://example.org/", AT_THE_CONNECTION, public, ["/b", "http://10.0.0.1/"])
    for kind, urls in URLS.items():
        for url in urls:
            yield Case(kind, url, AT_ONCE)
    allowed = OutboundRules(outbound_allowed="files.internal, 10.1.0.0/16, fd00:1::/32")
    names = {"files.internal": [["10.9.9.9"]], "inside.example": [["10.1.2.3"]], "other.example": [["10.2.0.1"]]}
    yield Case("an allowed host", "http://files.internal:8080/", REACHED, names, rules=allowed)
    yield Case("a name in an allowed network", "http://inside.example:8080/", REACHED, names, rules=allowed)
    yield Case("an address in an allowed network", "http://10.1.2.3/", REACHED, rules=allowed)
    yield Case("an IPv6 address in an allowed network", "http://[fd00:1::1]/", REACHED, rules=allowed)
    yield Case("an address next to an allowed network", "http://10.2.0.1/", AT_ONCE, rules=allowed)
    yield Case("a name next to an allowed network", "http://other.example/", AT_THE_CONNECTION, names, rules=allowed)
    yield Case("a name that ends with an allowed one", "http://x.files.internal/", AT_THE_CONNECTION,
               {"x.files.internal": [["10.9.9.9"]]}, rules=allowed)  # fmt: skip


LITERALS = {
    "loopback": ["127.0.0.1", "127.255.255.254", "[::1]", "[0:0:0:0:0:0:0:1]", "127.0.0.1."],
    "short forms": ["127.1", "127.0.1", "0", "10.1", "169.254.43518"],
    "decimal": ["2130706433", "2852039166", "3232235777"],
    "octal": ["0177.0.0.1", "017700000001", "0300.0250.0.1", "00000177.0.0.1"],
    "hexadecimal": ["0x7f000001", "0x7f.0x0.0x0.0x1", "0xA9FEA9FE", "0x7F.1"],
    "mixed": ["0x7f.0.1", "0251.0xfe.43518", "127.0x1"],
    "other digits and dots": ["１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1", "127．0．0．1"],  # noqa: RUF001
    "unspecified": ["0.0.0.0", "[::]", "0x0"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "[fc00::1]", "[fd12:3456::1]"],
    "link-local": ["169.254.0.1", "[fe80::1]", "[fec0::1]"],
    "metadata of clouds": ["169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "192.0.0.192", "168.63.129.16"],
    "shared address space": ["100.64.0.1", "100.127.255.255"],
    "multicast and broadcast": ["224.0.0.1", "239.255.255.250", "255.255.255.255", "[ff02::1]", "[ff0e::1]"],
    "reserved and documentation": ["240.0.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1",
                                   "[2001:db8::1]", "[3fff::1]", "[100::1]", "[4000::1]"],
    "IPv4-mapped": ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:FFFF:10.0.0.1]", f"[::ffff:{PUBLIC}]"],
    "IPv4-compatible and translated": ["[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]"],
    "6to4": ["[2002:7f00:1::]", "[2002:a9fe:a9fe::1]"],
    "Teredo": ["[2001:0:4136:e378:8000:63bf:80ff:fffe]"],
    "NAT64": ["[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]"],
    "ISATAP": ["[2606:2800::5efe:10.0.0.1]", "[2606:2800::200:5efe:127.0.0.1]"],
}  # fmt: skip
RESOLVED = {
    "a name with a loopback address": ["127.0.0.1", "::1"],
    "a name with a private address": ["10.0.0.1", "172.16.0.1", "192.168.0.1", "fd00::1"],
    "a name with a metadata address": ["169.254.169.254", "fd00:ec2::254"],
    "a name with a link-local address": ["fe80::1%eth0"],
    "a name with a shared address": ["100.64.0.1"],
    "a name with IPv4 in IPv6": ["::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::a9fe:a9fe", "2001::1"],
}
REDIRECTS = [
    "http://127.0.0.1/", "http://2130706433/", "//169.254.169.254/latest/meta-data/", "http://inside.example/",
    "http://[::ffff:127.0.0.1]/", "file:///etc/passwd", "s3://bucket/key", "ftp://example.org/", "gopher://127.0.0.1/",
    "http://user:password@example.org/", "http://example.org:22/", "http:\\\\127.0.0.1\\",
    "http://example.org\t@127.0.0.1/", "data:image/png,x", "javascript:alert(1)",
]  # fmt: skip
URLS = {
    "another scheme": ["file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "unix:///run/x.sock",
                       "dict://127.0.0.1:11211/", "data:image/png;base64,AA==", "jar:http://example.org!/"],
    "a user name": ["http://user@example.org/", "http://user:password@example.org/", "http://example.org@127.0.0.1/",
                    "http://127.0.0.1#@example.org/", "http://@example.org/"],
    "a zone id": ["http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1%25lo]/"],
    "another port": ["http://example.org:22/", "http://example.org:6379/", "http://example.org:0/",
                     "http://example.org:65536/", "http://example.org:99999999/"],
    "broken URLs": ["http://", "http:///path", "http:example.org", "//example.org/", "example.org", "",
                    "http://[::1", "http://::1/", "http://a..b/", "http://127.0.0.1%00.example.org/", "http://%31%32%37.1/",
                    "http://example.org:80:80/", "http://exa mple.org/", "http://example.org\\@127.0.0.1/",
                    "http://example.org\r\nHost: 127.0.0.1/", "http://127.0.0.1\t/", "http://example.org:x/",
                    "http://" + "a" * 64 + ".example/", "http://straße.example/", "http://" + "a" * 3000],
}  # fmt: skip
CASES = list(_cases())


class Recorder(AsyncNetworkBackend):
    """Answers each connection as a server does, and records the addresses."""

    def __init__(self, redirects: Sequence[str]) -> None:
        self.addresses: list[str] = []
        self._answers = [f"HTTP/1.1 302 Found\r\nLocation: {each}\r\n\r\n".encode() for each in redirects]
        self._answers.append(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async def connect_tcp(self, host: str, port: int, *args: Any, **_: Any) -> AsyncNetworkStream:
        answer = self._answers[len(self.addresses)]
        self.addresses.append(host)
        return await AsyncMockBackend([answer]).connect_tcp(host, port)


async def attempt(case: Case) -> tuple[str, str, list[str]]:
    """Request the URL of a case; return what happened, the reason or the last address, and all addresses."""
    answers = {name: list(each) for name, each in case.names.items()}

    async def resolve(host: str, port: int) -> list[Address]:
        if host not in answers:
            return [ip_address(host)]
        successive = answers[host]
        return [ip_address(each) for each in (successive.pop(0) if len(successive) > 1 else successive[0])]

    network = Recorder(case.redirects)
    try:
        case.rules.check_url(HttpUrl.parse(case.url))
    except UrlForbidden as error:
        return AT_ONCE, str(error), []
    client = HttpClient(case.rules, resolve=resolve, dial=network)
    try:
        await client.get(case.url, max_bytes=1000, max_redirects=5, timeout_s=5)
    except UrlForbidden as error:
        return AT_THE_CONNECTION, str(error), network.addresses
    return REACHED, network.addresses[-1], network.addresses


def page() -> str:
    """Return docs/outbound-requests.md."""
    rows = [_row(case, *asyncio.run(attempt(case))[:2]) for case in CASES]
    head = ["| what | tried | result | reason, or address reached |", "|---|---|---|---|"]
    return "\n".join([HEAD, *head, *rows, ""])


def _row(case: Case, result: str, what: str) -> str:
    tried = [_code(case.url)]
    tried += [
        f"{_code(name)} is {', then '.join(map(_listed, each))}"
        for name, each in case.names.items()
        if name in case.url or case.redirects
    ]
    tried += [f"redirected to {_code(each)}" for each in case.redirects]
    if case.rules.outbound_allowed:
        tried.append(f"allowed: {case.rules.outbound_allowed}")
    return f"| {case.kind} | {'; '.join(tried)} | {result} | {what} |"


def _listed(addresses: Sequence[str]) -> str:
    return " and ".join(map(_code, addresses))


def _code(text: str) -> str:
    short = text if len(text) <= 80 else f"{text[:60]}… ({len(text):,} characters)"
    return f"`{short!r}`" if not short.isprintable() or not short else f"`{short}`"
