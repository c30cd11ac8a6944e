"""``judge grade``: judge one submission against one package, here and now, without any queue."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import msgspec
from rich.console import Console

from judge.assembly import AUTO_DIALECT, open_judge, slots_for, with_provenance
from judge.cli.options import first_named, memory_bytes, naming, positive, read_sources, seconds_ns, size_bytes
from judge.cli.showing import show_report, showing_options
from judge.config import Settings, load_settings
from judge.config.reading import reading_of
from judge.course.here import judged_here
from judge.grading.calibrate import with_limit, with_time_limit
from judge.grading.pipeline import Judge
from judge.grading.scoring.score import ScoreDialect
from judge.model.event import CaseJudged, Compiled, Compiling, Event
from judge.model.problem import Problem
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.package.kattis.test_data import data_cases
from judge.package.source import open_package
from judge.parsers import Subparsers
from judge.text import shown
from judge.toolchain.definitions import Languages


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "grade",
        help="judge a submission in this process, without any queue",
        description="Judge a program against a problem package (a directory, a zip file, or PATH@REVISION of a git "
        "repository) and show the report. Exit code 0 = accepted, 1 = another verdict, 5 = judge error.",
    )
    parser.add_argument("package", metavar="PACKAGE", help="the problem package")
    parser.add_argument("files", nargs="+", metavar="FILE", help="the source files, the main one first")
    parser.add_argument("--language", default="", help="language id (default: found by the file name)")
    parser.add_argument("--main", default="", help="the main file (default: the first named, else found)")
    parser.add_argument("--id", default="", help="the submission's name in the report")
    parser.add_argument("--time-limit", type=seconds_ns, metavar="S", help="instead of the package's (s of CPU time)")
    parser.add_argument("--memory", type=memory_bytes, metavar="SIZE", help="instead of the package's, e.g. 256M")
    parser.add_argument("--output", type=size_bytes, metavar="SIZE", help="instead of the package's, e.g. 8M")
    parser.add_argument("--slots", type=positive, metavar="N", help="judge N tests at once (default: by their number)")
    parser.add_argument("--all", action="store_true", help="run every test, even when the verdict is settled")
    parser.add_argument("--dialect", choices=(AUTO_DIALECT, *ScoreDialect), help="whose scoring rules (legacy)")
    showing_options(parser)


def run(args: argparse.Namespace) -> int:
    """Read, judge, print."""
    settings = load_settings()
    languages = Languages.open(settings.worker.languages_dir)
    submission = Submission(
        id=shown(args.id or os.path.basename(args.files[0].rstrip("/"))),
        package=shown(args.package),
        sources=read_sources(args.files),
        language=args.language,
        main=args.main or first_named(args.files, languages, args.language),
    )
    if args.dialect:
        grading = msgspec.structs.replace(settings.grading, score_dialect=args.dialect)
        settings = msgspec.structs.replace(settings, grading=grading)
    with naming(args.package), open_package(args.package, options=reading_of(settings)) as package:
        problem = _overridden(package, args)
        slots = args.slots or slots_for(len(data_cases(problem.root)))
        with open_judge(settings, slots=slots, run_all=args.all) as judge, judge.generated(problem) as complete:
            report = _judge(judge, submission, complete, settings, quiet=args.json)
            report = with_provenance(report, judge, settings.state, args.package)
    show_report(report, args)
    return {Verdict.AC: 0, Verdict.JE: 5}.get(report.verdict, 1)


def _overridden(problem: Problem, args: argparse.Namespace) -> Problem:
    """The problem with the limits of the command line."""
    limits = msgspec.structs.replace(
        problem.limits,
        memory_bytes=args.memory or problem.limits.memory_bytes,
        output_bytes=args.output or problem.limits.output_bytes,
    )
    problem = msgspec.structs.replace(problem, limits=limits)
    return with_limit(problem, args.time_limit) if args.time_limit else problem


def _judge(judge: Judge, submission: Submission, problem: Problem, settings: Settings, *, quiet: bool) -> Report:
    console = Console(stderr=True, quiet=quiet)
    with console.status(f"judging {submission.id}") as status:
        problem = with_time_limit(
            judge,
            problem,
            Path(problem.path),
            settings.state.time_limits,
            lambda path: status.update(f"measuring the time limit: {path}"),
        )

        def show(event: Event) -> None:
            status.update(describe(event))

        return judged_here(judge, submission, problem, reading_of(settings).ceilings, show)


def describe(event: Event) -> str:
    """One line about what is going on."""
    match event:
        case Compiling():
            return f"compiling ({event.language})"
        case Compiled(checked=False):
            return "running"
        case Compiled():
            return "compiled"
        case CaseJudged():
            return f"test {event.index} of {event.total}: {event.case.name} {event.case.verdict or ''}"
        case _:
            return "judging"
