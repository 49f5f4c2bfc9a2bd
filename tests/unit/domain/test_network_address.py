"""Addresses of the public internet, and all others."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescaler.domain.network_address import special_purpose


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1111"])
def test_hosts_of_the_public_internet_have_no_special_purpose(address: str) -> None:
    assert special_purpose(ipaddress.ip_address(address)) is None


@given(
    st.integers(0, (1 << 32) - 1).map(ipaddress.IPv4Address) | st.integers(0, (1 << 128) - 1).map(ipaddress.IPv6Address)
)
def test_an_address_that_python_calls_private_has_a_special_purpose(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if not address.is_global or address.is_multicast:
        assert special_purpose(address)


@given(st.integers(0, (1 << 32) - 1).map(ipaddress.IPv4Address))
def test_no_ipv4_address_is_reached_inside_of_an_ipv6_address(address: ipaddress.IPv4Address) -> None:
    for prefix in ("::ffff:0:0", "::", "::ffff:0:0:0", "64:ff9b::", "2606:2800::5efe:0:0"):
        assert special_purpose(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) + int(address)))
    assert special_purpose(ipaddress.IPv6Address((0x2002 << 112) + (int(address) << 80)))
