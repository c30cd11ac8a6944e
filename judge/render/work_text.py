"""The report of work without a problem, as text for a terminal. Pure; whatever programs wrote is harmless there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from judge.model.program import ProgramCase
from judge.model.report import CompileReport
from judge.model.run import RunResult
from judge.model.units import format_bytes, format_ns
from judge.model.verification import CheckResult, PackageResult, SubmissionResult
from judge.model.work_report import (
    AnyWorkReport,
    BlameOn,
    CommandGroupReport,
    EvaluationReport,
    ExecutionReport,
    KeptFile,
    Output,
    ProgramReport,
    RunReport,
    SessionReport,
    TestReport,
    VerificationReport,
    kind_of_report,
    status_of,
)
from judge.render.report_text import excerpt, moment
from judge.text import printable, safe_text

_INDENT = "  "

T = TypeVar("T")

#: What is shown of one stream, of a name or reason, and of how many runs, tests, pipes and files.
_STREAM_BYTES_MAX = 16 << 10
_LINE_CHARS_MAX = 500
_ROWS_MAX = 100


def render_work(report: AnyWorkReport) -> str:
    """The report in lines of text, how it ended first. Programs' outputs are excerpts: JSON has all of them."""
    lines = [_headline(report)]
    if report.reason:
        blamed = "" if report.blame in (BlameOn.NONE, BlameOn.PROGRAM) else f" (the {report.blame}'s fault)"
        lines.append(f"{_INDENT}{report.reason}{blamed}")
    match report:
        case ExecutionReport():
            lines += _compile_lines(report.compile)
            lines += _first(report.runs, "run", lambda number, run: _run_lines(f"run {number}", run))
        case EvaluationReport():
            lines += _compile_lines(report.compile)
            lines += _first(report.tests, "test", lambda _, test: _test_lines(test))
        case CommandGroupReport():
            lines += _first(report.commands, "command", lambda number, run: _run_lines(f"command {number - 1}", run))
            lines += [
                f"{_INDENT}pipe {at}: {format_bytes(pipe.size_bytes)}"
                for at, pipe in enumerate(report.pipes)
                if pipe.size_bytes is not None
            ]
        case SessionReport():
            lines += _compile_lines(report.compile)
            lines += _session_lines(report)
        case ProgramReport():
            lines += _program_lines(report)
        case VerificationReport() if report.result is not None:
            lines += _result_lines(report.result)
    lines += [f"{_INDENT}{name}: {value}" for name, value in _origin(report) if value]
    return "\n".join(printable(line.expandtabs(8), 8 * len(line)) for line in lines)


def _headline(report: AnyWorkReport) -> str:
    words = [status_of(report), kind_of_report(report).value]
    if report.language:
        words.append(report.language)
    if isinstance(report, EvaluationReport):
        words += [f"{report.passed} of {len(report.tests)} tests", f"score {report.score:.6g}"]
    if isinstance(report, ProgramReport) and report.score is not None:
        words.append(f"score {report.score:.6g}")
    if report.cached:
        words.append("from the store")
    return " · ".join(words)


def _first(rows: Sequence[T], name: str, show: Callable[[int, T], Iterable[str]]) -> Iterator[str]:
    """The lines of the first rows, counted from 1, and how many are left out."""
    for number, row in enumerate(rows[:_ROWS_MAX], 1):
        yield from show(number, row)
    if len(rows) > _ROWS_MAX:
        yield f"{_INDENT}[{len(rows) - _ROWS_MAX} more {name}s: --json shows all]"


def _compile_lines(compiled: CompileReport | None) -> Iterator[str]:
    if compiled is None:
        return
    if not compiled.checked:
        yield f"{_INDENT}run at once, without a check of the sources"
        return
    yield f"{_INDENT}compiled" + ("" if compiled.ok else ": failed") + (" (cached)" if compiled.cached else "")
    if compiled.log.strip():
        yield from (f"{_INDENT * 2}{line}" for line in excerpt(compiled.log))


def _run_lines(title: str, run: RunReport) -> Iterator[str]:
    yield f"{_INDENT}{title}: {_ended(run.result)}"
    yield from _stream_lines("standard output", run.stdout)
    yield from _stream_lines("standard error", run.stderr)
    yield from _file_lines(run.files)
    if run.files_passed_over:
        yield f"{_INDENT * 2}{run.files_passed_over} more files may not be kept"


def _test_lines(test: TestReport) -> Iterator[str]:
    words = [f"{_INDENT}test {test.name[:_LINE_CHARS_MAX]}: {test.verdict or 'not run'}"]
    if test.run is not None:
        words += [format_ns(test.run.usage.cpu_time_ns), format_bytes(test.run.usage.memory_peak_bytes)]
    if test.reason:
        words.append(test.reason[:_LINE_CHARS_MAX])
    yield " · ".join(words)


