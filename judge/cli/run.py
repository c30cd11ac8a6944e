"""``judge run``: compile one program and run it in the sandbox, here or by a service. No problem, no verdict."""

from __future__ import annotations

import argparse
import json
import sys

import msgspec

from judge.cli.doing import doer_for
from judge.cli.run_options import execution_of_options, limit_options, program_options, read_stdin
from judge.cli.run_output import (
    LivePrinter,
    OwnNames,
    output_of_report,
    print_summary,
    run_schema,
    shown_run,
    write_kept,
)
from judge.client import Sending, work_of
from judge.client.opening import report_of_type
from judge.config import load_settings
from judge.errors import LanguageError, SourceFault, UsageError
from judge.grading.programs import first_line
from judge.model.event import unheard
from judge.model.run import Outcome
from judge.model.work import ProgramSource
from judge.model.work_report import ExecutionReport
from judge.parsers import Subparsers
from judge.toolchain.definitions import Languages
from judge.toolchain.sources import prepare


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "run",
        help="run one program once in the sandbox",
        description="Compile a program and run it in the sandbox, under limits, in this process or (--broker, "
        "--service) by a running service. Its output goes to standard output and standard error as it comes; what it "
        "used is printed afterwards on standard error. Ctrl-C goes to the program, a second one ends it. Exit code 0 = "
        "it ended by itself with exit code 0, 1 = anything else.",
    )
    program_options(parser)
    limit_options(parser)
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of that object and exit")


def run(args: argparse.Namespace) -> int:
    """Compile, run, print."""
    if args.schema:
        print(json.dumps(run_schema(), indent=2))
        return 0
    if not args.files:
        raise UsageError("name the program's source files, or a command")
    stdin = read_stdin(args.stdin)
    with doer_for(args) as doer:
        execution = execution_of_options(args, doer, stdin)
        own_names = _own_names(execution.program, args.language)
        printer = None if args.json else LivePrinter(own_names)
        report: ExecutionReport | None = None
        try:
            work = work_of(execution, Sending(language=args.language, tenant=args.tenant))
            report = report_of_type(ExecutionReport, doer.do(work, printer.hear if printer else unheard))
        finally:
            if printer:
                printer.finish(report, doer.content)
        kept = write_kept(shown_run(report).files, args.keep_in, doer.content) if report.runs else ()
        output = output_of_report(report, doer.content, own_names, kept)
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(output) + b"\n")
    else:
        print_summary(output)
    return 0 if output.outcome == Outcome.EXITED and output.exit_code == 0 else 1


def _own_names(program: ProgramSource | None, language: str) -> OwnNames:
    """What gives files their own names back in what a program writes on standard error."""
    if program is None:
        return str
    languages = Languages.open(load_settings().worker.languages_dir)
    names = [file.name for file in program.sources]
    try:
        spec = (
            languages.get(language.partition("@")[0])
            if language
            else languages.detect(names, first_line(program.sources))
        )
        return prepare(spec, program.sources, program.main).in_own_names
    except (LanguageError, SourceFault):  # of the service's own, or refused where it is compiled
        return str
