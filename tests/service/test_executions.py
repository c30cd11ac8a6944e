"""Executions: a program is run without any problem, and what it wrote comes back."""

from __future__ import annotations

import signal

import pytest
from service_harness import Worker, send_signal

from judge.client import Client, new_id
from judge.model.event import Claimed, Compiled, OutputChunk
from judge.model.run import Outcome
from judge.model.submission import SourceFile
from judge.model.units import MIB, MS_NS
from judge.model.work import (
    Context,
    Data,
    Execution,
    InputFile,
    ProgramSource,
    RequestedLimits,
    Work,
    WorkHeader,
    WorkKind,
)
from judge.model.work_report import BlameOn, ExecutionReport

SHELL = "/bin/sh"


def report_of(client: Client, task: Execution, language: str = "") -> ExecutionReport:
    """Run it through the queue."""
    header = WorkHeader(id=new_id(), kind=WorkKind.EXECUTION, language=language, context=Context(text="mine"))
    client.send(Work(header=header, task=task))
    report = client.work_result(header.id, timeout=60)
    assert isinstance(report, ExecutionReport)
    return report


def execution(client: Client, source: bytes, language: str = "python3", **fields: object) -> ExecutionReport:
    """Run a program of one file."""
    name = {"python3": "main.py", "c": "main.c"}[language]
    program = ProgramSource(sources=(SourceFile(name=name, content=source),))
    return report_of(client, Execution(program=program, **fields), language)  # type: ignore[arg-type]


def shell(client: Client, script: str, **fields: object) -> ExecutionReport:
    """Run a shell command that is no program of any language."""
    return report_of(client, Execution(argv=(SHELL, "-c", script), **fields))  # type: ignore[arg-type]


def printed(report: ExecutionReport) -> bytes:
    """What the one run, which went well, wrote."""
    assert report.reason == ""
    (run,) = report.runs
    return run.stdout.content


# --- programs ---------------------------------------------------------------------------------------------


def test_what_a_program_wrote_comes_back(runs_client: Client) -> None:
    report = execution(
        runs_client, b"import sys\nprint(input())\nsys.stderr.write('beside')\n", stdin=Data(content=b"hello\n")
    )
    assert (report.reason, report.blame, report.context.text) == ("", BlameOn.NONE, "mine")
    (run,) = report.runs
    assert (run.stdout.content, run.stderr.content) == (b"hello\n", b"beside")
    assert run.result.outcome is Outcome.EXITED


def test_a_failing_program_is_to_blame_and_its_output_is_kept(runs_client: Client) -> None:
    report = execution(runs_client, b"print('before', flush=True)\nraise SystemExit(3)\n")
    assert report.blame is BlameOn.PROGRAM
    assert (report.runs[0].result.exit_code, report.runs[0].stdout.content) == (3, b"before\n")


def test_standard_input_and_a_large_output_travel_as_blobs(runs_client: Client) -> None:
    text = b"0123456789" * 20_000
    report = execution(
        runs_client,
        b"import sys\nsys.stdout.write(sys.stdin.read())\n",
        stdin=Data(blob=runs_client.put_blob(text)),
    )
    (run,) = report.runs
    assert (report.reason, run.stdout.content, run.stdout.size_bytes) == ("", b"", len(text))
    assert runs_client.get_blob(run.stdout.blob) == text


def test_a_missing_blob_is_the_clients_fault(runs_client: Client) -> None:
    report = execution(runs_client, b"", stdin=Data(blob="sha256:" + "0" * 64))
    assert report.blame is BlameOn.CLIENT
    assert report.reason.startswith("stdin: there is no blob sha256:000")


def test_what_a_compiler_says_is_in_the_report(runs_client: Client) -> None:
    report = execution(runs_client, b"int main(void) { return x; }", "c")
    assert report.blame is BlameOn.PROGRAM
    assert report.compile is not None
    assert "main.c" in report.compile.log
    assert report.runs == ()


def half_a_program(note: bytes) -> ProgramSource:
    """It writes everywhere before it comes to what does not compile."""
    main = b"print('early', flush=True)\nopen('kept', 'w').write('x')\nimport other\n# " + note
    return ProgramSource(
        sources=(SourceFile(name="main.py", content=main), SourceFile(name="other.py", content=b"\ndef f(:\n"))
    )


