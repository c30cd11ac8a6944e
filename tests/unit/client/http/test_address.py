"""Addresses of servers, and where a key may travel."""

from __future__ import annotations

import pytest

from judge.client.http.address import is_loopback, server_of
from judge.errors import UsageError


@pytest.mark.parametrize(
    ("address", "origin", "prefix"),
    [
        ("https://judge.example.org", "https://judge.example.org:443", ""),
        ("https://judge.example.org/", "https://judge.example.org:443", ""),
        ("https://example.org:8443/judge/", "https://example.org:8443", "/judge"),
        ("http://[::1]:8090", "http://[::1]:8090", ""),
    ],
)
def test_an_address(address: str, origin: str, prefix: str) -> None:
    server = server_of(address, "jk_a_b")
    assert (server.origin, server.prefix) == (origin, prefix)


@pytest.mark.parametrize(
    "address",
    ["", "judge.example.org", "redis://h", "https://", "https://h:99999", "https://h?x=1", "https://u:p@h", "https://[::1"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="server's address"):
        server_of(address)


@pytest.mark.parametrize("host", ["judge.example.org", "10.0.0.1", "localhost.example.org", "0.0.0.0"])
def test_a_key_does_not_travel_readable(host: str) -> None:
    with pytest.raises(UsageError, match="https://"):
        server_of(f"http://{host}", "jk_a_b")
    assert server_of(f"http://{host}").key == ""
    assert server_of(f"http://{host}", "jk_a_b", plain_http=True).key == "jk_a_b"


def test_on_this_machine_it_may() -> None:
    for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1", "a.localhost"):
        assert is_loopback(host)
    assert server_of("http://127.0.0.1:8090", "jk_a_b").key == "jk_a_b"


@pytest.mark.parametrize("key", ["a b", "a\r\nx-evil: 1", "ü", "k" * 600])
def test_a_key_that_is_none(key: str) -> None:
    with pytest.raises(UsageError, match="key"):
        server_of("https://h", key)


def test_the_key_is_not_shown() -> None:
    assert "jk_a_b" not in repr(server_of("https://h", "jk_a_b"))
