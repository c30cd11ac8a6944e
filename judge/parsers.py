"""Parsers of commands, and the type of what a command adds its parser to: argparse gives it a private name only."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn, TypeAlias

#: What ``ArgumentParser.add_subparsers`` returns.
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class CommandParser(argparse.ArgumentParser):
    """A parser, also of each command below it, whose errors are about its own command.

    What argparse makes of a word that nobody knows is the outermost parser's error, with its usage.
    """

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> tuple[Any, list[str]]:  # type: ignore[override]
        """As argparse's; ends with 2 for a word that is not known, so that the second value is empty."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """The usage, what is wrong and what tells more, on standard error; ends with 2."""
        super().error(f"{message}; {self.prog} --help tells more")
