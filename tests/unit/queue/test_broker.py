"""Broker addresses: what they mean, what is wrong with them, and that passwords stay out of messages."""

from __future__ import annotations

import pytest

from judge.errors import UsageError
from judge.queue.broker import Address, Broker, connect, connect_async, parse, redact


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://h", Address(scheme="redis", hosts=(("h", 6379),))),
        ("redis://h:1234/5", Address(scheme="redis", hosts=(("h", 1234),), database=5)),
        ("redis://u:p%40ss@h", Address(scheme="redis", hosts=(("h", 6379),), username="u", password="p@ss")),
        ("redis://:secret@h", Address(scheme="redis", hosts=(("h", 6379),), password="secret")),
        ("rediss://h:1", Address(scheme="rediss", hosts=(("h", 1),))),
        ("redis://[::1]:7", Address(scheme="redis", hosts=(("::1", 7),))),
        ("redis://[::1]", Address(scheme="redis", hosts=(("::1", 6379),))),
        ("unix:///run/r.sock", Address(scheme="unix", path="/run/r.sock")),
        ("unix:///run/r.sock?db=3", Address(scheme="unix", path="/run/r.sock", database=3)),
        (
            "sentinel://a:1,b/2?master=m",
            Address(scheme="sentinel", hosts=(("a", 1), ("b", 26379)), database=2, master="m"),
        ),
    ],
)
def test_an_address_is_taken_apart(url: str, address: str) -> None:
    assert parse(url) == address  # type: ignore[comparison-overlap]


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://h", "scheme"),
        ("", "scheme"),
        ("redis://", "host:port"),
        ("redis://h:x", "host:port"),
        ("redis://h:99999", "host:port"),
        ("redis://h/x", "database"),
        ("unix://", "socket"),
        ("sentinel://h", "master"),
    ],
)
def test_what_is_no_address_says_why(url: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        parse(url)


def test_passwords_stay_out_of_messages() -> None:
    assert redact("redis://u:secret@h/0") == "redis://u:***@h/0"
    with pytest.raises(UsageError) as caught:
        parse("redis://u:secret@h:x")
    assert "secret" not in str(caught.value)


def test_credentials_of_the_settings_win() -> None:
    client = connect(Broker(url="redis://u:p@h", username="v", password="q"))
    assert client.connection_pool.connection_kwargs["username"] == "v"
    assert client.connection_pool.connection_kwargs["password"] == "q"


def test_tls_checks_certificates() -> None:
    options = connect(Broker(url="rediss://h", ca_file="/ca.pem")).connection_pool.connection_kwargs
    assert options["ssl_cert_reqs"] == "required"
    assert options["ssl_ca_certs"] == "/ca.pem"


def test_sentinels_are_asked_for_the_named_group() -> None:
    for make in (connect, connect_async):
        client = make(Broker(url="sentinel://a:1,b:2/3?master=judges", password="p"))
        assert client.connection_pool.service_name == "judges"  # type: ignore[union-attr]
        assert client.connection_pool.connection_kwargs["db"] == 3
