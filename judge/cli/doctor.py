"""``judge doctor``: does this host (or a broker, or a gateway) have what it takes, and how to mend what it lacks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import msgspec

from judge.config import Settings, load_settings
from judge.host.doctor import examine, is_fit
from judge.model.finding import Finding, Status
from judge.parsers import Subparsers

_MARKS = {Status.OK: "[green]ok[/]", Status.WARNING: "[yellow]warning[/]", Status.MISSING: "[bold red]missing[/]"}


def add_parser(subparsers: Subparsers) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "doctor",
        help="check this host and say how to mend it",
        description="Check every prerequisite of the sandbox, then run one program in it. Exit code 0: submissions can "
        "be run here (warnings may remain); 5: something is missing.",
    )
    parser.add_argument("--broker", metavar="URL", help="check this Redis instead of the host's sandbox")
    parser.add_argument(
        "--server", metavar="URL", help="check this gateway, and what the key in JUDGE_KEY may do there, instead"
    )
    parser.add_argument("--json", action="store_true", help="a JSON object: ok, and an array of findings")


def run(args: argparse.Namespace) -> int:
    """Examine and print."""
    settings = load_settings()
    if args.server:
        findings = _server_findings(args)
    elif args.broker:
        findings = _broker_findings(settings.with_broker(args.broker))
    else:
        findings = examine(settings.state, settings.sandbox.cgroup_root, settings.sandbox.uid_base)
    if args.json:
        print(msgspec.json.encode({"ok": is_fit(findings), "findings": findings}).decode())
    else:
        _print_table(findings)
    return 0 if is_fit(findings) else 5


def _server_findings(args: argparse.Namespace) -> list[Finding]:
    from judge.cli.service import open_http_client
    from judge.client.http.check import check_server

    with open_http_client(args) as client:
        return check_server(client)


def _broker_findings(settings: Settings) -> list[Finding]:
    from judge.queue.check import check_broker
    from judge.queue.settings import broker_of

    return check_broker(broker_of(settings))


def _print_table(findings: Sequence[Finding]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from judge.cli.showing import wide_console

    console = wide_console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for name in ("", "what", "found"):
        table.add_column(name, overflow="fold")
    for finding in findings:
        remedy = f"\n[bold]remedy:[/] {escape(finding.remedy)}" if finding.remedy else ""
        table.add_row(_MARKS[finding.status], finding.name, escape(finding.found) + remedy)
    console.print(table)
    missing = sum(finding.status is Status.MISSING for finding in findings)
    warnings = sum(finding.status is Status.WARNING for finding in findings)
    verdict = f"[bold red]{missing} missing: nothing can be run here[/]" if missing else "[green]ready to judge[/]"
    console.print(f"{verdict}{f', {warnings} warnings' if warnings else ''}")
