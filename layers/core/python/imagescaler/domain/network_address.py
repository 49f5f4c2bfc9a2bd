"""IP addresses that are not hosts of the public internet (IANA's registries of special-purpose addresses)."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291; all other IPv6 addresses are special, or not assigned
ISATAP = 0x5EFE  # RFC 5214: ::0:5efe:a.b.c.d or ::200:5efe:a.b.c.d in any network has the IPv4 address a.b.c.d
ISATAP_BITS = 0xFDFFFFFF

# `ipaddress.is_global` depends on the release of Python, and permits IPv4 addresses inside of IPv6 addresses.
PURPOSES = [
    (ip_network(network), purpose)
    for network, purpose in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared address space of a carrier (CGNAT)"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "metadata of a cloud"),
        ("169.254.169.254/32", "metadata of a cloud"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarks"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("::ffff:0:0:0/96", "IPv4-translated"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("100::/64", "discard-only"),
        ("2001::/32", "Teredo"),
        ("2001:db8::/32", "documentation"),
        ("2001::/23", "protocol assignments"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fd00:ec2::254/128", "metadata of a cloud"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
]


def special_purpose(address: Address) -> str | None:
    """Return the purpose of an address that is not a host of the public internet; None if it may be one.

    >>> special_purpose(IPv4Address("10.0.0.1")), special_purpose(IPv6Address("::ffff:8.8.8.8"))
    ('private', 'IPv4-mapped')
    >>> special_purpose(IPv4Address("8.8.8.8")) is None
    True
    """
    for network, purpose in PURPOSES:
        if address.version == network.version and address in network:
            return purpose
    if isinstance(address, IPv6Address):
        if address not in GLOBAL_UNICAST:
            return "not global unicast"
        if int(address) >> 32 & ISATAP_BITS == ISATAP:
            return "ISATAP"
    return None
