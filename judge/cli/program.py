"""``judge program``: programs judged by a judge program, here or by a service."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from judge.cli.doing import Doer, doer_for, is_by_service
from judge.cli.options import read_file
from judge.cli.run_options import compile_limits_of, limit_options, limits_of, program_of_options
from judge.cli.run_output import write_kept
from judge.cli.showing import print_work_report
from judge.cli.submit import describe
from judge.client import Sending, work_of
from judge.client.opening import report_of_type
from judge.errors import UsageError
from judge.model.event import Event
from judge.model.verdict import Verdict
from judge.model.work import Data, InputFile, JudgedProgram, ProgramJudging, ProgramTest
from judge.model.work_report import ProgramReport
from judge.parsers import Subparsers

_INPUT, _ANSWER = ".in", ".ans"


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "program",
        help="judge programs by a judge program",
        description="Run a judge program, which says how the given programs are judged, in this process or (--broker, "
        "--service) by a running service (docs/howto/judge-programs.md).",
    )
    parser.add_argument("program", metavar="RUN.py", help="the judge program: a source file, or a directory of them")
    parser.add_argument("files", nargs="*", metavar="FILE", help="what it judges: a source file, or a directory, each")
    parser.add_argument(
        "--submission", action="append", default=[], metavar="ID", help="and the program of this work (of a service)"
    )
    parser.add_argument("--tests", default="", metavar="DIR", help="tests: its files *.in, with *.ans beside them")
    parser.add_argument(
        "--data", action="append", default=[], metavar="[NAME=]FILE", help="a file that it may read, by name"
    )
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="a text for it")
    parser.add_argument("--state", default="", metavar="NAME", help="the carried state that it reads and leaves")
    parser.add_argument(
        "--state-version", type=int, default=0, metavar="N", help="read that version of it, and leave nothing"
    )
    parser.add_argument("--language", default="", help="of the judge program (default: found by the file name)")
    parser.add_argument("--main", default="", help="the judge program's main file (default: found)")
    parser.add_argument("--compiler-arg", action="append", default=[], help=argparse.SUPPRESS)
    parser.add_argument(
        "--keep-in", default="kept", metavar="DIR", help="where the files are put that it keeps (default: kept)"
    )
    limit_options(parser)
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Judge, show."""
    if args.submission and not is_by_service(args):
        raise UsageError("--submission: names work of a service (--service, --broker or --server)")
    with doer_for(args) as doer, _progress(shown=not args.json) as hear:
        work = work_of(judging_of_options(args, doer), Sending(tenant=args.tenant))
        report = report_of_type(ProgramReport, doer.do(work, hear))
        kept = write_kept(report.files, args.keep_in, doer.content)
    print_work_report(report, json=args.json)
    if not args.json:
        for path in kept:
            print(f"kept {path}")
    return {Verdict.AC: 0, Verdict.JE: 5}.get(report.verdict, 1)


def judging_of_options(args: argparse.Namespace, doer: Doer) -> ProgramJudging:
    """What the command line asks for. Raises UsageError, LanguageError."""
    own = argparse.Namespace(language="", main="", compiler_arg=[])
    names = _names(args.files)
    here = [
        JudgedProgram(name=name, program=program_of_options([path], own))
        for name, path in zip(names, args.files, strict=True)
    ]
    named = [JudgedProgram(name=work, work=work) for work in args.submission]
    return ProgramJudging(
        program=program_of_options([args.program], args),
        submissions=(*here, *named),
        tests=tuple(_tests(args.tests, doer)) if args.tests else (),
        data=tuple(_data(text, doer) for text in args.data),
        parameters=dict(_pair(text) for text in args.param),
        state=args.state,
        state_version=args.state_version,
        limits=limits_of(args),
        compile_limits=compile_limits_of(args),
    )


def _names(paths: Sequence[str]) -> list[str]:
    """Base names, or where two are the same the paths."""
    names = [os.path.basename(os.path.normpath(path)) for path in paths]
    return names if len(set(names)) == len(names) else list(paths)


def _tests(directory: str, doer: Doer) -> Iterator[ProgramTest]:
    """Tests below a directory, by name. Raises UsageError: there are none, or one cannot be read."""
    root = Path(directory)
    inputs = sorted(root.rglob(f"*{_INPUT}"))
    if not inputs:
        raise UsageError(f"--tests {directory}: there is no file *{_INPUT} below it")
    for path in inputs:
        answer = path.with_suffix(_ANSWER)
        name = path.relative_to(root).with_suffix("").as_posix()
        yield ProgramTest(
            name=name,
            input=doer.data(read_file(str(path))),
            answer=_read(answer, doer) if answer.exists() else None,
            group=name.rpartition("/")[0],
            sample=name.startswith("sample/"),
        )


def _read(path: Path, doer: Doer) -> Data:
    return doer.data(read_file(str(path)))


def _data(text: str, doer: Doer) -> InputFile:
    name, equals, path = text.partition("=")
    if not equals:
        name, path = os.path.basename(text), text
    return InputFile(name=name, data=doer.data(read_file(path)))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"--param {text}: NAME=VALUE is wanted")
    return name, value


@contextmanager
def _progress(*, shown: bool) -> Iterator[Callable[[Event], None]]:
    """What happens, as one line of a terminal that goes when all is over."""
    console = Console(stderr=True)
    with console.status("starting") as status:
        if not (shown and console.is_terminal):
            status.stop()
        yield lambda event: status.update(describe(event))
