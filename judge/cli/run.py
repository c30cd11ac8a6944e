"""``judge run``: compile one program and run it once in the sandbox. No problem, no verdict."""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
from contextlib import ExitStack
from inspect import cleandoc

import msgspec
from rich.console import Console

from judge.assembly import open_judge
from judge.cli.options import first_named, memory_bytes, positive, read_sources, seconds_ns, size_bytes
from judge.config import load_settings
from judge.errors import UsageError
from judge.grading.execute import open_submission
from judge.grading.limits import STDERR_BYTES, wall_limit_ns
from judge.grading.pipeline import Judge
from judge.grading.programs import first_line
from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult, Usage
from judge.model.submission import SourceFile
from judge.model.units import MS_NS, format_bytes, format_ns
from judge.parsers import Subparsers
from judge.sandbox.capture import Completed, memfd_of
from judge.toolchain.compile import Compiled, CompileOptions, compile_program
from judge.toolchain.definitions import language_limits
from judge.verdicts import reason_of_run

#: The outcome of a program that did not compile: nothing ran.
COMPILE_ERROR = "COMPILE_ERROR"


class RunOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What ``judge run --json`` prints. Nothing ran when ``outcome`` is COMPILE_ERROR; ``compile_log`` says why."""

    outcome: str
    exit_code: int | None
    signal: int | None
    stdout: str
    stderr: str
    usage: Usage
    cause: str = ""
    syscall: str | None = None
    stdout_truncated: bool = False
    stderr_truncated: bool = False
    language: str = ""
    compile_log: str = ""


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "run",
        help="run one program once in the sandbox",
        description="Compile a program and run it once in the sandbox, under limits. Its output goes to standard "
        "output and standard error; what it used is printed afterwards on standard error. Exit code 0 = it ended by "
        "itself with exit code 0, 1 = anything else.",
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="the source files, the main one first")
    parser.add_argument("--language", default="", help="language id (default: found by the file name)")
    parser.add_argument("--main", default="", help="the main file (default: the first named, else found)")
    parser.add_argument(
        "--stdin",
        metavar="FILE",
        default="",
        help="standard input of the program ('-' = ours; default: ours when it is a pipe or a file, else nothing)",
    )
    parser.add_argument("--arg", action="append", default=[], metavar="WORD", help="an argument of the program")
    _limit_options(parser)
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of that object and exit")


def _limit_options(parser: argparse.ArgumentParser) -> None:
    default = Limits()
    parser.add_argument(
        "--time", type=seconds_ns, default=default.cpu_time_ns, metavar="S", help="seconds of CPU time (default: 2)"
    )
    parser.add_argument("--wall", type=seconds_ns, default=0, metavar="S", help="real time (default: 4 x CPU + 4 s)")
    parser.add_argument(
        "--memory", type=memory_bytes, default=default.memory_bytes, metavar="SIZE", help="e.g. 64M, 1G (default: 256M)"
    )
    parser.add_argument(
        "--output",
        type=size_bytes,
        default=default.stdout_bytes,
        metavar="SIZE",
        help="of standard output (default: 64M)",
    )
    parser.add_argument(
        "--stderr",
        type=size_bytes,
        default=STDERR_BYTES,
        metavar="SIZE",
        help="of standard error (default: 64M)",
    )
    parser.add_argument(
        "--processes",
        type=positive,
        default=default.processes,
        metavar="N",
        help="processes and threads at once (default: 64)",
    )


def run_schema() -> dict[str, object]:
    """The JSON schema of :class:`RunOutput`, as published in docs/reference/run.schema.json."""
    schema = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(RunOutput)))
    for definition in schema["$defs"].values():
        definition["description"] = cleandoc(definition.get("description", ""))
    schema["$defs"]["RunOutput"]["properties"]["outcome"] = {
        "description": "How the run ended, or COMPILE_ERROR: there was none.",
        "enum": [*(outcome.value for outcome in Outcome), COMPILE_ERROR],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What judge run --json prints",
        **schema,
    }


def run(args: argparse.Namespace) -> int:
    """Compile, run, print."""
    if args.schema:
        print(json.dumps(run_schema(), indent=2))
        return 0
    if not args.files:
        raise UsageError("name the program's source files")
    sources = read_sources(args.files)
    settings = load_settings()
    with ExitStack() as stack:
        stdin = _open_stdin(args.stdin, stack)
        judge = stack.enter_context(open_judge(settings))
        main = args.main or first_named(args.files, judge.build_context.languages, args.language)
        compiled = _compile(judge, sources, args.language, main)
        done = _run_once(judge, compiled, _limits(args), args.arg, stdin) if compiled.report.ok else None
        output = _compile_failure(compiled) if done is None else _output(done, compiled)
        if args.json:
            sys.stdout.buffer.write(msgspec.json.encode(output) + b"\n")
        else:
            _print(output, done, compiled)
    return 0 if output.outcome == Outcome.EXITED and output.exit_code == 0 else 1


def _limits(args: argparse.Namespace) -> Limits:
    cpu_ns = args.time
    return Limits(
        cpu_time_ns=cpu_ns,
        cpu_time_hard_ns=cpu_ns + max(500 * MS_NS, cpu_ns // 4),
        wall_time_ns=args.wall or wall_limit_ns(cpu_ns),
        memory_bytes=args.memory,
        processes=args.processes,
        stdout_bytes=args.output,
        stderr_bytes=args.stderr,
    )


def _open_stdin(name: str, stack: ExitStack) -> int | None:
    """A copy of what the program is to read: a descriptor of ours would show where it came from."""
    if not name and not _something_is_piped_in():
        return None
    try:
        with open(0, "rb", closefd=False) if name in ("", "-") else open(name, "rb") as file:
            fd = memfd_of(file.read(), "stdin")
    except OSError as error:
        raise UsageError(f"{name}: {os.strerror(error.errno or 0)}") from error
    stack.callback(os.close, fd)
    return fd


def _something_is_piped_in() -> bool:
    """Whether our standard input is a pipe or a file: it is there to be read."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def _compile(judge: Judge, sources: tuple[SourceFile, ...], name: str, main: str) -> Compiled:
    build_context = judge.build_context
    names = [file.name for file in sources]
    language = build_context.languages.get(name) if name else build_context.languages.detect(names, first_line(sources))
    toolchain = build_context.toolchain(language)
    options = CompileOptions(main=main)
    return compile_program(judge.slots[0].container, toolchain, language, sources, build_context.store, options)


