"""The address of a client, behind a known number of proxies."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """`TRUSTED_PROXY_HOPS` is the number of proxies before the gateway, each of which appends to X-Forwarded-For."""

    trusted_proxy_hops: int = 0

    def __post_init__(self) -> None:
        if self.trusted_proxy_hops < 0:
            message = "TRUSTED_PROXY_HOPS must be 0 or more"
            raise ValueError(message)


def client_address(peer: str, forwarded_for: Sequence[str], hops: int) -> str:
    """Return the client's address: the `hops`-th from the right of X-Forwarded-For, the peer's for 0.

    `peer` is the address that is connected to the gateway, `forwarded_for` the values of the header that the gateway
    received. The entries further left were sent by the client itself. Returns the peer's address also if there are
    fewer, or if that one is no address: the request has not passed all proxies.

    >>> [client_address("10.0.0.1", ["6.6.6.6, 192.0.2.1", "10.0.0.2"], hops) for hops in (0, 1, 2, 4)]
    ['10.0.0.1', '10.0.0.2', '192.0.2.1', '10.0.0.1']
    """
    named = [each.strip() for value in forwarded_for for each in value.split(",")]
    if not 0 < hops <= len(named):
        return peer
    try:
        return str(ip_address(named[-hops]))
    except ValueError:
        return peer
