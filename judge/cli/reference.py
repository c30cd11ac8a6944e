"""docs/reference/command-line.md, made from the parsers of all commands. Not a command itself."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator

from judge.cli.commands import COMMANDS

_PAGE_HEAD = """# Command line

<!-- Generated from the parsers and compared by a test: tests/unit/cli/test_reference.py says how. Do not edit. -->

`judge COMMAND --help` prints the same in the terminal, `judge help` lists the commands, and
`eval "$(judge completion bash)"` completes them. How each command ends is in [exit codes](exit-codes.md); which
settings apply is in [settings](settings.md). SIZE is a number with `K`, `M` or `G`; URL is the address of the service's
Redis.

"""


def command_line_page() -> str:
    """The text of docs/reference/command-line.md."""
    index = "".join(f"| [`{command}`](#judge-{command}) | {summary} |\n" for command, _, summary in COMMANDS)
    sections = "".join(
        "".join(_section(f"judge {command}", parser_of(command, module), 2)) for command, module, _ in COMMANDS
    )
    return f"{_PAGE_HEAD}| command | |\n|---|---|\n{index}{sections}"


def parser_of(command: str, module: str) -> argparse.ArgumentParser:
    """The parser of one command, alone."""
    subparsers = argparse.ArgumentParser(prog="judge").add_subparsers()
    importlib.import_module(f"judge.cli.{module}").add_parser(subparsers)
    parser: argparse.ArgumentParser = subparsers.choices[command]
    return parser


def _section(name: str, parser: argparse.ArgumentParser, level: int) -> Iterator[str]:
    """One command: its description and arguments, then its sub-commands one level below."""
    yield f"\n{'#' * level} {name}\n"
    for text in (parser.description, parser.epilog):
        if text:
            yield f"\n{_words(text)}\n"
    rows = [_row(action) for action in parser._actions if _is_shown(action)]
    if rows:
        yield "\n| argument | |\n|---|---|\n" + "".join(rows)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                yield from _section(f"{name} {word}", below, level + 1)


def _is_shown(action: argparse.Action) -> bool:
    hidden = isinstance(action, (argparse._HelpAction, argparse._SubParsersAction))
    return not hidden and action.help is not argparse.SUPPRESS


def _row(action: argparse.Action) -> str:
    return f"| {_form(action)} | {_words(action.help or '').replace('|', chr(92) + '|')} |\n"


def _form(action: argparse.Action) -> str:
    """How an argument is written."""
    value = _value(action)
    if not action.option_strings:
        return f"`{value}`"
    words = [option if action.nargs == 0 else f"{option} {value}" for option in action.option_strings]
    return ", ".join(f"`{word}`" for word in words)


def _value(action: argparse.Action) -> str:
    if action.metavar is not None:
        value = action.metavar if isinstance(action.metavar, str) else " ".join(action.metavar)
    elif action.choices is not None:
        value = "{" + ",".join(map(str, action.choices)) + "}"
    else:
        value = action.dest.upper().replace("_", "-")
    several = {"*": f"[{value} ...]", "+": f"{value} ...", "?": f"[{value}]"}
    return several.get(str(action.nargs), value)


def _words(text: str) -> str:
    return " ".join(text.replace("%%", "%").split())
