"""``judge state``: what judge programs carry from one judging to the next."""

from __future__ import annotations

import argparse
import sys

import msgspec

from judge.cli.options import broker_option
from judge.cli.service import open_client
from judge.cli.showing import add_row, plain_table, wide_console
from judge.cli.submissions import local
from judge.client import Client, HttpClient
from judge.model.units import format_bytes
from judge.parsers import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Add the command's sub-commands."""
    parser = subparsers.add_parser(
        "state",
        help="list, show and remove what judge programs carry on",
        description="A carried state is what a judge program leaves for the next judging of the same tenant. NAME is "
        "that which work gave it, or @PROBLEM.NAME of a package's.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="list the tenant's states, the last used first")
    listing.add_argument("--json", action="store_true", help="print a JSON array; moments in Unix milliseconds")
    get = actions.add_parser("get", help="print a state")
    get.add_argument("name", metavar="NAME")
    get.add_argument("--state-version", type=int, default=0, metavar="N", help="this version (default: the newest)")
    get.add_argument("--json", action="store_true", help="print an object: content in base64, versions that are kept")
    remove = actions.add_parser("remove", help="remove states, with all their versions")
    remove.add_argument("names", nargs="+", metavar="NAME")
    remove.add_argument("--json", action="store_true", help="print an object: NAME -> whether it was there")
    for action in (listing, get, remove):
        action.add_argument("--tenant", default="", help="whose states (default: of those who name no tenant)")
        broker_option(action)


def run(args: argparse.Namespace) -> int:
    """Dispatch to the action."""
    actions = {"list": _list, "get": _get, "remove": _remove}
    with open_client(args) as client:
        return actions[args.action](client, args)


def _list(client: Client | HttpClient, args: argparse.Namespace) -> int:
    views = client.states(tenant=args.tenant)
    if args.json:
        _print_json(list(views))
        return 0
    table = plain_table("state", "version", "size", "kept", "left", "by", "used", whole=("state",))
    for view in views:
        kept = f"{view.versions} versions, {format_bytes(view.kept_bytes)}"
        moments = local(view.at_ms), view.by, local(view.used_at_ms)
        add_row(table, view.name, str(view.version), format_bytes(view.size_bytes), kept, *moments)
    wide_console().print(table)
    return 0


def _get(client: Client | HttpClient, args: argparse.Namespace) -> int:
    found = client.get_state(args.name, version=args.state_version, tenant=args.tenant)
    if args.json:
        _print_json(found)
    else:
        sys.stdout.buffer.write(found.content)
    return 0


def _remove(client: Client | HttpClient, args: argparse.Namespace) -> int:
    gone = {name: client.remove_state(name, tenant=args.tenant) for name in args.names}
    if args.json:
        _print_json(gone)
    else:
        for name, removed in gone.items():
            print(f"{name}: {'removed' if removed else 'there is no such state'}")
    return 0 if all(gone.values()) else 2


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
