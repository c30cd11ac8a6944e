"""``judge course export``: a report in the format of another system."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from judge.cli.report import read_report
from judge.gradebook.formats.exercism import VERSIONS, write_results
from judge.gradebook.formats.table import FORMATS
from judge.kernel.atomic_files import write_whole
from judge.parsers import Subparsers
from judge.render.view import Role, view_of

_ROLES = {"judge": Role.JUDGE, "marker": Role.MARKER, "student": Role.CONTESTANT}


def add_parser(actions: Subparsers) -> None:
    """Define the command line."""
    parser = actions.add_parser(
        "export",
        help="write a report as Gradescope, PrairieLearn, Exercism, GitHub Classroom or JUnit have it",
        description="Write the report that judge grade --json, judge result --json or judge course grade wrote. "
        "Gradescope gets all of it, with who may see what; the others show all that they get, and get what the student "
        "may see now.",
    )
    parser.add_argument("--format", choices=FORMATS, required=True, help="whose format")
    parser.add_argument("report", metavar="REPORT", help="the report's file ('-' = standard input)")
    parser.add_argument("-o", "--out", metavar="FILE", default="-", help="where to (default: standard output)")
    parser.add_argument("--role", choices=_ROLES, help="who may read it (default: student; of gradescope judge)")
    parser.add_argument(
        "--format-version", type=int, choices=VERSIONS, default=VERSIONS[-1], help="of Exercism's format (default: 3)"
    )


def run(args: argparse.Namespace) -> int:
    """Read, view, write."""
    chosen = FORMATS[args.format]
    role = _ROLES[args.role or ("judge" if chosen.filters else "student")]
    report = view_of(read_report(args.report), role, time.time_ns() // 1_000_000)
    data = write_results(report, args.format_version) if args.format == "exercism" else chosen.write(report)
    if args.out == "-":
        sys.stdout.buffer.write(data if data.endswith(b"\n") else data + b"\n")
    else:
        write_whole(Path(args.out), data, mode=0o644)
    return 0