def _program_lines(report: ProgramReport) -> Iterator[str]:
    for text in (report.feedback, report.team_feedback):
        if text.strip():
            yield from (f"{_INDENT * 2}{line}" for line in excerpt(text))
    yield from _first(report.cases, "case", lambda _, case: _program_case_lines(case))
    yield from _file_lines(report.files)
    if report.state is not None:
        left = f", left version {report.state.written}" if report.state.written else ""
        yield f"{_INDENT}state {report.state.name}: read version {report.state.read}{left}"
    if report.result is not None:
        yield f"{_INDENT}judge program: {_ended(report.result)}"
    totals = report.totals
    yield f"{_INDENT}it had {totals.programs} compiled, {totals.runs} run: CPU {format_ns(totals.cpu_time_ns)}"
    if report.log.strip():
        yield f"{_INDENT * 2}it wrote:"
        yield from (f"{_INDENT * 3}{line}" for line in excerpt(report.log))


def _program_case_lines(case: ProgramCase) -> Iterator[str]:
    words = [f"{_INDENT}case {case.name[:_LINE_CHARS_MAX]}: {case.verdict}"]
    if case.score is not None:
        words.append(f"score {case.score:.6g}")
    said = next((text for text in (case.reason, case.team_feedback, case.feedback) if text.strip()), "")
    if said:
        words.append(said.strip().splitlines()[0][:_LINE_CHARS_MAX])
    yield " · ".join(words)


def _session_lines(report: SessionReport) -> Iterator[str]:
    if report.result is not None:
        yield f"{_INDENT}run: {_ended(report.result)}"
    amounts = ((report.input_bytes, "typed"), (report.output_bytes, "written"), (report.dropped_bytes, "dropped"))
    yield f"{_INDENT}bytes: " + ", ".join(f"{amount} {what}" for amount, what in amounts)
    yield from _file_lines(report.files)


def _result_lines(result: PackageResult) -> Iterator[str]:
    yield f"{_INDENT}package: {result.package[:_LINE_CHARS_MAX]}"
    yield from _first(result.submissions, "submission", lambda _, one: _submission_lines(one))
    yield from _first(result.checks, "check", lambda _, one: _check_lines(one))


def _submission_lines(one: SubmissionResult) -> Iterator[str]:
    seen = f"skipped: {one.skipped}" if one.skipped else f"{one.verdict}"
    wanted = "" if one.ok else f", expected {' or '.join(one.expected) or 'anything'}"
    yield f"{_INDENT}{one.path[:_LINE_CHARS_MAX]}: {seen[:_LINE_CHARS_MAX]}{wanted}"
    yield from (f"{_INDENT * 2}{difference[:_LINE_CHARS_MAX]}" for difference in one.differences)


def _check_lines(one: CheckResult) -> Iterator[str]:
    yield f"{_INDENT}{one.kind} {one.program} {one.case}: {one.reason}"[:_LINE_CHARS_MAX]


def _file_lines(files: tuple[KeptFile, ...]) -> Iterator[str]:
    def line(_number: int, file: KeptFile) -> Iterable[str]:
        cut = ", cut" if file.truncated else ""
        yield f"{_INDENT * 2}file {file.name[:_LINE_CHARS_MAX]}: {format_bytes(file.size_bytes)}{cut}, {file.blob}"

    return _first(files, "file", line)


def _stream_lines(title: str, output: Output) -> Iterator[str]:
    if not output.size_bytes and not output.truncated:
        return
    where = f", {output.blob}" if output.blob else ""
    cut = ", cut at the limit" if output.truncated else ""
    yield f"{_INDENT * 2}{title} ({format_bytes(output.size_bytes)}{cut}{where}):"
    yield from (f"{_INDENT * 3}{line}" for line in excerpt(safe_text(output.content, _STREAM_BYTES_MAX)))


def _ended(result: RunResult) -> str:
    words = [result.outcome.value]
    if result.cause:
        words.append(result.cause[:_LINE_CHARS_MAX])
    elif result.exit_code is not None:
        words.append(f"exit code {result.exit_code}")
    usage = result.usage
    words += [f"CPU {format_ns(usage.cpu_time_ns)}", f"wall {format_ns(usage.wall_time_ns)}"]
    return " · ".join([*words, f"memory {format_bytes(usage.memory_peak_bytes)}"])


def _origin(report: AnyWorkReport) -> tuple[tuple[str, str], ...]:
    return (
        ("for", report.tenant),
        ("sent by", report.context.sender),
        ("handed in", moment(report.submitted_at_ms)),
        ("finished", moment(report.finished_at_ms)),
        ("done by", report.judged_by),
        ("judge", report.judge_version),
        ("compiler or interpreter", report.toolchain_version),
    )