def test_of_a_program_that_does_not_compile_no_run_and_no_file_is_told(runs_client: Client) -> None:
    task = Execution(program=half_a_program(b"kept"), keep=("kept",), repeats=3)
    report = report_of(runs_client, task, "python3")
    assert (report.runs, report.blame, report.reason) == ((), BlameOn.PROGRAM, "the program does not compile")
    assert report.compile is not None
    assert "other.py" in report.compile.log and "line 2" in report.compile.log


def test_live_output_of_a_program_that_does_not_compile_never_comes(runs_client: Client) -> None:
    report = report_of(runs_client, Execution(program=half_a_program(b"live"), live=True), "python3")
    assert report.reason == "the program does not compile"
    events = list(runs_client.follow(report.id, timeout=60))
    assert not any(isinstance(event, OutputChunk) for event in events)
    assert [event.ok for event in events if isinstance(event, Compiled)] == [False]


def test_a_run_that_ends_well_needs_no_check_and_one_that_fails_gets_it(runs_client: Client) -> None:
    well, fails = execution(runs_client, b"print(1)  # well"), execution(runs_client, b"assert 0  # fails")
    assert well.compile is not None and fails.compile is not None
    assert (well.compile.checked, well.reason) == (False, "")
    assert (fails.compile.ok, fails.compile.checked, len(fails.runs)) == (True, True, 1)


def test_arguments_of_the_compiler_are_a_part_of_what_is_compiled(runs_client: Client) -> None:
    source = b'#include <stdio.h>\nint main(void) { printf("%d", N); return 0; }'
    for number in (1, 2):
        sources = (SourceFile(name="main.c", content=source),)
        program = ProgramSource(sources=sources, compiler_arguments=(f"-DN={number}",))
        report = report_of(runs_client, Execution(program=program), "c")
        assert printed(report) == b"%d" % number


def test_a_program_is_given_arguments_variables_and_files(runs_client: Client) -> None:
    source = (
        b"import os, sys\nprint(sys.argv[1:], os.environ['COLOUR'], os.environ['HOME'], open('data/in.txt').read())"
    )
    files = (InputFile(name="data/in.txt", data=Data(content=b"inside")),)
    report = execution(
        runs_client, source, arguments=("a b", "-c"), environment={"COLOUR": "red", "HOME": "/tmp"}, files=files
    )
    assert printed(report) == b"['a b', '-c'] red /tmp inside\n"


# --- commands ---------------------------------------------------------------------------------------------


def test_a_command_of_no_language_runs_in_the_plain_root(runs_client: Client) -> None:
    assert printed(shell(runs_client, "pwd; ls -A; echo $ONLINE_JUDGE")) == b"/work\n1\n"


def test_a_command_may_be_one_of_the_files(runs_client: Client) -> None:
    files = (
        InputFile(name="bin/go", data=Data(content=b"#!/bin/sh\n./helper $1; cat plain; test ! -x plain\n")),
        InputFile(name="helper", data=Data(content=b"#!/bin/sh\necho helped $1\n"), executable=True),
        InputFile(name="plain", data=Data(content=b"text\n")),
    )
    report = report_of(runs_client, Execution(argv=("bin/go", "one"), files=files))
    assert printed(report).startswith(b"helped one\ntext\n")


def test_a_command_in_a_language_finds_its_toolchain(runs_client: Client) -> None:
    task = Execution(argv=("/usr/bin/python3", "-c", "print(1 + 1)"))
    assert printed(report_of(runs_client, task, "python3")) == b"2\n"


def test_a_command_that_is_not_there_is_told_so(runs_client: Client) -> None:
    report = report_of(runs_client, Execution(argv=("/usr/bin/not-there",)))
    assert report.blame is BlameOn.PROGRAM
    assert "/usr/bin/not-there" in report.reason


# --- limits -----------------------------------------------------------------------------------------------


