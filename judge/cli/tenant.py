"""``judge tenant``: what one tenant may, where that differs from what everybody may."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping

from judge.cli.options import broker_option
from judge.cli.service import open_client, operator
from judge.client import HttpClient
from judge.errors import UsageError
from judge.parsers import Subparsers
from judge.queue import audit
from judge.queue.admin import odd_policy_fields, set_tenant_limit, tenant_limits
from judge.queue.audit import Act
from judge.queue.redis_queue import Queue
from judge.queue.values import KEPT_KINDS

_OPTIONS = {
    "tenant_per_minute": "per_minute",
    "tenant_running_max": "running_max",
    "tenant_sessions_max": "sessions",
    "tenant_streams_max": "streams",
    "tenant_sockets_max": "sockets",
    "tenant_blob_bytes": "blob_bytes",
    "tenant_blobs": "blobs",
    "tenant_states": "states",
    "tenant_state_bytes": "state_bytes",
    "tenant_webhooks_waiting": "webhooks_waiting",
}

_TIME = re.compile(r"(\d{1,9})([shdw])")
_UNITS_MS = {"s": 1000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "tenant",
        help="show or set what one tenant may",
        description="Show the tenants that have limits of their own, or set those of one. They hold at once, and until "
        "'default' is set. Everybody's are the settings tenant_per_minute, tenant_running_max, tenant_sessions_max, "
        "tenant_streams_max, tenant_sockets_max, tenant_blob_bytes, tenant_blobs, state_tenant_count, "
        "state_tenant_bytes, tenant_webhooks_waiting, keep_s and keep_kind_s.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="the tenant ('-' = submissions that name none)")
    parser.add_argument("--per-minute", metavar="N", help="submissions a minute (0 = no limit, default = everybody's)")
    parser.add_argument("--running-max", metavar="N", help="slots it holds (0 = no limit, default = everybody's)")
    parser.add_argument("--sessions", metavar="N", help="sessions that are not over (0, default: the same)")
    parser.add_argument("--streams", metavar="N", help="open event streams, at all gateways (0, default: the same)")
    parser.add_argument("--sockets", metavar="N", help="open WebSockets, at all gateways (0, default: the same)")
    parser.add_argument("--blob-bytes", metavar="N", help="bytes of its blobs (0 = no limit, default = everybody's)")
    parser.add_argument("--blobs", metavar="N", help="its blobs, and their names (0 = no limit, default = everybody's)")
    parser.add_argument("--states", metavar="N", help="carried states of judge programs (0, default: the same)")
    parser.add_argument("--state-bytes", metavar="N", help="bytes of all their versions (0, default: the same)")
    parser.add_argument(
        "--webhooks-waiting",
        metavar="N",
        help="what its webhooks are still to be told (0 = no limit, default = everybody's)",
    )
    parser.add_argument(
        "--keep", action="append", default=[], metavar="[KIND=]TIME",
        help="how long its finished work is kept, or that of a kind: 90s, 12h, 30d, 4w (0 = for ever, default = as "
        f"everybody's); kinds: {', '.join(KEPT_KINDS)}",
    )  # fmt: skip
    broker_option(parser)
    parser.add_argument("--json", action="store_true", help="print an object: tenant -> its own limits")


def run(args: argparse.Namespace) -> int:
    """Set, then show."""
    wanted = {name: getattr(args, option) for name, option in _OPTIONS.items() if getattr(args, option) is not None}
    limits = {name: _limit(text) for name, text in wanted.items()} | dict(map(_keep, args.keep))
    if limits and not args.name:
        raise UsageError("which tenant?")
    odd: tuple[str, ...] = ()
    with open_client(args) as client:
        if isinstance(client, HttpClient):
            found = _set_over_http(client, args.name, limits)
        else:
            found, odd = _set(client.queue, args.name, limits)
    for field in odd:
        print(f"judge tenant: the policy has a field that means nothing: {field}", file=sys.stderr)
    shown = {tenant: own for tenant, own in found.items() if args.name in (None, tenant)}
    if args.json:
        print(json.dumps(shown))
    elif not shown:
        print(f"{args.name}: everybody's limits" if args.name else "no tenant has limits of its own")
    else:
        for tenant, own in shown.items():
            print(f"{tenant}: {', '.join(f'{name} {value}' for name, value in own.items())} (0 = no limit)")
    return 0


def _set_over_http(client: HttpClient, tenant: str, limits: Mapping[str, int | None]) -> dict[str, dict[str, int]]:
    if limits:
        client.limit_tenant(tenant, limits)
    return {one.name: one.limits for one in client.tenants()}


def _set(
    queue: Queue, tenant: str, limits: Mapping[str, int | None]
) -> tuple[dict[str, dict[str, int]], tuple[str, ...]]:
    """All limits then, and what of the policy means nothing."""
    for name, value in limits.items():
        set_tenant_limit(queue, tenant, name, value)
        said = f"{name} {'default' if value is None else value}"
        queue.run(audit.note(Act.TENANT_LIMITED, operator(), tenant, said))
    return tenant_limits(queue), odd_policy_fields(queue)


def _limit(text: str) -> int | None:
    if text == "default":
        return None
    if not text.isdecimal():
        raise UsageError(f"a whole number from 0, or default, not {text!r}")
    return int(text)


def _keep(text: str) -> tuple[str, int | None]:
    """A limit's name and value. Raises UsageError."""
    kind, equals, time = text.rpartition("=")
    if equals and kind not in KEPT_KINDS:
        raise UsageError(f"--keep {text[:80]!r}: {kind[:40]!r} is not one of {', '.join(KEPT_KINDS)}")
    name = f"keep_ms:{kind}" if kind else "keep_ms"
    if time in ("default", "0"):
        return name, None if time == "default" else 0
    match = _TIME.fullmatch(time)
    if match is None or not int(match[1]):
        raise UsageError(f"--keep {text[:80]!r}: a number with s, h, d or w such as 30d, or 0, or default")
    return name, int(match[1]) * _UNITS_MS[match[2]]
