"""``judge metrics``: list every series that /metrics exposes, for people, as Markdown or as JSON."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from judge.parsers import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "metrics",
        help="list every series that /metrics exposes",
        description="List every series that a worker's /metrics exposes: name, type, labels, meaning.",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="the text of docs/reference/metrics.md")
    form.add_argument("--json", action="store_true", help="a JSON array, one object per series")


def run(args: argparse.Namespace) -> int:
    """Print the list."""
    from judge.observe.metrics.series import METRICS

    if args.markdown:
        from judge.observe.metrics.reference import markdown

        print(markdown(), end="")
    elif args.json:
        print(msgspec.json.encode([_as_dict(metric) for metric in METRICS]).decode())
    else:
        _print_table()
    return 0


def _print_table() -> None:
    from rich.table import Column, Table

    from judge.cli.showing import wide_console
    from judge.observe.metrics.series import SECTIONS

    console = wide_console()
    for title, group in SECTIONS:
        name = Column("series", no_wrap=True)  # what is looked for: cut last
        table = Table(name, "labels", "meaning", title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
        for metric in group:
            table.add_row(f"{metric.name} ({metric.kind})", ", ".join(metric.labels), metric.help)
        console.print(table)


def _as_dict(metric: Any) -> dict[str, Any]:
    return {
        "name": metric.name,
        "type": str(metric.kind),
        "unit": metric.unit,
        "labels": metric.labels,
        "scope": metric.scope,
        "help": metric.help,
    }
