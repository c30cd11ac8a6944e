"""The fixtures of gateway_fixtures.py."""

from __future__ import annotations

import importlib.util

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

__all__ = [
    "admin",
    "client",
    "gateway",
    "make_key",
    "other",
    "place",
    "redis_server",
    "school",
    "start_gateway",
    "start_lasting_gateway",
    "sum_package",
    "worker",
]

#: The extra brings the official client, too.
collect_ignore = [] if importlib.util.find_spec("mcp") else ["test_mcp.py"]
