"""``judge keys``: keys for HTTP are made, listed and revoked."""

from __future__ import annotations

import argparse
import re
import time
from datetime import UTC, datetime

import msgspec

from judge import wire
from judge.cli.options import broker_option
from judge.cli.over_http import view_of_key
from judge.cli.service import open_client, operator
from judge.client import Client, HttpClient
from judge.errors import UsageError
from judge.parsers import Subparsers
from judge.queue.api_keys import KeyRights, KeyView, Scope, create_key, list_keys, revoke_key
from judge.text import printable

_DURATION = re.compile(r"(\d{1,6})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "keys",
        help="make, list and revoke keys for HTTP",
        description="Make, list and revoke the keys that clients of the gateway use. A key is shown once: the queue "
        "keeps only a hash of its secret. The work of a key belongs to its tenant.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", help="make a key and print it", description="Make a key and print it, once.")
    create.add_argument("--tenant", default="", metavar="NAME", help="whose work it sees and makes (admins need none)")
    create.add_argument(
        "--class", dest="priority_class", default="run", choices=wire.PRIORITY_CLASSES,
        help="the most urgent class of its work (default: run)",
    )  # fmt: skip
    create.add_argument(
        "--scopes", default="run,submit,read", metavar="A,B",
        help=f"what it may: {', '.join(Scope)} (default: run,submit,read)",
    )  # fmt: skip
    create.add_argument("--expires", metavar="TIME", help="when it ends: 12h, 30d, 4w (default: never)")
    create.add_argument("--note", default="", metavar="TEXT", help="what it is for")
    create.add_argument("--student", default="", metavar="NAME", help="whose coursework alone it hands in and sees")
    listing = actions.add_parser("list", help="list the keys", description="List the keys, newest first.")
    revoke = actions.add_parser("revoke", help="end a key", description="End a key; within a second, everywhere.")
    revoke.add_argument("id", metavar="ID", help="the key's id, as the list shows it, or the whole key")
    for action in (create, listing, revoke):
        broker_option(action)
        action.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Do what is asked."""
    with open_client(args) as client:
        match args.action:
            case "create":
                _show_new(*_created(client, _wanted(args)), json=args.json)
            case "list":
                _show_list(_listed(client), json=args.json)
            case "revoke":
                _revoke(client, _id_of(args.id))
    return 0


def _created(client: Client | HttpClient, wanted: KeyRights) -> tuple[str, KeyRights]:
    if isinstance(client, Client):
        return create_key(client.queue, wanted, operator())
    made = client.create_key(
        wanted.scopes,
        tenant=wanted.tenant,
        priority_class=wanted.priority_class,
        expires_at_ms=wanted.expires_at_ms,
        note=wanted.note,
        student=wanted.student,
    )
    return made.key, view_of_key(made.rights).rights


def _revoke(client: Client | HttpClient, key_id: str) -> None:
    if isinstance(client, Client):
        revoke_key(client.queue, key_id, operator())
    else:
        client.revoke_key(key_id)


def _listed(client: Client | HttpClient) -> list[KeyView]:
    return list_keys(client.queue) if isinstance(client, Client) else list(map(view_of_key, client.keys()))


def _wanted(args: argparse.Namespace) -> KeyRights:
    words = [word.strip() for word in args.scopes.split(",") if word.strip()]
    unknown = next((word for word in words if word not in set(Scope)), None)
    if unknown is not None:
        raise UsageError(f"no scope {unknown[:40]!r}; there are {', '.join(Scope)}")
    return KeyRights(
        id="",
        tenant=args.tenant,
        priority_class=args.priority_class,
        scopes=tuple(Scope(word) for word in dict.fromkeys(words)),
        expires_at_ms=_expiry_ms(args.expires),
        note=args.note,
        student=args.student,
    )


def _expiry_ms(text: str | None) -> int:
    if text is None:
        return 0
    match = _DURATION.fullmatch(text)
    if match is None or not int(match[1]):
        raise UsageError(f"--expires {text[:40]!r}: a number with h, d or w, such as 30d")
    return time.time_ns() // 1_000_000 + int(match[1]) * _HOURS[match[2]] * 3_600_000


def _id_of(text: str) -> str:
    return text.split("_")[1] if text.startswith("jk_") and text.count("_") >= 2 else text


def _show_new(key: str, rights: KeyRights, *, json: bool) -> None:
    if json:
        print(msgspec.json.encode({"key": key, "rights": rights}).decode())
    else:
        print(key)


def _show_list(keys: list[KeyView], *, json: bool) -> None:
    if json:
        print(msgspec.json.encode(keys).decode())
        return
    rows = [("id", "tenant", "class", "scopes", "made", "expires", "last used", "note")]
    for view in keys:
        rights = view.rights
        made, expires, used = (_moment(ms) for ms in (rights.made_at_ms, rights.expires_at_ms, view.used_at_ms))
        scopes = ",".join(rights.scopes)
        rows.append((rights.id, rights.tenant, rights.priority_class, scopes, made, expires, used, rights.note))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print(printable("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()))


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M") if ms else "-"
