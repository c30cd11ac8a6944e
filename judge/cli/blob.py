"""``judge blob``: content that is kept for work, named by its digest."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from judge.cli.options import broker_option
from judge.cli.service import open_client
from judge.cli.showing import add_row, plain_table, wide_console
from judge.cli.submissions import local
from judge.client import Client, HttpClient
from judge.errors import UsageError
from judge.model.units import format_bytes
from judge.parsers import Subparsers
from judge.tenant_blobs.transfer import Watch

_STANDARD = "-"


def add_parser(subparsers: Subparsers) -> None:
    """Add the command's sub-commands."""
    parser = subparsers.add_parser(
        "blob",
        help="keep files for work: put, get, list and remove blobs",
        description="A blob is content that work names by its digest. Each belongs to one tenant, and is kept for a "
        "while after its last use. BLOB is sha256: and 64 hexadecimal digits, or a name that the tenant gave it.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    put = actions.add_parser("put", help="hand in files; prints the digest of each")
    put.add_argument("files", nargs="+", metavar="FILE", help="a file, or '-' = standard input")
    put.add_argument("--name", default="", help="a name of your own for it; another blob's is taken from that")
    put.add_argument(
        "--lifetime", type=float, default=0, metavar="SECONDS", help="how long it is kept (default: the service's)"
    )
    put.add_argument("--json", action="store_true", help="print an object: file -> digest")
    get = actions.add_parser("get", help="fetch a blob")
    get.add_argument("blob", metavar="BLOB")
    get.add_argument("-o", "--output", metavar="FILE", default=_STANDARD, help="where to ('-' = standard output)")
    get.add_argument("--json", action="store_true", help="print an object about the file; needs --output")
    listing = actions.add_parser("list", help="list the tenant's blobs, newest first")
    listing.add_argument("--json", action="store_true", help="print a JSON array; moments in Unix milliseconds")
    remove = actions.add_parser("remove", help="remove blobs by digest, or names (with the blob that has no other)")
    remove.add_argument("blobs", nargs="+", metavar="BLOB")
    remove.add_argument("--json", action="store_true", help="print an object: BLOB -> whether the blob itself is gone")
    for action in (put, get, listing, remove):
        action.add_argument("--tenant", default="", help="whose blobs (default: of those who name no tenant)")
        broker_option(action)


def run(args: argparse.Namespace) -> int:
    """Dispatch to the action."""
    actions = {"put": _put, "get": _get, "list": _list, "remove": _remove}
    with open_client(args) as client:
        actions[args.action](client, args)
    return 0


def _put(client: Client | HttpClient, args: argparse.Namespace) -> None:
    if args.name and len(args.files) > 1:
        raise UsageError("--name: one name is for one file")
    found = {}
    for file in args.files:
        source = sys.stdin.buffer if file == _STANDARD else Path(file)
        with _bar(file) as watch:
            found[file] = client.put_blob(
                source, tenant=args.tenant, name=args.name, lifetime_s=args.lifetime, watch=watch
            )
        if not args.json:
            print(found[file])
    if args.json:
        _print_json(found)


def _get(client: Client | HttpClient, args: argparse.Namespace) -> None:
    if args.output == _STANDARD:
        if args.json:
            raise UsageError("--json: needs --output, standard output is the blob's")
        with tempfile.TemporaryDirectory(prefix="judge-blob-") as scratch:
            path = Path(scratch) / "content"
            client.save_blob(args.blob, path, tenant=args.tenant)
            with path.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
        return
    with _bar(args.output) as watch:
        client.save_blob(args.blob, args.output, tenant=args.tenant, watch=watch)
    if args.json:
        _print_json({"blob": args.blob, "file": args.output, "size_bytes": Path(args.output).stat().st_size})


def _list(client: Client | HttpClient, args: argparse.Namespace) -> None:
    blobs = client.blobs(tenant=args.tenant)
    if args.json:
        _print_json(list(blobs))
        return
    table = plain_table("blob", "size", "put", "until", "names", whole=("blob",))
    for blob in blobs:
        moments = local(blob.put_at_ms), local(blob.expires_at_ms)
        add_row(table, blob.blob, format_bytes(blob.size_bytes), *moments, " ".join(blob.names))
    wide_console().print(table)


def _remove(client: Client | HttpClient, args: argparse.Namespace) -> None:
    gone = {blob: client.remove_blob(blob, tenant=args.tenant) for blob in args.blobs}
    if args.json:
        _print_json(gone)
        return
    for blob, removed in gone.items():
        print(f"{blob}: {'removed' if removed else 'the name is gone; the blob has others, or was put without one'}")


@contextmanager
def _bar(title: str) -> Iterator[Watch | None]:
    """A bar on the terminal for a transfer that takes a while; None where there is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task(Path(title).name, total=None, visible=False)
        yield lambda done, total: bars.update(task, completed=done, total=total, visible=True)


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
