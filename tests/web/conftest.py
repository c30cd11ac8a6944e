"""The fixtures of gateway_fixtures.py, with a Redis, a worker and a gateway of their own; and web_fixtures.py."""

from __future__ import annotations

from converter_fixtures import author, shown, shown_client, shown_worker, stranger
from gateway_fixtures import (
    admin,
    client,
    gateway,
    make_key,
    other,
    place,
    redis_server,
    school,
    start_gateway,
    start_lasting_gateway,
    sum_package,
    worker,
)
from web_fixtures import audit, browser, make_context, npm_modules, page, phone

__all__ = [
    "admin",
    "audit",
    "author",
    "browser",
    "client",
    "gateway",
    "make_context",
    "make_key",
    "npm_modules",
    "other",
    "page",
    "phone",
    "place",
    "redis_server",
    "school",
    "shown",
    "shown_client",
    "shown_worker",
    "start_gateway",
    "start_lasting_gateway",
    "stranger",
    "sum_package",
    "worker",
]
