"""``judge config``: which settings hold, and where each comes from. Also makes docs/reference/settings.md."""

from __future__ import annotations

import argparse
import typing

import msgspec
from rich.console import Console
from rich.table import Table

from judge.config import DEFAULT_FILE, SECTIONS, Settings, Sourced, read_settings
from judge.queue.broker import redact

#: Settings that may carry a password.
_ADDRESSES = ("broker", "ticket_broker")

_PAGE_HEAD = f"""# Settings

Every command and every process of the service reads its settings once, when it starts. Order, later wins: the
defaults; the TOML file that `JUDGE_CONFIG` names (else `{DEFAULT_FILE}`, when it is there); environment variables
`JUDGE_` + the name in upper case. In a variable a list is separated by commas, a table is JSON, true and false are so
written. `judge config` shows what holds and where it comes from (`--json`; `--defaults`: all defaults).

    slots = 4                                  # judge.toml
    class_weights = {{ contest = 32, practice = 4 }}

    JUDGE_SLOTS=4 JUDGE_LANGUAGES=cpp,java judge worker --broker redis://queue.example:6379/0

An unknown name, a value that does not fit, and a file or directory that is not there are refused (exit code 2) with
the name, the near one and where it was read. Variables of others that only look like ours are left alone: what
Kubernetes and Docker set for a service called judge, and the tests' `JUDGE_TEST_...`.
"""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One setting. ``source``: "default", "file PATH" or "environment variable NAME"."""

    name: str
    value: object
    source: str
    description: str


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
    """Print them."""
    rows = rows_of(Sourced(settings=Settings(), sources={}) if args.defaults else read_settings())
    if args.json:
        print(msgspec.json.encode(rows).decode())
        return 0
    table = Table(pad_edge=False)
    for name in ("setting", "value", "what it means" if args.defaults else "from"):
        table.add_column(name, overflow="fold")
    for row in rows:
        style = "" if row.source == "default" else "bold"
        table.add_row(row.name, shown(row.value), row.description if args.defaults else row.source, style=style)
    Console(highlight=False, markup=False).print(table)
    return 0


def rows_of(sourced: Sourced) -> list[Row]:
    """Every setting in the order of the page; passwords in addresses are left out."""
    values = msgspec.to_builtins(sourced.settings)
    for name in _ADDRESSES:
        values[name] = redact(values[name])
    descriptions = _descriptions()
    return [
        Row(name=name, value=values[name], source=sourced.sources.get(name, "default"), description=descriptions[name])
        for name in Settings.__struct_fields__
    ]


def shown(value: object) -> str:
    """A value as it is written in a settings file."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return "{" + ", ".join(f"{key} = {shown(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(shown(item) for item in value) + "]"
        case str():
            return f'"{value}"'
    return str(value)


def settings_page() -> str:
    """The text of docs/reference/settings.md."""
    lines = [_PAGE_HEAD]
    for row in rows_of(Sourced(settings=Settings(), sources={})):
        if row.name in SECTIONS:
            lines += ["", f"## {SECTIONS[row.name]}", "", "| setting | default | |", "|---|---|---|"]
        value = (
            "`/var/lib/judge`; of a plain user `~/.local/state/judge`"
            if row.name == "state_dir"
            else f"`{shown(row.value)}`"
        )
        lines.append(f"| `{row.name}` | {value} | {row.description.replace('|', chr(92) + '|')} |")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _descriptions() -> dict[str, str]:
    """What each setting means: the descriptions in the type of :class:`Settings`."""
    found = {}
    for name, hint in typing.get_type_hints(Settings, include_extras=True).items():
        texts = [meta.description for meta in typing.get_args(hint)[1:] if getattr(meta, "description", None)]
        found[name] = " ".join(texts)
    return found
