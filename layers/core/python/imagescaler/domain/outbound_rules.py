"""Which hosts the service may send requests to on behalf of a client."""

from dataclasses import dataclass
from ipaddress import ip_network

from imagescaler.domain.errors import UrlForbidden
from imagescaler.domain.http_url import HttpUrl
from imagescaler.domain.network_address import Address, Network, special_purpose

NOT_A_PORT = "OUTBOUND_PORTS: {!r} is not a port; give numbers with commas between them, such as 80,443"


@dataclass(frozen=True, slots=True)
class OutboundRules:
    """Hosts of the public internet are permitted, at the ports in `OUTBOUND_PORTS`.

    `OUTBOUND_ALLOWED` names further hosts and networks, such as "files.example.org,10.1.0.0/16", at any port.

    >>> OutboundRules(outbound_ports="https")
    Traceback (most recent call last):
    ValueError: OUTBOUND_PORTS: 'https' is not a port; give numbers with commas between them, such as 80,443
    """

    outbound_allowed: str = ""
    outbound_ports: str = "80,443"

    def __post_init__(self) -> None:
        for port in _items(self.outbound_ports):
            if not port.isdecimal():
                raise ValueError(NOT_A_PORT.format(port))

    def check_url(self, url: HttpUrl) -> None:
        """Raise UrlForbidden for a URL that is refused whatever its host resolves to."""
        if url.address:
            self.check(url, url.address)
        elif not self._networks:
            self._check_port(url)

    def check(self, url: HttpUrl, address: Address) -> None:
        """Raise UrlForbidden unless an address, to which the URL's host has resolved, may be connected to."""
        if url.host in self._hosts or any(address in network for network in self._networks):
            return
        if purpose := special_purpose(address):
            raise UrlForbidden(f"{url.host} is not a host of the public internet: its address is {purpose}.")
        self._check_port(url)

    def _check_port(self, url: HttpUrl) -> None:
        if url.host not in self._hosts and str(url.port) not in _items(self.outbound_ports):
            raise UrlForbidden(f"The port is {url.port}; permitted are {', '.join(_items(self.outbound_ports))}.")

    @property
    def _networks(self) -> list[Network]:
        return [network for each in _items(self.outbound_allowed) if (network := _network(each))]

    @property
    def _hosts(self) -> list[str]:
        return [each.lower().removesuffix(".") for each in _items(self.outbound_allowed) if not _network(each)]


def _items(text: str) -> list[str]:
    return [item for each in text.split(",") if (item := each.strip())]


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
