"""``judge course init``: a first assignment, to be changed into one's own."""

from __future__ import annotations

import argparse
from pathlib import Path

from judge.errors import UsageError
from judge.gradebook.starter import LANGUAGES, starter_assignment
from judge.parsers import Subparsers
from judge.text import shown


def add_parser(actions: Subparsers) -> None:
    """Define the command line."""
    parser = actions.add_parser(
        "init",
        help="write a first assignment, to be changed into your own",
        description="Write an assignment with tests, a part that is marked by hand, a file for students to begin with, "
        "and labelled work: judge course check, judge verify and judge course grade take it as it is.",
    )
    parser.add_argument("directory", metavar="DIR", help="a directory that is not there yet, or is empty")
    parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0], help="default: %(default)s")


def run(args: argparse.Namespace) -> int:
    """Write."""
    root = Path(args.directory)
    try:
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise UsageError(f"{shown(args.directory)}: is there already")
        for name, text in starter_assignment(args.language).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{shown(args.directory)}: {error.strerror}") from error
    print(f"{shown(args.directory)}/assignment.yaml")
    return 0