def _run_once(judge: Judge, compiled: Compiled, limits: Limits, words: list[str], stdin: int | None) -> Completed:
    ours = language_limits(compiled.language, limits)
    toolchain = judge.build_context.toolchain(compiled.language)
    with open_submission(judge.slots[0].container, toolchain, compiled, ours) as opened:
        return opened.container.run(compiled.run_spec(ours, words), stdin=stdin, files=dict(opened.data_files))


def _output(done: Completed, compiled: Compiled) -> RunOutput:
    result = done.result
    return RunOutput(
        outcome=result.outcome.value,
        exit_code=result.exit_code,
        signal=result.signal,
        stdout=done.stdout.text(-1),
        stderr=compiled.in_own_names(done.stderr.text(-1)),
        usage=result.usage,
        cause=reason_of_run(result),
        syscall=result.syscall,
        stdout_truncated=done.stdout.truncated,
        stderr_truncated=done.stderr.truncated,
        language=compiled.language.id,
    )


def _compile_failure(compiled: Compiled) -> RunOutput:
    run = compiled.report.run or RunResult(outcome=Outcome.EXITED, exit_code=1)
    return RunOutput(
        outcome=COMPILE_ERROR,
        exit_code=run.exit_code,
        signal=run.signal,
        stdout="",
        stderr="",
        usage=run.usage,
        cause="the program does not compile",
        language=compiled.language.id,
        compile_log=compiled.report.log,
    )


def _print(output: RunOutput, done: Completed | None, compiled: Compiled) -> None:
    if done is not None:
        sys.stdout.buffer.write(done.stdout.read())
        sys.stdout.flush()
        said = compiled.in_own_names(done.stderr.read().decode("utf-8", "surrogateescape"))
        sys.stderr.buffer.write(said.encode("utf-8", "surrogateescape"))
        sys.stderr.flush()
    console = Console(stderr=True, highlight=False)
    if output.compile_log:
        console.print(output.compile_log.rstrip(), markup=False, soft_wrap=True)
    usage = output.usage
    words = [output.outcome, output.cause] if output.cause else [output.outcome, f"exit code {output.exit_code}"]
    words += [
        f"CPU {format_ns(usage.cpu_time_ns)}",
        f"wall {format_ns(usage.wall_time_ns)}",
        f"memory {format_bytes(usage.memory_peak_bytes)}",
    ]
    style = "bold" if output.outcome == Outcome.EXITED else "bold red"
    console.print(" · ".join(words), markup=False, soft_wrap=True, style=style)
