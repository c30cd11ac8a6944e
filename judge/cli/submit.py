"""``judge submit``: hand in a submission, watch it, print the verdict."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from rich.console import Console

from judge import wire
from judge.cli.service import broker_option, open_client
from judge.client import Client, submission_of
from judge.config import load_settings
from judge.errors import SubmissionCancelled, UsageError
from judge.language import Languages
from judge.model.event import Cancelled, CaseJudged, Claimed, Compiled, Compiling, Done, Event, Queued, Retried
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.units import format_bytes, format_ns
from judge.model.verdict import Verdict
from judge.queue.admin import worker_views


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "submit",
        help="hand in a submission and watch it",
        description="Hand in a program to be judged against a problem package by a running service, show its progress "
        "test by test and its verdict. Exit code 0 = accepted, 1 = another verdict, 5 = judge error.",
    )
    parser.add_argument(
        "package", help="the problem package: a directory, or sha256:DIGEST of one in the package store"
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="the source files, the main one first")
    broker_option(parser)
    parser.add_argument("--language", default="", help="language id (default: found by the file name)")
    parser.add_argument("--id", default="", help="idempotency key: the same id is the same submission")
    parser.add_argument("--class", dest="priority_class", default="practice", choices=wire.PRIORITY_CLASSES)
    parser.add_argument("--tenant", default="", help="on whose behalf (fairness and limits are by tenant)")
    parser.add_argument("--tags", default="", help="what the worker must offer, such as aarch64,gpu")
    parser.add_argument(
        "--no-wait", action="store_true", help="print the id and leave; judge submit --id ... asks again"
    )
    parser.add_argument(
        "--json", action="store_true", help="print the report (with --no-wait: the id) as one JSON object"
    )


def run(args: argparse.Namespace) -> int:
    """Hand in, follow, print."""
    submission = submission_of(
        *args.files,
        package=package_reference(args.package),
        language=args.language or detect_language(args.files),
        id=args.id,
        priority_class=args.priority_class,
        tenant=args.tenant,
        tags=tuple(tag for tag in args.tags.split(",") if tag),
    )
    with open_client(args.broker) as client:
        _say_when_nobody_judges(client)
        client.submit(submission)
        if args.no_wait:
            print(json.dumps({"id": submission.id}) if args.json else submission.id)
            return 0
        return _watch(client, submission, as_json=args.json)


def package_reference(package: str) -> str:
    """How workers find the package: a digest as it is, a directory by its absolute path. Raises UsageError."""
    if package.startswith("sha256:"):
        return package
    if not Path(package).is_dir():
        raise UsageError(f"problem package {package}: no such directory")
    return os.path.abspath(package)


def detect_language(files: list[str]) -> str:
    """The language id by the files' names. Raises LanguageError when none fits."""
    return Languages.open(load_settings().languages_dir).detect([Path(file).name for file in files]).id


def _say_when_nobody_judges(client: Client) -> None:
    """The queue refuses what no worker offers; where there are no workers at all it waits, and that is said."""
    if not worker_views(client.queue):
        print("judge submit: no worker runs now; the submission waits for one", file=sys.stderr)


def exit_code(verdict: Verdict) -> int:
    """0 accepted, 1 rejected, 5 not judged."""
    return {Verdict.AC: 0, Verdict.JE: 5}.get(verdict, 1)


def _watch(client: Client, submission: Submission, *, as_json: bool) -> int:
    console = Console(stderr=True, quiet=as_json)
    with console.status("queued") as status:
        for event in client.follow(submission.id):
            if isinstance(event, Done):
                return _finish(event.report, as_json=as_json)
            if isinstance(event, Cancelled):
                break
            line = describe(event)
            status.update(line)
            console.print(line, markup=False, highlight=False)
    raise SubmissionCancelled(f"submission {submission.id} was cancelled")


def _finish(report: Report, *, as_json: bool) -> int:
    if as_json:
        sys.stdout.buffer.write(wire.encode(report) + b"\n")
    else:
        print(summary(report))
        if report.why:
            print(f"  {report.why}")
        if report.compile is not None and not report.compile.ok:
            print(report.compile.log.rstrip())
    return exit_code(report.verdict)


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
        case Compiled():
            return "compiled" + (" (cached)" if event.cached else f" in {format_ns(event.wall_time_ns)}")
        case CaseJudged():
            return (
                f"test {event.index}/{event.total} {event.case.name}: {event.case.verdict or 'not run'}{_cost(event)}"
            )
        case Retried():
            return f"attempt {event.attempt} failed: {event.why}"
        case Cancelled():
            return "cancelled"
        case Done():
            return summary(event.report)


def summary(report: Report) -> str:
    """The verdict and what it cost, in one line."""
    where = f" on {report.deciding_case}" if report.deciding_case else ""
    score = f" score {report.score:g}" if report.score is not None else ""
    return (
        f"{report.verdict}{where}{score}  cpu {format_ns(report.cpu_time_max_ns)}, "
        f"wall {format_ns(report.wall_time_max_ns)}, memory {format_bytes(report.memory_peak_max_bytes)}"
    )


def _cost(event: CaseJudged) -> str:
    run = event.case.run
    return f" ({format_ns(run.usage.cpu_time_ns)}, {format_bytes(run.usage.memory_peak_bytes)})" if run else ""
