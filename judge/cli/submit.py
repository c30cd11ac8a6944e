"""``judge submit``: hand in a submission, watch it, print the verdict."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from msgspec import UNSET, UnsetType
from rich.console import Console

from judge import wire
from judge.cli.options import broker_option, first_named, read_sources
from judge.cli.service import open_client, server_asked
from judge.cli.showing import now_ms, print_work_report, terminal_width, work_exit_code
from judge.client import Client, HttpClient, new_id
from judge.config import load_settings
from judge.errors import SubmissionCancelled, UsageError
from judge.grading.programs import first_line
from judge.model.event import (
    Cancelled,
    CaseJudged,
    Claimed,
    Compiled,
    Compiling,
    Done,
    Event,
    OutputChunk,
    ProgramCaseJudged,
    ProgramProgressed,
    Queued,
    Retried,
    TestJudged,
    Verifying,
    WorkDone,
)
from judge.model.report import Report
from judge.model.submission import HandIn, Submission
from judge.model.units import format_bytes, format_ns
from judge.model.verdict import Verdict
from judge.model.work_report import status_of
from judge.parsers import Subparsers
from judge.queue.admin import worker_views
from judge.render.any_report import text_of_report
from judge.render.report_text import headline
from judge.render.view import Role, view_of, work_view_of
from judge.text import printable
from judge.toolchain.definitions import Languages

_LINE_CHARS_MAX = 500


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "submit",
        help="hand in a submission and watch it",
        description="Hand in a program to be judged against a problem package by a running service, show its progress "
        "test by test and its verdict. The id comes first, on standard error; Ctrl-C leaves the submission where it "
        "is.",
    )
    parser.add_argument(
        "package", help="the problem package: a directory, or sha256:DIGEST of one in the package store"
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="the source files, the main one first")
    broker_option(parser)
    parser.add_argument("--language", default="", help="language id (default: found by the file name)")
    parser.add_argument("--main", default="", help="the main file (default: the first named, else found)")
    parser.add_argument("--id", default="", help="idempotency key: the same id is the same submission")
    parser.add_argument("--class", dest="priority_class", default="practice", choices=wire.PRIORITY_CLASSES)
    parser.add_argument("--tenant", default="", help="on whose behalf (fairness and limits are by tenant)")
    parser.add_argument("--tags", default="", help="what the worker must offer, such as aarch64,gpu")
    parser.add_argument(
        "--student",
        metavar="NAME",
        help="whose work on an assignment it is; over HTTP without it the key's own (another's needs the scope marker)",
    )
    parser.add_argument(
        "--no-wait", action="store_true", help="print the id and leave; judge status, follow and result take it"
    )
    parser.add_argument(
        "--view",
        choices=[role.value for role in Role],
        help="what is shown of it (default: contestant; with --json: judge, which is everything)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print the report (with --no-wait: the id) as one JSON object"
    )


def run(args: argparse.Namespace) -> int:
    """Hand in, follow, print."""
    languages = Languages.open(load_settings().worker.languages_dir)
    sources = read_sources(args.files)
    submission = Submission(
        id=args.id or new_id(),
        package=package_reference(args.package, over_http=bool(server_asked(args))),
        sources=sources,
        language=args.language or languages.detect([file.name for file in sources], first_line(sources)).id,
        main=args.main or first_named(args.files, languages, args.language),
        priority_class=args.priority_class,
        tenant=args.tenant,
        tags=tuple(tag for tag in args.tags.split(",") if tag),
        hand_in=_hand_in(args),
    )
    with open_client(args) as client:
        _say_when_nobody_judges(client)
        try:
            client.submit(submission)
            if args.no_wait:
                print(json.dumps({"id": submission.id}) if args.json else submission.id)
                return 0
            print(f"submission {submission.id}", file=sys.stderr, flush=True)
            return watch(submission.id, client.follow(submission.id), quiet=args.json, report=_finish(args))
        except KeyboardInterrupt:
            named = {"broker": args.broker, "server": args.server}
            broker = "".join(f" --{name} {address}" for name, address in named.items() if address)
            print(
                f"\njudge submit: submission {submission.id} goes on; "
                f"judge follow{broker} {submission.id} watches it, judge cancel{broker} {submission.id} withdraws it",
                file=sys.stderr,
            )
            raise


def _hand_in(args: argparse.Namespace) -> HandIn | UnsetType:
    """Over HTTP the server says when it came and which attempt it is; straight into the queue it is the first, now."""
    if args.student is None:
        return UNSET
    return HandIn(student=args.student, handed_in_at_ms=0 if server_asked(args) else now_ms())


def package_reference(package: str, *, over_http: bool = False) -> str:
    """How workers find the package: a digest as it is, a directory by its absolute path. Raises UsageError.

    Over HTTP a package has its name in the store, or its digest.
    """
    if over_http and Path(package).is_dir():
        raise UsageError(f"over HTTP a package is named by its digest, not by a directory ({package}): judge publish")
    if over_http or package.startswith("sha256:"):
        return package
    if not Path(package).is_dir():
        raise UsageError(f"problem package {package}: no such directory")
    return os.path.abspath(package)


def _say_when_nobody_judges(client: Client | HttpClient) -> None:
    """The queue refuses what no worker offers; where there are no workers at all it waits, and that is said."""
    if not (worker_views(client.queue) if isinstance(client, Client) else client.waiting().slots):
        print("judge submit: no worker runs now; the submission waits for one", file=sys.stderr)


def exit_code(verdict: Verdict) -> int:
    """0 accepted, 1 rejected, 5 not judged."""
    return {Verdict.AC: 0, Verdict.JE: 5}.get(verdict, 1)


def watch(
    submission_id: str,
    events: Iterable[Event],
    *,
    quiet: bool = False,
    report: Callable[[Report], object] | None = None,
) -> int:
    """Show progress on standard error and hand over the report; returns its exit code.

    ``report`` shows it (default: as text, or not at all when ``quiet``). Raises SubmissionCancelled.
    """
    show = report or (_no_report if quiet else print_report)
    console = Console(stderr=True, quiet=quiet)
    with console.status("queued") as status:
        for event in events:
            if isinstance(event, Done):
                show(event.report)
                return exit_code(event.report.verdict)
            if isinstance(event, WorkDone):
                if not quiet:
                    print_work_report(work_view_of(event.report, Role.CONTESTANT))
                return work_exit_code(event.report)
            if isinstance(event, Cancelled):
                break
            line = describe(event)
            status.update(line)
            console.print(line, markup=False, highlight=False)
    raise SubmissionCancelled(f"submission {submission_id} was cancelled")


def print_report(report: Report, role: Role = Role.CONTESTANT) -> None:
    """The verdict, why, what the compiler said and programs printed, as ``role`` may see it."""
    shown = view_of(report, role, now_ms())
    print(text_of_report(shown, details=False, width=terminal_width()))
    hidden = role is Role.CONTESTANT and report.coursework is None
    if hidden and report.verdict in (Verdict.WA, Verdict.RTE, Verdict.JE) and not shown.reason:
        print("  a hidden test; --view judge shows what it was about")


def _finish(args: argparse.Namespace) -> Callable[[Report], object]:
    if args.json:
        return partial(_print_json, role=Role(args.view or Role.JUDGE))
    return partial(print_report, role=Role(args.view or Role.CONTESTANT))


def _print_json(report: Report, role: Role) -> None:
    sys.stdout.buffer.write(wire.encode(view_of(report, role, now_ms())) + b"\n")


def _no_report(_report: Report) -> None:
    """Somebody else shows it."""


def describe(event: Event) -> str:
    """One line about an event."""
    match event:
        case Queued():
            return "queued"
        case Claimed():
            again = f", attempt {event.attempt}" if event.attempt > 1 else ""
            return f"claimed by {event.worker} after {format_ns(event.wait_ns)}{again}"
        case Compiling():
            return f"compiling ({event.language})"
        case Compiled(checked=False):
            return "run at once; checked if its first run fails"
        case Compiled():
            return "compiled" + (" (cached)" if event.cached else f" in {format_ns(event.wall_time_ns)}")
        case CaseJudged():
            return (
                f"test {event.index}/{event.total} {printable(event.case.name, _LINE_CHARS_MAX)}: "
                f"{event.case.verdict or 'not run'}{_cost(event)}"
            )
        case Retried():
            return f"attempt {event.attempt} failed: {printable(event.reason, _LINE_CHARS_MAX)}"
        case Cancelled():
            return "cancelled"
        case OutputChunk():
            return f"{len(event.content)} bytes of output"
        case TestJudged():
            return (
                f"test {event.index}/{event.total} {printable(event.test.name, _LINE_CHARS_MAX)}: {event.test.verdict}"
            )
        case Verifying():
            seen = "" if event.result is None else f": {event.result.verdict or 'skipped'}"
            return printable(f"part {event.done}/{event.total} {event.part}{seen}", _LINE_CHARS_MAX)
        case ProgramCaseJudged() | ProgramProgressed():
            return printable(_said_by_program(event), _LINE_CHARS_MAX)
        case Done():
            return summary(event.report)
        case WorkDone():
            return printable(f"{status_of(event.report)} {event.report.reason}".rstrip(), _LINE_CHARS_MAX)


def _said_by_program(event: ProgramCaseJudged | ProgramProgressed) -> str:
    if isinstance(event, ProgramCaseJudged):
        return f"case {event.index} {event.case.name}: {event.case.verdict}"
    return f"part {event.done}{f'/{event.total}' if event.total else ''} {event.message}".rstrip()


def summary(report: Report) -> str:
    """The verdict and what it cost, in one line."""
    where = f" on {report.deciding_case}" if report.deciding_case else ""
    return printable(f"{headline(report)}{where}", _LINE_CHARS_MAX)


def _cost(event: CaseJudged) -> str:
    run = event.case.run
    return f" ({format_ns(run.usage.cpu_time_ns)}, {format_bytes(run.usage.memory_peak_bytes)})" if run else ""
