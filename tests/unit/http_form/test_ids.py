"""Ids within a tenant."""

from __future__ import annotations

import pytest

from judge import wire
from judge.errors import UsageError
from judge.http_form.ids import fresh_id, id_of_key, is_own_id, public_id, record_id
from judge.queue.api_keys import check_tenant


def test_a_tenants_id_comes_back() -> None:
    assert public_id("school", record_id("school", "abc")) == "abc"
    assert record_id("", "abc") == public_id("", "abc") == "abc"


def test_no_two_tenants_can_name_one_record() -> None:
    assert record_id("a", "b") == "a~b"
    assert not is_own_id("b~c")
    with pytest.raises(UsageError):
        check_tenant("a~b")


def test_the_longest_names_still_make_a_record() -> None:
    tenant, name = "t" * 48, "i" * 64
    assert check_tenant(tenant) == tenant
    assert is_own_id(name)
    assert wire.is_name(record_id(tenant, name))


def test_fresh_ids_are_ones_own() -> None:
    assert is_own_id(fresh_id())


def test_an_idempotency_key_is_one_id_within_a_tenant() -> None:
    assert id_of_key("a", "k") == id_of_key("a", '"k"')
    assert id_of_key("a", "k") != id_of_key("b", "k")
    assert id_of_key("a", "bk") != id_of_key("ab", "k")


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256, "a\0b"])
def test_what_is_no_idempotency_key_is_told(key: str) -> None:
    assert id_of_key("a", key) is None