def test_malloc_fails_where_an_address_space_limit_was_asked_for(runs_client: Client) -> None:
    source = b'#include <stdio.h>\n#include <stdlib.h>\nint main(void) { puts(malloc(200 << 20) ? "got" : "refused"); }'
    assert printed(execution(runs_client, source, "c")) == b"got\n"
    limits = RequestedLimits(address_space_bytes=64 * MIB)
    assert printed(execution(runs_client, source, "c", limits=limits)) == b"refused\n"


def test_fewer_open_files_than_the_sandbox_itself_needs_are_a_limit_like_any(runs_client: Client) -> None:
    limits = RequestedLimits(open_files=10)
    assert printed(shell(runs_client, "ulimit -n", limits=limits)) == b"10\n"
    source = b"int main(void) { return 0; }"
    assert execution(runs_client, source, "c", compile_limits=limits).blame is not BlameOn.JUDGE


@pytest.mark.parametrize(
    ("script", "limits", "outcome"),
    [
        ("while :; do :; done", RequestedLimits(cpu_time_ns=100 * MS_NS), Outcome.CPU_LIMIT),
        ("sleep 60", RequestedLimits(wall_time_ns=300 * MS_NS), Outcome.WALL_LIMIT),
        ("sleep 60", RequestedLimits(idle_time_ns=300 * MS_NS), Outcome.IDLE_LIMIT),
        ("yes", RequestedLimits(stdout_bytes=7), Outcome.OUTPUT_LIMIT),
    ],
)
def test_what_was_written_before_a_limit_ends_a_run_is_kept(
    runs_client: Client, script: str, limits: RequestedLimits, outcome: Outcome
) -> None:
    report = shell(runs_client, f"echo before; echo beside >&2; {script}", limits=limits)
    (run,) = report.runs
    assert (report.blame, run.result.outcome) == (BlameOn.PROGRAM, outcome)
    assert (run.stdout.content, run.stderr.content) == (b"before\n", b"beside\n")
    assert run.stdout.truncated is (outcome is Outcome.OUTPUT_LIMIT)


@pytest.mark.parametrize(("environment", "starts"), [({}, 1), ({"MINE": "x"}, 4)])
def test_repeats_of_a_python_program_are_copies_of_one_start_unless_variables_are_given(
    runs_client: Client, environment: dict[str, str], starts: int
) -> None:
    seed = SourceFile(name="main.py", content=b"print(hash('x'))")
    task = Execution(program=ProgramSource(sources=(seed,)), repeats=4, environment=environment)
    report = report_of(runs_client, task, "python3")
    assert len(report.runs) == 4
    assert len({run.stdout.content for run in report.runs}) == starts


def test_every_run_of_a_repeated_one_is_in_the_report(runs_client: Client) -> None:
    report = shell(runs_client, "test ! -e mark; touch mark; echo ok", repeats=3)
    assert [run.stdout.content for run in report.runs] == [b"ok\n"] * 3
    assert report.mean is not None
    walls = [run.result.usage.wall_time_ns for run in report.runs]
    assert report.mean.wall_time_ns == round(sum(walls) / 3)


def test_repeats_end_with_the_first_that_fails(runs_client: Client) -> None:
    assert [run.result.exit_code for run in shell(runs_client, "exit 4", repeats=3).runs] == [4]


# --- output -----------------------------------------------------------------------------------------------


def test_streams_are_one_when_asked(runs_client: Client) -> None:
    report = shell(runs_client, "echo 1; echo 2 >&2; echo 3; echo 4 >&2", merge_stderr=True)
    assert printed(report) == b"1\n2\n3\n4\n"
    assert report.runs[0].stderr.size_bytes == 0


def test_pieces_add_up_to_both_streams(runs_client: Client) -> None:
    (run,) = shell(runs_client, "echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three", pieces=True).runs
    assert [(piece.stream, piece.size_bytes) for piece in run.pieces] == [(1, 4), (2, 4), (1, 6)]
    assert shell(runs_client, "echo one").runs[0].pieces == ()


