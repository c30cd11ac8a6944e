"""``judge verify``: judge every submission in problem packages and compare with what their authors expect."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from judge.assembly import open_judges
from judge.cli.doing import is_by_service, service_options
from judge.cli.options import AMOUNT_MAX
from judge.cli.verify_by_service import check_options, verify_by_service
from judge.cli.verifyview import show_result
from judge.config import Settings, load_settings
from judge.config.reading import reading_of
from judge.errors import UsageError
from judge.grading.jury_python import PYTHONS
from judge.model.units import S_NS, seconds_to_ns
from judge.model.verification import VerifyResult
from judge.package.reader import Inheritance
from judge.parsers import Subparsers
from judge.render.junit import junit_xml
from judge.verify.engine import unwatched, verify_packages
from judge.verify.package_run import Choices, Step
from judge.verify.package_run import Progress as Watch

_LOG_WIDTH = 160

_DESCRIPTION = """\
Judges every submission of each package in the sandbox and compares with what its directory, submissions.yaml and
DOMjudge comments expect; asks the input, answer and output validators about the test data; reports what breaks the
package format. PACKAGE is a directory, a .zip or .kpp file, or PATH@REVISION of a git repository; Kattis/ICPC
(legacy, 2023-07-draft, 2025-09), DMOJ (init.yml), Polygon (problem.xml) and CMS (task.yaml) packages are known. Workers
do the same with --service, --broker (PACKAGE is a path of theirs, or a digest) or --server (a digest, NAME or
NAME@VERSION)."""

_EPILOG = """\
Exit code 0: everything is as expected; 1: some submission, check or file is not; 3: some package could not be judged
at all; 2: a package is not there; 5: this machine cannot judge."""


def add_parser(subparsers: Subparsers) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "verify",
        help="judge every submission in problem packages and compare with their labels",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("packages", nargs="+", metavar="PACKAGE")
    parser.add_argument("--json", action="store_true", help="a JSON object: ok, packages[].submissions[]")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML as well")
    parser.add_argument("--slots", type=int, default=0, help="how many things to run at once (default: the setting)")
    parser.add_argument("--time-limit", type=float, default=0.0, metavar="SECONDS", help="instead of the package's own")
    parser.add_argument("--only", action="append", default=[], metavar="PATH",
                        help="only submissions whose path begins so (submissions/accepted); repeatable")  # fmt: skip
    parser.add_argument("--all-cases", action="store_true", help="judge all cases even when the verdict is settled")
    parser.add_argument("--no-data", action="store_true", help="do not ask the validators about the test data")
    parser.add_argument("--strict", action="store_true", help="warnings and skipped submissions count as faults")
    parser.add_argument("--inheritance", choices=tuple(Inheritance), default=Inheritance.KEYS,
                        help="what legacy groups inherit: single keys (as problemtools) or whole files")  # fmt: skip
    parser.add_argument("--python", choices=PYTHONS, default=PYTHONS[0],
                        help="what runs the jury's Python: PyPy, then CPython if need be; or just one")  # fmt: skip
    service_options(parser)
    parser.add_argument("--verbose", action="store_true", help="say why of submissions that are as expected, too")


def run(args: argparse.Namespace) -> int:
    """Verify and print."""
    if args.slots < 0 or not 0 <= args.time_limit <= AMOUNT_MAX / S_NS:
        raise UsageError("--slots and --time-limit must not be negative")
    result = _by_service(args) if is_by_service(args) else _here(args)
    if args.junit:
        _write(Path(args.junit), junit_xml(result))
    if args.json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    else:
        show_result(_console(), result, verbose=args.verbose)
    if any(package.error for package in result.packages):
        return 3
    return 0 if result.ok else 1


def _by_service(args: argparse.Namespace) -> VerifyResult:
    check_options(args)
    return verify_by_service(args, partial(_progress, shown=_is_watched(args)))


def _is_watched(args: argparse.Namespace) -> bool:
    return not args.json and sys.stderr.isatty()


def _here(args: argparse.Namespace) -> VerifyResult:
    for spec in args.packages:
        if "@" not in spec and not os.path.exists(spec):
            raise UsageError(f"there is no package {spec}")
    settings = load_settings()
    choices = Choices(
        reading=msgspec.structs.replace(reading_of(settings), inheritance=Inheritance(args.inheritance)),
        time_limit_ns=seconds_to_ns(args.time_limit),
        every_case=args.all_cases,
        only=tuple(args.only),
        strict=args.strict,
        validate=not args.no_data,
        python=args.python,
    )
    return _verify(args, settings, choices)


def _verify(args: argparse.Namespace, settings: Settings, choices: Choices) -> VerifyResult:
    with (
        open_judges(settings, args.slots or settings.worker.slots or _cores()) as judges,
        tempfile.TemporaryDirectory(prefix="judge-verify-", ignore_cleanup_errors=True) as scratch,
        _progress(shown=_is_watched(args)) as watch,
    ):
        return verify_packages(
            args.packages,
            judges,
            scratch=Path(scratch),
            kept=settings.state.time_limits,
            choices=choices,
            progress=watch,
        )


def _console() -> Console:
    """Standard output; in a log or a pipe wide enough that tables need not wrap."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _LOG_WIDTH)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


@contextmanager
def _progress(*, shown: bool) -> Iterator[Watch]:
    """A bar per package on standard error; nothing when nobody looks."""
    if not shown:
        yield unwatched
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
               TextColumn("{task.fields[part]}"))  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def watch(step: Step) -> None:
            if step.package not in tasks:
                tasks[step.package] = bars.add_task(step.package, part=step.part)
            shown = step.done < step.total
            bars.update(tasks[step.package], completed=step.done, total=step.total, part=step.part, visible=shown)

        yield watch


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--junit {path}: {error.strerror}") from error
