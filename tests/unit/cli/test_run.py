"""`judge run`: what its options ask for, and what it prints of a report; nothing is run."""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from judge.cli import run
from judge.cli.run_options import execution_of_options
from judge.cli.run_output import LivePrinter, output_of_report, print_summary, write_kept
from judge.errors import JudgeError, UsageError
from judge.model.event import OutputChunk, Retried
from judge.model.run import Outcome, RunResult
from judge.model.work import Data, Execution, RequestedLimits
from judge.model.work_report import ExecutionReport, KeptFile, Output, RunReport


class DataOnly:
    """Where data come along as they are."""

    def data(self, content: bytes) -> Data:
        return Data(content=content)


def parsed(*words: str) -> argparse.Namespace:
    """The options of a command line."""
    parser = argparse.ArgumentParser()
    run.add_parser(parser.add_subparsers())
    return parser.parse_args(["run", *words])


def asked(*words: str) -> Execution:
    """What a command line asks for."""
    return execution_of_options(parsed(*words), DataOnly(), b"in")  # type: ignore[arg-type]


def report_of(*runs: RunReport) -> ExecutionReport:
    """A report of these runs."""
    return ExecutionReport(id="x", runs=runs)


def ended(stdout: bytes = b"", code: int = 0, **fields: object) -> RunReport:
    """A run that ended by itself."""
    result = RunResult(outcome=Outcome.EXITED, exit_code=code)
    return RunReport(result=result, stdout=Output(content=stdout, size_bytes=len(stdout)), **fields)  # type: ignore[arg-type]


def no_blob(blob: str) -> bytes:
    """There is none."""
    raise AssertionError(blob)


def test_a_command_is_run_as_its_words_say() -> None:
    execution = asked("--env", "A=1=2", "--keep", "*.txt", "--repeat", "3", "--command", "--", "/bin/sh", "-c", "x")
    assert (execution.argv, execution.program) == (("/bin/sh", "-c", "x"), None)
    assert (execution.environment, execution.keep, execution.repeats) == ({"A": "1=2"}, ("*.txt",), 3)
    assert execution.stdin.content == b"in"


def test_files_come_along_under_their_last_name_or_the_given_one(tmp_path: Path) -> None:
    (tmp_path / "tool").write_bytes(b"#!")
    (tmp_path / "tool").chmod(0o755)
    path = str(tmp_path / "tool")
    execution = asked("--file", path, "--file", f"{path}=bin/t", "--command", "/bin/true")
    assert [(file.name, file.executable) for file in execution.files] == [("tool", True), ("bin/t", True)]


@pytest.mark.parametrize("words", [["--env", "NAME"], ["--env", "=x"], ["--file", "nowhere/at/all"]])
def test_bad_words_are_named(words: list[str]) -> None:
    with pytest.raises(UsageError, match=words[1]):
        asked(*words, "--command", "/bin/true")


def test_a_service_is_asked_for_no_more_than_was_said() -> None:
    assert asked("--service", "--command", "/bin/true").limits.stdout_bytes == 0
    assert asked("--command", "/bin/true").limits.stdout_bytes == 64 << 20


def test_every_limit_has_an_option_and_another_for_compiling() -> None:
    words = "--time 1 --wall 2 --idle 3 --memory 4M --address-space 40M --data-segment 30M --stack 5M --output 6M"
    words += " --stderr 7M --disk 8M --inodes 9 --processes 10 --open-files 11"
    words += " --compile-limit time=12 --compile-limit open-files=13"
    execution = asked(*words.split(), "--service", "--command", "/bin/true")
    assert execution.limits == RequestedLimits(
        cpu_time_ns=1_000_000_000,
        wall_time_ns=2_000_000_000,
        idle_time_ns=3_000_000_000,
        memory_bytes=4 << 20,
        address_space_bytes=40 << 20,
        data_segment_bytes=30 << 20,
        stack_bytes=5 << 20,
        stdout_bytes=6 << 20,
        stderr_bytes=7 << 20,
        disk_bytes=8 << 20,
        disk_inodes=9,
        processes=10,
        open_files=11,
    )
    assert all(getattr(execution.limits, name) for name in RequestedLimits.__struct_fields__)
    assert execution.compile_limits == RequestedLimits(cpu_time_ns=12_000_000_000, open_files=13)


