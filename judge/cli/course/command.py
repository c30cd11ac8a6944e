"""``judge course``: a class on an assignment, from its first file to the gradebook."""

from __future__ import annotations

import argparse

from judge.cli.course import check, foreign_export, foreign_import, grade, init, install, marks, show, test_runner
from judge.parsers import Subparsers

_ACTIONS = {
    "init": init,
    "check": check,
    "grade": grade,
    "marks": marks,
    "show": show,
    "import": foreign_import,
    "export": foreign_export,
    "install": install,
    "test-runner": test_runner,
}


def add_parser(subparsers: Subparsers) -> None:
    """Add the command's actions."""
    parser = subparsers.add_parser(
        "course",
        help="grade a class on an assignment",
        description="Make an assignment, check it, grade what a class handed in, bring in marks that people gave, and "
        "show one student's work as somebody may see it (docs/howto/grade-a-class.md); take over what other systems "
        "have, and write what they read.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for action in _ACTIONS.values():
        action.add_parser(actions)


def run(args: argparse.Namespace) -> int:
    """Dispatch to the action."""
    return int(_ACTIONS[args.action].run(args))
