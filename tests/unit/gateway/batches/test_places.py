"""Who keeps a place for a batch, and who leaves it to others."""

from __future__ import annotations

from judge.gateway.batches.places import TURN_S, Places


def _places(count: int, *tenants: str) -> Places:
    """Batches 0, 1, ... of these tenants have a place since the time 0."""
    places = Places(count)
    for number, tenant in enumerate(tenants):
        places.take(str(number), tenant, 0.0)
    return places


def test_a_batch_keeps_its_place_while_nobody_waits() -> None:
    assert not _places(1, "a").is_to_leave("0", 1000.0)


def test_a_batch_keeps_its_place_for_one_turn_though_others_wait() -> None:
    places = _places(1, "a")
    places.waiting = frozenset({"b"})
    assert not places.is_to_leave("0", TURN_S / 2)
    assert places.is_to_leave("0", TURN_S)


def test_a_tenant_with_fewer_batches_than_its_share_keeps_their_places() -> None:
    places = _places(4, "a", "a", "a", "b")
    places.waiting = frozenset({"a"})
    assert not places.is_to_leave("3", TURN_S)


def test_batches_of_a_tenant_with_more_than_its_share_take_turns() -> None:
    places = _places(4, "a", "a", "a", "b")
    places.waiting = frozenset({"a"})
    assert places.is_to_leave("0", TURN_S)


def test_who_has_no_place_gets_one_of_who_has_most() -> None:
    places = _places(3, "a", "a", "b")
    places.waiting = frozenset({"b"})
    assert places.is_to_leave("0", TURN_S)


def test_more_tenants_than_places_take_turns() -> None:
    places = _places(2, "a", "b")
    places.waiting = frozenset({"c"})
    assert places.is_to_leave("0", TURN_S)
    assert places.is_to_leave("1", TURN_S)


def test_a_place_that_was_left_is_free() -> None:
    places = _places(2, "a", "b")
    assert places.free == 0
    places.leave("0")
    assert places.free == 1
