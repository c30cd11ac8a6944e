"""Judge0's words and the judge's: pure tables."""

from __future__ import annotations

import base64
import signal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from judge.config import Settings
from judge.gateway.dialects.judge0.translate.columns import InvalidFieldsError, columns_asked
from judge.gateway.dialects.judge0.translate.encoding import NotTextError, decoded, encoded, shown
from judge.gateway.dialects.judge0.translate.language_ids import ARCHIVED_LAST, LANGUAGE_IDS
from judge.gateway.dialects.judge0.translate.statuses import Written, lines_equal, result_of
from judge.gateway.dialects.judge0.translate.submission import submission_of
from judge.gateway.dialects.judge0.translate.task import (
    Context,
    Limits,
    context_of,
    large_of,
    source_of,
    task_of,
    words_of,
)
from judge.gateway.dialects.judge0.translate.validation import Meant, errors_of
from judge.model.report import CompileReport
from judge.model.run import Outcome, RunResult, Usage
from judge.model.units import KIB, MS_NS, S_NS
from judge.model.work_report import BlameOn, ExecutionReport, RunReport
from judge.toolchain.definitions import Languages

SETTINGS = Settings()


def asked(**fields: Any) -> Any:
    """What was sent, in plain."""
    return submission_of({"language_id": 71, "source_code": "x", **fields}, SETTINGS.judge0, in_base64=False)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("aGk=", b"hi"),
        ("aG\nk", b"hi"),
        ("a G*k=\n", b"hi"),
        ("aGk=aGk=", b"hi"),
        ("aGkA-A", b"hi\0"),
        ("a", b""),
        ("", b""),
    ],
)
def test_base64_is_read_whatever_is_between(text: str, content: bytes) -> None:
    assert decoded(text) == content


@pytest.mark.parametrize("size", [0, 1, 44, 45, 46, 90, 1000])
def test_base64_is_given_in_lines_of_sixty(size: int) -> None:
    content = bytes(size)
    lines = encoded(content).split("\n")
    assert all(len(line) == 60 for line in lines[:-2])
    assert lines[-1] == ""
    assert base64.b64decode("".join(lines)) == content


def test_what_is_no_text_is_shown_in_base64_alone() -> None:
    assert shown(None, in_base64=False) is None
    assert shown(b"\xff", in_base64=True) == "/w==\n"
    with pytest.raises(NotTextError):
        shown(b"\xff", in_base64=False)


@pytest.mark.parametrize(
    ("expected", "given", "equal"),
    [
        (b"a\nb", b"a \nb\n\n", True), (b"a\r\nb\r\n", b"a\nb", True), (b"", b"\n \n", True), (b"a", b" a", False),
        (b"a\n\nb", b"a\nb", False), (b"\xff ", b"\xff", True), (b"a\tb", b"a b", False),
    ],
)  # fmt: skip
def test_answers_are_compared_without_the_blanks_at_ends(expected: bytes, given: bytes, equal: bool) -> None:
    assert lines_equal(expected, given) is equal


@pytest.mark.parametrize(
    ("name", "value", "cast"),
    [
        ("number_of_runs", "3", 3), ("number_of_runs", "3 times", 3), ("number_of_runs", 2.9, 2),
        ("number_of_runs", "", 1), ("number_of_runs", True, 1), ("memory_limit", 65536.0, 65536),
        ("cpu_time_limit", "1.5", 1.5), ("cpu_time_limit", None, 5.0), ("cpu_time_limit", 1, 1.0),
        ("redirect_stderr_to_stdout", "off", False), ("redirect_stderr_to_stdout", "yes", True),
        ("redirect_stderr_to_stdout", 0, False), ("redirect_stderr_to_stdout", "", False),
        ("compiler_options", 5, "5"), ("compiler_options", True, "t"), ("compiler_options", ["-O1"], None),
        ("language_id", "71abc", 71), ("language_id", [71], None),
    ],
)  # fmt: skip
def test_values_are_cast_as_columns_do(name: str, value: Any, cast: Any) -> None:
    assert getattr(asked(**{name: value}).options, name) == cast


@pytest.mark.parametrize("value", ["many", "1x", True, float("nan"), "--1"])
def test_what_is_no_number_is_told(value: Any) -> None:
    errors = errors_of(asked(cpu_time_limit=value), Meant(LANGUAGE_IDS[71]), SETTINGS.judge0, lambda _: "")
    assert errors == {"cpu_time_limit": ["is not a number"]}