def test_live_output_comes_in_order_and_late_followers_see_all_of_it(runs_client: Client) -> None:
    task = Execution(argv=(SHELL, "-c", "for i in 1 2 3; do echo $i; echo e$i >&2; sleep 0.1; done"), live=True)
    header = WorkHeader(id=new_id(), kind=WorkKind.EXECUTION)
    runs_client.send(Work(header=header, task=task))
    assert runs_client.work_result(header.id, timeout=60).reason == ""
    streams = {1: b"", 2: b""}
    chunks = [event for event in runs_client.follow(header.id) if isinstance(event, OutputChunk)]
    for chunk in chunks:
        assert (chunk.run, chunk.offset, chunk.last) == (1, len(streams[chunk.stream]), False)
        streams[chunk.stream] += chunk.content
    assert streams == {1: b"1\n2\n3\n", 2: b"e1\ne2\ne3\n"}
    assert len(chunks) <= 6


def test_live_output_says_where_it_ends(runs_client: Client) -> None:
    task = Execution(argv=(SHELL, "-c", "head -c 3000000 /dev/zero"), live=True)
    header = WorkHeader(id=new_id(), kind=WorkKind.EXECUTION)
    runs_client.send(Work(header=header, task=task))
    runs_client.work_result(header.id, timeout=60)
    chunks = [event for event in runs_client.follow(header.id) if isinstance(event, OutputChunk)]
    assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert sum(len(chunk.content) for chunk in chunks) <= 1 << 20


def test_kept_files_come_back_as_blobs_and_links_do_not(runs_client: Client) -> None:
    script = (
        "mkdir -p out/deep; echo one > out/one.txt; echo two > out/deep/two.txt; echo no > out/three.bin;"
        "ln -s one.txt out/link.txt; ln out/three.bin out/hard.txt"
    )
    (run,) = shell(runs_client, script, keep=("out/**/*.txt",)).runs
    assert {file.name: runs_client.get_blob(file.blob) for file in run.files} == {
        "out/one.txt": b"one\n",
        "out/deep/two.txt": b"two\n",
    }
    assert run.files_passed_over == 0


def test_files_are_kept_of_a_run_that_a_limit_ended_and_more_than_enough_are_counted(runs_client: Client) -> None:
    script = "i=0; while [ $i -lt 260 ]; do echo $i > $i.txt; i=$((i + 1)); done; while :; do :; done"
    (run,) = shell(runs_client, script, keep=("*.txt",), limits=RequestedLimits(cpu_time_ns=500 * MS_NS)).runs
    assert run.result.outcome is Outcome.CPU_LIMIT
    assert (len(run.files), run.files_passed_over) == (256, 4)


def test_after_a_killed_slot_live_output_begins_again(runs_client: Client, running_worker: Worker) -> None:
    header = WorkHeader(id=new_id(), kind=WorkKind.EXECUTION)
    runs_client.send(Work(header=header, task=Execution(argv=(SHELL, "-c", "echo one; sleep 1; echo two"), live=True)))
    story: list[object] = []
    for event in runs_client.follow(header.id, timeout=60):
        if isinstance(event, Claimed):
            story.append(event.attempt)
        if isinstance(event, OutputChunk):
            story.append((event.offset, event.content))
            if len(story) == 2:
                send_signal(running_worker.slot_pids(), signal.SIGKILL)
    assert story == [1, (0, b"one\n"), 2, (0, b"one\n"), (4, b"two\n")]


# --- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (Execution(), "program: a program or a command is needed"),
        (Execution(argv=("go",)), "argv[0]: neither an absolute path nor one of the files"),
        (Execution(argv=(SHELL,), files=(InputFile(name="x", data=Data(blob="x")),)), "files[0].data: "),
        (Execution(argv=(SHELL,), files=(InputFile(name="../x", data=Data()),)), "files: file '../x'"),
        (Execution(argv=(SHELL,), limits=RequestedLimits(memory_bytes=1 << 50)), "limits.memory_bytes: "),
        (Execution(argv=(SHELL,), keep=("/etc/*",)), "keep: '/etc/*' is not relative to /work"),
    ],
)
def test_what_cannot_be_is_the_clients_fault_and_names_the_field(
    runs_client: Client, task: Execution, reason: str
) -> None:
    report = report_of(runs_client, task)
    assert (report.blame, report.runs) == (BlameOn.CLIENT, ())
    assert report.reason.startswith(reason)
