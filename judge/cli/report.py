"""``judge report``: a report read again, as text or as a page."""

from __future__ import annotations

import argparse
import json
import os
import sys
from inspect import cleandoc

import msgspec

from judge import wire
from judge.cli.showing import now_ms, show_report, showing_options, write_page
from judge.errors import UsageError, WireError
from judge.model.report import REPORT_VERSION, Report
from judge.parsers import Subparsers
from judge.render.any_report import page_of_report
from judge.render.view import Role, view_of

#: Larger files are no reports.
_BYTES_MAX = 256 << 20


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "report",
        help="show a report again, as text or as an HTML page",
        description="Show the report that judge grade --json or judge submit --json printed. With --html, write a "
        "self-contained page with time and memory bars per test.",
    )
    parser.add_argument("file", nargs="?", metavar="FILE.json", help="the report ('-' = standard input)")
    showing_options(parser)
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of reports and exit")


def run(args: argparse.Namespace) -> int:
    """Read, check, show."""
    if args.schema:
        print(json.dumps(report_schema(), indent=2))
        return 0
    if not args.file:
        raise UsageError("name the report's file, or '-' for standard input")
    report = read_report(args.file)
    if args.json or not args.html:
        show_report(report, args)
    else:
        write_page(page_of_report(view_of(report, Role(args.view), now_ms())), args.html)
    return 0


def read_report(name: str) -> Report:
    """Read a report's file. Raises UsageError naming the file and what is wrong in it."""
    try:
        if name == "-":
            data = sys.stdin.buffer.read(_BYTES_MAX)
        else:
            with open(name, "rb") as file:
                data = file.read(_BYTES_MAX)
        report = wire.decode_report(data)
    except OSError as error:
        raise UsageError(f"{name}: {os.strerror(error.errno or 0)}") from error
    except WireError as error:
        raise UsageError(f"{name}: this is no report: {error}") from error
    if report.version > REPORT_VERSION:
        raise UsageError(f"{name}: version {report.version} of reports; this judge knows {REPORT_VERSION}")
    return report


def report_schema() -> dict[str, object]:
    """The JSON schema of :class:`~judge.model.report.Report`, as published in docs/reference/report.schema.json."""
    schema = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(Report)))
    for definition in schema["$defs"].values():
        definition["description"] = cleandoc(definition.get("description", ""))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Report of a judged submission, version {REPORT_VERSION}",
        **schema,
    }