@pytest.mark.parametrize("amount", ["memory", "speed=1", "=1", "time=never", "memory=1"])
def test_a_limit_of_compiling_has_a_name_and_an_amount(amount: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--compile-limit", amount, "a.c")
    assert "--compile-limit" in capsys.readouterr().err


def test_a_stored_report_is_asked_for_without_output_as_it_comes() -> None:
    execution = asked("--service", "--reuse", "--pieces", "--command", "/bin/true")
    assert (execution.reuse, execution.live, execution.pieces) == (True, False, True)


@pytest.mark.parametrize("kind", ["pipe", "file", "socket"])
def test_standard_input_is_read_when_something_is_there(kind: str, tmp_path: Path) -> None:
    assert printed_of_stdin(kind, tmp_path) == "b'here\\n'"


def test_nothing_is_read_from_a_device() -> None:
    with open(os.devnull, "rb") as device:
        assert read_with(device.fileno()) == "b''"


def printed_of_stdin(kind: str, tmp_path: Path) -> str:
    """What the command reads from something of this kind."""
    with contextlib.ExitStack() as stack:
        if kind == "file":
            (tmp_path / "in").write_bytes(b"here\n")
            return read_with(stack.enter_context(open(tmp_path / "in", "rb")).fileno())
        if kind == "pipe":
            source, sink = os.pipe()
            stack.callback(os.close, source)
            os.write(sink, b"here\n")
            os.close(sink)
            return read_with(source)
        ours, theirs = (stack.enter_context(one) for one in socket.socketpair())
        theirs.sendall(b"here\n")
        theirs.shutdown(socket.SHUT_WR)
        return read_with(ours.fileno())


def read_with(stdin: int) -> str:
    """What a process reads that has this standard input."""
    program = "from judge.cli.run_options import read_stdin; print(read_stdin(''))"
    return subprocess.run(
        [sys.executable, "-c", program], stdin=stdin, capture_output=True, check=True, text=True, timeout=60
    ).stdout.strip()


def test_output_that_came_live_is_not_printed_again(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    printer = LivePrinter(str)
    printer.hear(OutputChunk(submission="x", stream=1, offset=0, content=b"one "))
    printer.finish(report_of(ended(b"one two")), no_blob)
    assert capfdbinary.readouterr().out == b"one two"


def test_output_of_an_attempt_that_follows_is_printed_from_its_beginning(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    printer = LivePrinter(str)
    printer.hear(OutputChunk(submission="x", stream=1, offset=0, content=b"lost "))
    printer.hear(Retried(submission="x", attempt=1, reason="a worker died"))
    printer.finish(report_of(ended(b"whole")), no_blob)
    printed = capfdbinary.readouterr()
    assert printed.out == b"lost whole"
    assert b"attempt 1 failed" in printed.err


def test_of_several_runs_the_first_that_went_wrong_is_shown() -> None:
    output = output_of_report(report_of(ended(b"a"), ended(b"b", code=1), ended(b"c")), no_blob, str, ())
    assert (output.stdout, output.exit_code, len(output.usages)) == ("b", 1, 3)


def test_files_that_could_not_be_kept_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    output = output_of_report(report_of(ended(files_passed_over=2)), no_blob, str, ("kept/a",))
    assert (output.kept, output.files_passed_over) == (("kept/a",), 2)
    print_summary(output)
    assert capsys.readouterr().err.endswith("kept kept/a\n2 more files could not be kept\n")


def test_large_output_is_fetched() -> None:
    run_report = RunReport(
        result=RunResult(outcome=Outcome.EXITED, exit_code=0), stdout=Output(blob="sha256:1", size_bytes=5)
    )
    assert output_of_report(report_of(run_report), lambda blob: blob.encode()[:3], str, ()).stdout == "sha"


@pytest.mark.parametrize("name", ["../x", "/x", "a\nb", "a/../../x", ""])
def test_a_kept_files_odd_name_is_passed_over(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = (KeptFile(name=name, blob="b", size_bytes=1), KeptFile(name="d/good", blob="b", size_bytes=1))
    assert write_kept(files, str(tmp_path / "in"), lambda _: b"x") == (str(tmp_path / "in" / "d" / "good"),)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["good"]
    assert "not kept" in capsys.readouterr().err


def test_a_kept_file_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"mine")
    (tmp_path / "a").symlink_to(tmp_path / "outside")
    with pytest.raises(JudgeError, match="a: "):
        write_kept((KeptFile(name="a", blob="b", size_bytes=1),), str(tmp_path), lambda _: b"x")
    assert (tmp_path / "outside").read_bytes() == b"mine"
