"""``judge evaluate``: run one program against tests that come along, here or by a service."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from judge import wire
from judge.cli.doing import Doer, doer_for
from judge.cli.run_options import compile_limits_of, limit_options, limits_of, program_of_options
from judge.cli.showing import add_row, plain_table, wide_console
from judge.client import Sending, work_of
from judge.client.opening import report_of_type
from judge.client.test_sets import read_tests
from judge.errors import UsageError
from judge.model.event import Event, TestJudged
from judge.model.units import format_bytes, format_ns
from judge.model.verdict import Verdict
from judge.model.work import Comparison, ComparisonKind, Evaluation, EvaluationTest, ProgramSource
from judge.model.work_report import EvaluationReport
from judge.parsers import Subparsers
from judge.text import printable

_LINE_CHARS_MAX = 500


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "evaluate",
        help="run one program against tests of your own",
        description="Compile a program once and run it against each test of a file, in this process or (--broker, "
        "--service) by a running service. A test is a JSON object on a line of its own: stdin, expected, and if need "
        "be name, arguments, files, weight, call_arguments (docs/howto/run-code.md).",
    )
    parser.add_argument("program", metavar="PROGRAM", help="the source file, or a directory of them")
    parser.add_argument("tests", metavar="TESTS.jsonl", help="the tests")
    parser.add_argument("--language", default="", help="language id (default: found by the file name)")
    parser.add_argument("--main", default="", help="the main file (default: found)")
    parser.add_argument(
        "--compiler-arg", action="append", default=[], metavar="WORD", help="an argument of the compiler"
    )
    _comparison_options(parser)
    parser.add_argument(
        "--stop-after", type=_count, default=0, metavar="N", help="end after N failed tests (default: run all)"
    )
    limit_options(parser)
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")


def _comparison_options(parser: argparse.ArgumentParser) -> None:
    kinds = [kind.value for kind in ComparisonKind]
    parser.add_argument("--comparison", choices=kinds, default="", help="how output is compared (default: default)")
    parser.add_argument("--case-sensitive", action="store_true", help="letters must have the same case")
    parser.add_argument("--space-change-sensitive", action="store_true", help="blanks must be the same")
    parser.add_argument("--float-tolerance", type=_tolerance, metavar="X", help="numbers may differ, by either measure")
    parser.add_argument("--function", default="", metavar="NAME", help="call this function, or Class.method")
    parser.add_argument("--validator", default="", metavar="FILE", help="an output validator that decides")
    parser.add_argument("--validator-arg", action="append", default=[], metavar="WORD", help="an argument of it")


def run(args: argparse.Namespace) -> int:
    """Run, show."""
    tests = read_tests(args.tests)
    evaluation = evaluation_of_options(args, tests)
    with doer_for(args) as doer, _progress(shown=not args.json) as progress:
        bar = progress.add_task("tests", total=len(tests))
        work = work_of(sent_ahead(evaluation, doer), Sending(language=args.language, tenant=args.tenant))
        report = report_of_type(EvaluationReport, doer.do(work, _advancing(progress, bar)))
    if args.json:
        sys.stdout.buffer.write(wire.encode(report) + b"\n")
    else:
        show(report)
    return 0 if report.verdict is Verdict.AC else 1


def evaluation_of_options(args: argparse.Namespace, tests: tuple[EvaluationTest, ...]) -> Evaluation:
    """What the command line asks for. Raises UsageError, LanguageError."""
    return Evaluation(
        program=program_of_options([args.program], args),
        tests=tests,
        comparison=comparison_of(args),
        stop_after=args.stop_after,
        limits=limits_of(args),
        compile_limits=compile_limits_of(args),
        reuse=args.reuse,
    )


def sent_ahead(evaluation: Evaluation, doer: Doer) -> Evaluation:
    """The same; tests that are large go to a service as a test set: the same ones are sent once. Large data of one test
    are blobs of their own, so that the set stays small. Raises BlobError."""
    tests = tuple(_with_data_ahead(test, doer) for test in evaluation.tests)
    test_set = doer.data(msgspec.json.encode(tests)).blob
    return msgspec.structs.replace(evaluation, tests=() if test_set else tests, test_set=test_set)


def _with_data_ahead(test: EvaluationTest, doer: Doer) -> EvaluationTest:
    return msgspec.structs.replace(
        test,
        stdin=doer.data(test.stdin.content),
        expected=doer.data(test.expected.content),
        call_arguments=doer.data(test.call_arguments.content),
        files=tuple(msgspec.structs.replace(file, data=doer.data(file.data.content)) for file in test.files),
    )


def comparison_of(args: argparse.Namespace) -> Comparison:
    """As the options say. Raises UsageError for two that exclude each other."""
    needs = {
        ComparisonKind.CALL: ("--function", args.function),
        ComparisonKind.VALIDATOR: ("--validator", args.validator),
    }
    implied = [kind for kind, (_, value) in needs.items() if value]
    if len(implied) > 1 or (implied and args.comparison not in ("", implied[0].value)):
        raise UsageError("--function, --validator and --comparison exclude each other")
    kind = implied[0] if implied else ComparisonKind(args.comparison or ComparisonKind.DEFAULT)
    if kind in needs and not implied:
        raise UsageError(f"--comparison {kind} needs {needs[kind][0]}")
    return Comparison(
        kind=kind,
        case_sensitive=args.case_sensitive,
        space_change_sensitive=args.space_change_sensitive,
        float_absolute_tolerance=args.float_tolerance,
        float_relative_tolerance=args.float_tolerance,
        function=args.function,
        validator=_validator(args.validator) if args.validator else None,
        validator_arguments=tuple(args.validator_arg),
    )


def _validator(path: str) -> ProgramSource:
    none = argparse.Namespace(language="", main="", compiler_arg=[])
    return program_of_options([path], none)


def _progress(*, shown: bool) -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal))


def _advancing(progress: Progress, bar: object) -> Callable[[Event], None]:
    def hear(event: Event) -> None:
        if isinstance(event, TestJudged):
            progress.update(bar, completed=event.index)  # type: ignore[arg-type]

    return hear


def show(report: EvaluationReport) -> None:
    """As text: what the compiler said, or a row for each test, and the verdict."""
    console = wide_console()
    if report.compile is not None and not report.compile.ok:
        console.print(report.compile.log.rstrip(), markup=False, soft_wrap=True)
    else:
        table = plain_table("test", "verdict", "CPU", "memory", "reason", whole=("verdict", "CPU", "memory"))
        for test in report.tests:
            usage = test.run.usage if test.run else None
            cost = (format_ns(usage.cpu_time_ns), format_bytes(usage.memory_peak_bytes)) if usage else ("", "")
            add_row(table, test.name, str(test.verdict or "not run"), *cost, test.reason)
        console.print(table)
    words = f"{report.verdict} · {report.passed} of {len(report.tests)} passed · score {report.score:.4g}"
    reason = f" · {printable(report.reason, _LINE_CHARS_MAX)}" if report.reason else ""
    words += " · a stored report" if report.cached else ""
    console.print(words + reason, markup=False, soft_wrap=True)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a whole number, not {text!r}")
    return int(text)


def _tolerance(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"a number from 0 on, not {text!r}")
    return value
