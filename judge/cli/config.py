"""``judge config``: which settings hold, and where each comes from."""

from __future__ import annotations

import argparse

import msgspec
from rich.console import Console
from rich.table import Table

from judge.config import Settings, Sourced, read_settings
from judge.config.known import all_settings
from judge.config.reference import toml_text
from judge.parsers import Subparsers
from judge.queue.broker import redact

#: Settings that may carry a password.
_ADDRESSES = ("broker.address", "tickets.broker")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One setting. ``name``: the environment variable's, in lower case and without JUDGE_; ``place``: where it stands
    in the settings file, ``section.name``; ``source``: "default", "file PATH" or "environment variable NAME"."""

    name: str
    place: str
    value: object
    source: str
    description: str


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "config",
        help="show the settings that hold, and where each comes from",
        description="Show the settings that hold here and now, and where each comes from: a default, the settings "
        "file or the environment.",
    )
    parser.add_argument("--defaults", action="store_true", help="all settings at their defaults, with what they mean")
    parser.add_argument("--json", action="store_true", help="print a JSON array, one object a setting")


def run(args: argparse.Namespace) -> int:
    """Print all settings."""
    sourced = Sourced(settings=Settings(), sources={}) if args.defaults else read_settings()
    rows = rows_of(sourced)
    if args.json:
        print(msgspec.json.encode(rows).decode())
        return 0
    table = Table(pad_edge=False)
    for name in ("setting", "value", "what it means" if args.defaults else "from"):
        table.add_column(name, overflow="fold")
    for row in rows:
        style = "" if row.source == "default" else "bold"
        table.add_row(row.place, toml_text(row.value), row.description if args.defaults else row.source, style=style)
    console = Console(highlight=False, markup=False)
    console.print(table)
    for warning in sourced.warnings:
        console.print(warning)
    return 0


def rows_of(sourced: Sourced) -> list[Row]:
    """Every setting in the order of the page; passwords in addresses are left out."""
    return [
        Row(
            name=setting.old_name,
            place=setting.place,
            value=redact(str(value)) if setting.place in _ADDRESSES else value,
            source=sourced.sources.get(setting.place, "default"),
            description=setting.description,
        )
        for setting in all_settings()
        for value in (setting.value_in(sourced.settings),)
    ]