@pytest.mark.parametrize("value", [1e400, "9" * 60, -(10**50), 10**400])
def test_no_number_is_too_large_to_be_refused(value: Any) -> None:
    names = ("number_of_runs", "cpu_time_limit", "memory_limit")
    errors = errors_of(asked(**dict.fromkeys(names, value)), Meant(LANGUAGE_IDS[71]), SETTINGS.judge0, lambda _: "")
    assert set(errors) <= set(names) and "cpu_time_limit" in errors


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ()), ("  ", ()), ("a 'b c'", ("a", "b c")), ("a; rm -rf $HOME | x", ("a", "rm", "-rf", "HOME", "x")),
        ("it's", ("it's",)), ("`id` >x &", ("id", "x")),
    ],
)  # fmt: skip
def test_command_lines_lose_what_a_shell_would_do_more(text: str | None, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def result(outcome: Outcome = Outcome.EXITED, cpu_ms: int = 100, **fields: Any) -> RunResult:
    usage = Usage(cpu_time_ns=cpu_ms * MS_NS, wall_time_ns=2 * cpu_ms * MS_NS, memory_peak_bytes=2048 * KIB)
    return RunResult(outcome=outcome, usage=usage, **fields)


ENDS: list[tuple[RunResult, dict[str, Any]]] = [
    (result(exit_code=0), {"status_id": 3, "exit_code": 0, "message": None}),
    (result(exit_code=0, cpu_ms=6000), {"status_id": 5, "message": "Time limit exceeded", "time": 6.0}),
    (result(exit_code=1, cpu_ms=6000), {"status_id": 11, "exit_code": 1}),
    (result(Outcome.CPU_LIMIT, signal=9), {"status_id": 5, "exit_code": 0, "exit_signal": None}),
    (result(Outcome.WALL_LIMIT, signal=9), {"status_id": 5, "message": "Time limit exceeded (wall clock)"}),
    (result(Outcome.SIGNALLED, signal=11), {"status_id": 7, "exit_signal": 11, "message": "Caught fatal signal 11"}),
    (result(Outcome.OUTPUT_LIMIT, signal=9), {"status_id": 8, "exit_signal": int(signal.SIGXFSZ)}),
    (result(Outcome.SIGNALLED, signal=8), {"status_id": 9}),
    (result(Outcome.SIGNALLED, signal=6), {"status_id": 10}),
    (result(Outcome.SIGNALLED, signal=64), {"status_id": 12, "exit_signal": 64}),
    (result(Outcome.MEMORY_LIMIT, signal=9), {"status_id": 12, "exit_signal": 9, "message": "Memory limit exceeded"}),
    (result(Outcome.MEMORY_LIMIT, exit_code=1), {"status_id": 11, "exit_code": 1, "message": "Memory limit exceeded"}),
    (result(Outcome.PROCESS_LIMIT, exit_code=7), {"status_id": 11, "message": "Exited with error status 7"}),
    (result(Outcome.DISK_LIMIT, exit_code=2), {"status_id": 11, "exit_code": 2}),
    (result(Outcome.DISK_LIMIT, signal=6), {"status_id": 10, "exit_signal": 6}),
    (result(Outcome.SYSCALL_DENIED, syscall="mount", signal=9),
     {"status_id": 12, "exit_signal": 31, "message": "Forbidden system call mount"}),
    (result(Outcome.CANCELLED), {"status_id": 13}),
]  # fmt: skip


@pytest.mark.parametrize(("one", "expected"), ENDS, ids=[f"{row[0].outcome}-{row[1]['status_id']}" for row in ENDS])
def test_each_outcome_has_its_status(one: RunResult, expected: dict[str, Any]) -> None:
    report = ExecutionReport(id="x", runs=(RunReport(result=one),))
    found = msgspec.structs.asdict(result_of(report, [Written()], Context(71, 5.0), None))
    assert {name: found[name] for name in expected} == expected


def test_faults_that_are_not_the_programs_are_internal_errors() -> None:
    for blame in (BlameOn.JUDGE, BlameOn.CLIENT):
        found = result_of(ExecutionReport(id="x", blame=blame, reason="so"), [], Context(71, 5.0), None)
        assert (found.status_id, found.message, found.time) == (13, "so", None)


def test_means_are_of_the_runs_up_to_the_first_that_is_not_accepted() -> None:
    runs = tuple(RunReport(result=result(exit_code=0, cpu_ms=cpu_ms)) for cpu_ms in (1, 2, 900))
    report = ExecutionReport(id="x", runs=runs)
    written = [Written(b"a"), Written(b"b"), Written(b"a")]
    found = result_of(report, written, Context(71, 5.0, compares=True), b"a")
    assert (found.status_id, found.time, found.memory, found.stdout) == (4, 0.002, 2048, b"b")
    found = result_of(report, [Written(b"a")] * 3, Context(71, 5.0, compares=True), b"a\n")
    assert (found.status_id, found.time) == (3, 0.301)


def test_a_compiler_that_takes_too_long_is_told_in_the_usual_words() -> None:
    compiled = CompileReport(ok=False, log="so", run=result(Outcome.WALL_LIMIT))
    report = ExecutionReport(id="x", blame=BlameOn.PROGRAM, compile=compiled)
    found = result_of(report, [], Context(50, 5.0), None)
    assert (found.status_id, found.compile_output) == (6, b"Compilation time limit exceeded.")
    assert (found.time, found.memory, found.stdout, found.exit_code) == (None, None, None, None)


def test_columns_come_in_their_order_and_unknown_ones_are_named() -> None:
    assert columns_asked("status, stdout ,token", newest=True) == ("stdout", "token", "status")
    everything = columns_asked("*", newest=True)
    assert "post_execution_filesystem" in everything and "started_at" not in everything
    assert "post_execution_filesystem" not in columns_asked("*", newest=False)
    with pytest.raises(InvalidFieldsError, match=r"invalid fields: \[id, x\]"):
        columns_asked("id,stdout,x", newest=True)


def test_limits_become_ours_within_those_of_the_operator() -> None:
    most = msgspec.structs.replace(SETTINGS.limits, memory_bytes_max=64 << 20)
    sent = asked(cpu_time_limit=1.5, cpu_extra_time=0.5, stack_limit=1000, max_file_size=0)
    task = task_of(sent, LANGUAGE_IDS[71], None, large_of(sent), Limits(SETTINGS.judge0, most, True))
    limits = task.limits
    assert (limits.cpu_time_ns, limits.wall_time_ns) == (2 * S_NS, 10 * S_NS)
    assert (limits.memory_bytes, limits.stack_bytes, limits.processes) == (64 << 20, 1000 * KIB, 60)
    assert (limits.stdout_bytes, limits.address_space_bytes) == (4096 * KIB, 0)
    assert (task.unchecked, task.keep, source_of(task)) == (True, ("**/*",), b"x")
    assert context_of(sent) == Context(71, 1.5)


@pytest.mark.parametrize("row", LANGUAGE_IDS.values(), ids=lambda row: str(row.id))
def test_a_source_has_a_name_that_its_language_knows(row: Any) -> None:
    languages = Languages.open()
    names = {number: language for language in languages.all() for number in language.judge0_ids}
    language = names.get(row.id)
    if language is None:
        return
    sent = asked(language_id=row.id)
    limits = Limits(SETTINGS.judge0, SETTINGS.limits, False)
    task = task_of(sent, row, language, large_of(sent), limits)
    assert task.program is not None
    assert task.program.sources[0].name.rpartition(".")[2] in language.extensions


def test_every_number_of_a_language_is_one_of_judge0s() -> None:
    numbers = [number for language in Languages.open().all() for number in language.judge0_ids]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) <= set(LANGUAGE_IDS)


def table() -> str:
    """The table of languages on the page for those who come from Judge0: print it to write the page."""
    names = {number: language.name for language in Languages.open().all() for number in language.judge0_ids}
    lines = ["| `language_id` | Judge0's name | here |", "|---|---|---|"]
    for row in LANGUAGE_IDS.values():
        if row.id > ARCHIVED_LAST:
            lines.append(f"| {row.id} | {row.name} | {names.get(row.id, 'archived')} |")
    return "\n".join(lines) + "\n"


def test_the_page_has_the_table_of_languages() -> None:
    page = Path(__file__).resolve().parents[6] / "docs" / "howto" / "coming-from-judge0.md"
    assert page.read_text().endswith(table())
