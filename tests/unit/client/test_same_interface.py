"""What a client over Redis has a client over HTTP has too: names and parameters cannot drift apart."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from judge.client import (
    AsyncClient,
    AsyncHttpClient,
    AsyncHttpSession,
    AsyncSession,
    Client,
    HttpClient,
    HttpSession,
    Session,
    connect,
    connect_async,
)

#: How each client is made is its own.
OWN = {"open", "join", "queue", "blob_place", "transport", "call", "walk"}

#: What of the service is asked by calls of the gateway's alone: over Redis judge.queue does it.
HTTP_ALONE = {
    "me", "waiting", "workers", "overview", "publish", "check_package", "packages", "package", "remove_package",
    "rejudge", "rejudges", "rejudged", "apply_rejudge", "drop_rejudge", "create_key", "keys", "revoke_key",
    "maintenance", "begin_maintenance", "end_maintenance", "steer_worker", "tenants", "tenant", "limit_tenant",
    "create_webhook", "webhooks", "webhook", "change_webhook", "rotate_webhook", "remove_webhook", "ping_webhook",
    "webhook_deliveries", "replay_webhook",
}  # fmt: skip

#: Steps of a request, for the parts of the clients themselves.
STEPS = {"hand_in", "look", "awaited", "settled", "events", "check_tenant"}

#: Whole transfers are watched by the blocking clients alone: progress is for people at a terminal.
BLOCKING_ALONE = {"watch"}


def names(kind: type) -> set[str]:
    """What users of a class call."""
    return {name for name in dir(kind) if not name.startswith("_")} - OWN


def parameters(method: Callable[..., object]) -> dict[str, tuple[object, object, object]]:
    """Name -> kind, default, type of each parameter."""
    found = inspect.signature(method).parameters.values()
    return {one.name: (one.kind, one.default, one.annotation) for one in found if one.name not in BLOCKING_ALONE}


@pytest.mark.parametrize(
    ("redis", "http"),
    [(Client, HttpClient), (AsyncClient, AsyncHttpClient), (Session, HttpSession), (AsyncSession, AsyncHttpSession)],
)
def test_over_http_there_is_the_same(redis: type, http: type) -> None:
    assert names(redis) - names(http) == set()
    assert names(http) - names(redis) - STEPS == (HTTP_ALONE if http in (HttpClient, AsyncHttpClient) else set())
    for name in sorted(names(redis)):
        one, other = inspect.getattr_static(redis, name), inspect.getattr_static(http, name)
        assert isinstance(one, property) == isinstance(other, property) or not callable(one), name
        if callable(one):
            assert parameters(one) == parameters(other), name
            assert inspect.iscoroutinefunction(one) == inspect.iscoroutinefunction(other), name


@pytest.mark.parametrize(("blocking", "asynchronous"), [(HttpClient, AsyncHttpClient), (HttpSession, AsyncHttpSession)])
def test_asyncio_has_the_same(blocking: type, asynchronous: type) -> None:
    assert names(blocking) - STEPS == names(asynchronous) - STEPS
    for name in sorted(names(blocking) - STEPS - {"evaluate_many"}):
        one, other = getattr(blocking, name), getattr(asynchronous, name)
        if callable(one):
            assert parameters(one) == parameters(other), name


def test_both_are_opened_by_the_same_words() -> None:
    assert parameters(connect) == parameters(connect_async)
    common = parameters(connect)
    for kind in (HttpClient, AsyncHttpClient):
        assert common.items() <= parameters(kind).items()
