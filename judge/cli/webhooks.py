"""``judge webhooks``: who is told what is over, over HTTP."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, TypeVar, get_args

import msgspec

from judge.cli.service import open_http_client, server_asked
from judge.cli.submissions import local
from judge.client import HttpClient
from judge.errors import UsageError
from judge.http_form.webhooks import DeliveryForm, WebhookChange, WebhookForm, WebhookRequest
from judge.model.work import WorkKind
from judge.parsers import Subparsers
from judge.queue.webhooks import DeliveryState, Told
from judge.text import printable

W = TypeVar("W", Told, WorkKind)

_TIME = re.compile(r"(\d{1,6})([hd])")
_UNITS_S = {"h": 3600, "d": 86_400}


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "webhooks",
        help="have addresses told what is over",
        description="Make, list, change and remove webhooks of the key's tenant, which a gateway tells what is over; "
        "look at what could not be told, and send it again.",
        epilog="they are a gateway's: name it by --server or JUDGE_SERVER, with the key (scope webhooks) in JUDGE_KEY",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser(
        "create", help="make one and print its id and secret", description="Make a webhook; its secret is shown once."
    )
    create.add_argument("url", metavar="URL", help="where it is sent: https")
    for name, what in (("events", "what it is told"), ("kinds", "of which kinds of work"),
                       ("statuses", "of work that ended so: AC,WA"), ("languages", "of work in these"),
                       ("packages", "of submissions to these (digests)")):  # fmt: skip
        create.add_argument(f"--{name}", default="", metavar="A,B", help=f"{what} (default: all)")
    create.add_argument("--no-reports", action="store_true", help="leave the reports out")
    create.add_argument("--tenant", metavar="NAME", help="for admins: whose work (* = everybody's)")
    create.add_argument("--note", default="", metavar="TEXT", help="what it is for")
    actions.add_parser("list", help="list them", description="List the webhooks, newest first.")
    for name, said in (("rotate", "give it a new secret, and print that"), ("ping", "send it something, to try it"),
                       ("off", "tell it nothing any more"), ("on", "tell it again"),
                       ("delete", "remove it with all that it was not told yet"),
                       ("deliveries", "list what it could not be told"),
                       ("replay", "send a delivery again, or all dead letters")):  # fmt: skip
        action = actions.add_parser(name, help=said, description=f"{said[0].upper()}{said[1:]}.")
        action.add_argument("id", metavar="ID", help="the webhook's id")
    actions.choices["rotate"].add_argument(
        "--keep-old", default="1d", metavar="TIME", help="for how long the old one signs, too: 12h, 7d (default: 1d)"
    )
    actions.choices["deliveries"].add_argument(
        "--state", default="dead", choices=get_args(DeliveryState), help="which (default: dead, the dead letters)"
    )
    actions.choices["replay"].add_argument("delivery", nargs="?", default="", metavar="DELIVERY", help="its id")
    for action in actions.choices.values():
        action.add_argument("--server", metavar="URL", help="the gateway (JUDGE_SERVER), with the key in JUDGE_KEY")
        action.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Do what is asked."""
    if not server_asked(args):
        raise UsageError("webhooks are a gateway's: name it by --server or JUDGE_SERVER")
    with open_http_client(args) as client:
        found, text = _DOING[args.action](client, args)
    if args.json:
        print(msgspec.json.encode(found).decode())
    elif text:
        print(printable_lines(text))
    return 0


def printable_lines(text: str) -> str:
    """Each line as it may be shown: what a tenant wrote commands no terminal."""
    return "\n".join(printable(line) for line in text.split("\n"))


def _create(client: HttpClient, args: argparse.Namespace) -> tuple[Any, str]:
    wanted = WebhookRequest(
        url=args.url,
        events=_these(Told, args.events, "event"),
        kinds=_these(WorkKind, args.kinds, "kind"),
        statuses=_words(args.statuses),
        languages=_words(args.languages),
        packages=_words(args.packages),
        reports=not args.no_reports,
        note=args.note,
        tenant=msgspec.UNSET if args.tenant is None else args.tenant,
    )
    made = client.create_webhook(wanted)
    return made, f"{made.id} {made.secret}"


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _these(kind: type[W], text: str, what: str) -> tuple[W, ...]:
    unknown = next((word for word in _words(text) if word not in set(kind)), None)
    if unknown is not None:
        raise UsageError(f"no {what} {unknown[:40]!r}; there are {', '.join(kind)}")
    return tuple(kind(word) for word in _words(text))


def _list(client: HttpClient, _: argparse.Namespace) -> tuple[Any, str]:
    found = list(client.webhooks())
    return found, _table(("id", "state", "tenant", "sent", "waiting", "dead", "url", "note"), map(_row, found))


def _row(one: WebhookForm) -> Sequence[object]:
    return one.id, one.state, one.tenant, one.sent, one.waiting, one.dead, one.url, one.note


def _rotate(client: HttpClient, args: argparse.Namespace) -> tuple[Any, str]:
    match = _TIME.fullmatch(args.keep_old)
    if match is None:
        raise UsageError(f"--keep-old {args.keep_old[:40]!r}: a number with h or d, such as 12h")
    secret = client.rotate_webhook(args.id, keep_old_s=int(match[1]) * _UNITS_S[match[2]])
    return {"secret": secret}, secret


def _ping(client: HttpClient, args: argparse.Namespace) -> tuple[Any, str]:
    delivery = client.ping_webhook(args.id)
    return {"delivery": delivery}, delivery


def _turn(client: HttpClient, args: argparse.Namespace) -> tuple[Any, str]:
    found = client.change_webhook(args.id, WebhookChange(on=args.action == "on"))
    return found, f"{found.id} {found.state}"


def _delete(client: HttpClient, args: argparse.Namespace) -> tuple[Any, str]:
    client.remove_webhook(args.id)
    return {"removed": args.id}, ""


def _deliveries(client: HttpClient, args: argparse.Namespace) -> tuple[Any, str]:
    found = list(client.webhook_deliveries(args.id, args.state))
    return found, _table(("id", "type", "of", "at", "attempts", "last", "reason"), map(_delivery_row, found))


def _delivery_row(one: DeliveryForm) -> Sequence[object]:
    last = (str(one.attempts[0].status) if one.attempts[0].status else one.attempts[0].error) if one.attempts else "-"
    return one.id, one.type, one.subject, local(one.at_ms), one.attempts_made, last, one.reason


def _replay(client: HttpClient, args: argparse.Namespace) -> tuple[Any, str]:
    count = client.replay_webhook(args.id, args.delivery)
    return {"replayed": count}, f"{count} sent again"


def _table(head: Sequence[str], rows: Any) -> str:
    lines = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


_DOING = {
    "create": _create,
    "list": _list,
    "rotate": _rotate,
    "ping": _ping,
    "on": _turn,
    "off": _turn,
    "delete": _delete,
    "deliveries": _deliveries,
    "replay": _replay,
}
