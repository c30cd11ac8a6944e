"""Where receivers may be: the public internet, what the settings list, and nothing that leads back to us."""

from __future__ import annotations

import asyncio

import pytest

from judge.config import WebhookSettings
from judge.errors import UsageError
from judge.gateway.webhooks.addresses import Addresses, NoWayError, Ranges, literal

_REFUSED = [
    "0.0.0.0", "0.1.2.3",  # this host
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # private
    "100.64.0.1", "100.100.100.200", "100.127.255.255",  # carriers' NAT
    "127.0.0.1", "127.255.255.255",  # loopback
    "169.254.169.254", "169.254.0.1",  # link-local: metadata of clouds
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "198.51.100.1", "203.0.113.1",  # protocols, documents
    "198.18.0.1", "198.19.255.255",  # benchmarks
    "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1",  # 6to4 relays, AS112, AMT
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",  # many at once, reserved
    "168.63.129.16",  # Azure's wire server
    "::", "::1", "::127.0.0.1",  # unspecified, loopback, IPv4-compatible
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",  # IPv4-mapped
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::1",  # NAT64
    "100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1",
    "2620:4f:8000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "4000::1", "localhost", "", "127.1",  # no addresses at all
]  # fmt: skip

_PUBLIC = ["1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255",
           "168.63.129.17", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888",
           "2003::1"]  # fmt: skip


@pytest.mark.parametrize("address", _REFUSED)
def test_no_receiver_is_where_we_are(address: str) -> None:
    assert not Ranges(WebhookSettings()).may_be(address)


@pytest.mark.parametrize("address", _PUBLIC)
def test_a_receiver_may_be_anywhere_in_the_public_internet(address: str) -> None:
    assert Ranges(WebhookSettings()).may_be(address)


def test_settings_add_networks_and_take_some_away() -> None:
    settings = WebhookSettings(networks=("10.1.0.0/16", "fd00::/8"), networks_refused=("10.1.2.0/24", "1.1.1.0/24"))
    ranges = Ranges(settings)
    for address, expected in (
        ("10.1.0.1", True), ("fd00::1", True), ("10.2.0.1", False), ("10.1.2.1", False), ("1.1.1.1", False),
        ("::ffff:10.1.0.1", False), ("64:ff9b::a01:1", False), ("127.0.0.1", False), ("8.8.8.8", True),
    ):  # fmt: skip
        assert ranges.may_be(address) is expected, address


def test_what_is_no_network_is_said() -> None:
    for text in ("10.0.0.1/8", "all", ""):
        with pytest.raises(UsageError, match="webhook_networks"):
            Ranges(WebhookSettings(networks=(text,)))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "::1"])
def test_a_host_is_checked_by_what_its_name_means(host: str) -> None:
    addresses = Addresses(Ranges(WebhookSettings()), 1)
    with pytest.raises(NoWayError):
        asyncio.run(addresses.of(host, 443))
    addresses.close()


def test_the_allowed_addresses_of_a_host_are_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [(2, 1, 6, "", (text, 443)) for text in ("10.0.0.1", "8.8.8.8", "127.0.0.1", "8.8.8.8", "1.1.1.1")]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: said)
    addresses = Addresses(Ranges(WebhookSettings()), 1)
    assert asyncio.run(addresses.of("example.org", 443)) == ["8.8.8.8", "1.1.1.1"]
    addresses.close()


def test_a_literal_address_is_known_as_one() -> None:
    assert (literal("10.0.0.1"), literal("::1"), literal("example.org")) == ("10.0.0.1", "::1", None)
