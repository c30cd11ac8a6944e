"""What ``judge run`` prints: output as it comes, then what was used; or all of it as one JSON object."""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path

import msgspec
from rich.console import Console

from judge.errors import UsageError
from judge.model.event import Event, OutputChunk, Retried
from judge.model.run import Outcome, RunResult, Usage
from judge.model.units import format_bytes, format_ns
from judge.model.work_report import ExecutionReport, KeptFile, Output, OutputPiece, RunReport
from judge.toolchain.sources import name_complaint
from judge.verdicts import reason_of_run

#: The outcome of a program that did not compile: nothing ran.
COMPILE_ERROR = "COMPILE_ERROR"

#: What a blob holds.
Content = Callable[[str], bytes]
#: A text of the program's with the names that its files have here.
OwnNames = Callable[[str], str]


class RunOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What ``judge run --json`` prints. Nothing ran when ``outcome`` is COMPILE_ERROR; ``compile_log`` says why.

    Of several runs it is the first that went wrong, else the first. ``usages``: of every run, when there are several.
    ``kept``: paths of the files that were kept, ``files_passed_over``: how many more were not. ``pieces``: in which
    order both outputs arrived, when asked for.
    ``cached``: it is a service's stored report of the same work.
    """

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
    usages: tuple[Usage, ...] = ()
    kept: tuple[str, ...] = ()
    files_passed_over: int = 0
    pieces: tuple[OutputPiece, ...] = ()
    cached: bool = False


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


def output_of_report(
    report: ExecutionReport, content: Content, own_names: OwnNames, kept: tuple[str, ...]
) -> RunOutput:
    """The report in this command's form."""
    if not report.runs:
        return _compile_failure(report)
    run = shown_run(report)
    result = run.result
    return RunOutput(
        outcome=result.outcome.value,
        exit_code=result.exit_code,
        signal=result.signal,
        stdout=_bytes(run.stdout, content).decode("utf-8", "replace"),
        stderr=own_names(_bytes(run.stderr, content).decode("utf-8", "replace")),
        usage=result.usage,
        cause=reason_of_run(result),
        syscall=result.syscall,
        stdout_truncated=run.stdout.truncated,
        stderr_truncated=run.stderr.truncated,
        language=report.language,
        usages=tuple(one.result.usage for one in report.runs) if len(report.runs) > 1 else (),
        kept=kept,
        files_passed_over=run.files_passed_over,
        pieces=run.pieces,
        cached=report.cached,
    )


def shown_run(report: ExecutionReport) -> RunReport:
    """The first run that went wrong, else the first."""
    return next((run for run in report.runs if not run.result.ok), report.runs[0])


def _compile_failure(report: ExecutionReport) -> RunOutput:
    compiling = report.compile
    run = (compiling and compiling.run) or RunResult(outcome=Outcome.EXITED, exit_code=1)
    return RunOutput(
        outcome=COMPILE_ERROR,
        exit_code=run.exit_code,
        signal=run.signal,
        stdout="",
        stderr="",
        usage=run.usage,
        cause=report.reason,
        language=report.language,
        compile_log=compiling.log if compiling else "",
        cached=report.cached,
    )


class LivePrinter:
    """Prints what runs write, in a thread of its own: a slow reader must not hold up the run's limits."""

    def __init__(self, own_names: OwnNames) -> None:
        self._own_names = own_names
        self._printed: dict[tuple[int, int], int] = {}
        self._pieces: queue.SimpleQueue[tuple[int, bytes] | None] = queue.SimpleQueue()
        self._failure: BrokenPipeError | None = None
        self._thread = threading.Thread(target=self._print, daemon=True)
        self._thread.start()

    def hear(self, event: Event) -> None:
        """Take an event of the work."""
        match event:
            case OutputChunk():
                self._printed[event.run, event.stream] = event.offset + len(event.content)
                self._pieces.put((event.stream, event.content))
            case Retried():
                self._pieces.put((2, f"judge run: attempt {event.attempt} failed; it runs again\n".encode()))
                self._printed.clear()

    def finish(self, report: ExecutionReport | None, content: Content) -> None:
        """Print what has not come live, and wait until all is printed. Raises BrokenPipeError."""
        for number, run in enumerate(report.runs if report else (), 1):
            for stream, output in ((1, run.stdout), (2, run.stderr)):
                begin = self._printed.get((number, stream), 0)
                if output.size_bytes > begin:
                    self._pieces.put((stream, _bytes(output, content)[begin:]))
        self._pieces.put(None)
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _print(self) -> None:
        try:
            while (piece := self._pieces.get()) is not None:
                stream, data = piece
                if stream == 2:
                    data = self._own_names(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
                out = sys.stdout if stream == 1 else sys.stderr
                out.buffer.write(data)
                out.flush()
        except BrokenPipeError as error:
            self._failure = error


def print_summary(output: RunOutput) -> None:
    """What the compiler said, how it ended and what it used, on standard error."""
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
    if output.usages:
        words.append(
            f"{len(output.usages)} runs, CPU " + ", ".join(format_ns(one.cpu_time_ns) for one in output.usages)
        )
    words += ["a stored report"] if output.cached else []
    style = "bold" if output.outcome == Outcome.EXITED else "bold red"
    console.print(" · ".join(words), markup=False, soft_wrap=True, style=style)
    for path in output.kept:
        console.print(f"kept {path}", markup=False, soft_wrap=True)
    if output.files_passed_over:
        console.print(f"{output.files_passed_over} more files could not be kept", markup=False, soft_wrap=True)


def write_kept(files: tuple[KeptFile, ...], directory: str, content: Content) -> tuple[str, ...]:
    """Write kept files below a directory; their paths. The names are the program's: odd ones are passed over.

    Raises UsageError when one cannot be written.
    """
    paths = []
    for file in files:
        if name_complaint(file.name):
            print(f"judge run: not kept: {file.name!a}: {name_complaint(file.name)}", file=sys.stderr)
            continue
        path = Path(directory) / file.name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
            with open(fd, "wb") as out:
                out.write(content(file.blob))
        except OSError as error:
            raise UsageError(f"{path}: {os.strerror(error.errno or 0)}") from error
        paths.append(str(path))
    return tuple(paths)


def _bytes(output: Output, content: Content) -> bytes:
    return content(output.blob) if output.blob else output.content
