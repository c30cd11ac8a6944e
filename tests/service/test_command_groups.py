"""Command groups: several commands at once, joined by pipes, through the queue and a real worker."""

from __future__ import annotations

import pytest
from service_harness import until

from judge.client import Client, new_id
from judge.model.group import Endpoint, Pipe
from judge.model.run import Outcome
from judge.model.units import MIB, MS_NS
from judge.model.work import Command, CommandGroup, Data, InputFile, RequestedLimits, Work, WorkHeader, WorkKind
from judge.model.work_report import BlameOn, CommandGroupReport, status_of
from judge.queue.values import State


def shell(script: str, **fields: object) -> Command:
    return Command(argv=("/bin/sh", "-c", script), **fields)  # type: ignore[arg-type]


def pipe(source: int, target: int, out: int = 1, into: int = 0, **fields: object) -> Pipe:
    ends = {"source": Endpoint(command=source, descriptor=out), "target": Endpoint(command=target, descriptor=into)}
    return Pipe(**ends, **fields)  # type: ignore[arg-type]


def send(client: Client, *commands: Command, pipes: tuple[Pipe, ...] = (), language: str = "") -> str:
    header = WorkHeader(id=new_id(), kind=WorkKind.GROUP, language=language)
    client.send(Work(header=header, task=CommandGroup(commands=commands, pipes=pipes)))
    return header.id


def run(client: Client, *commands: Command, pipes: tuple[Pipe, ...] = (), language: str = "") -> CommandGroupReport:
    report = client.work_result(send(client, *commands, pipes=pipes, language=language), timeout=60)
    assert isinstance(report, CommandGroupReport)
    return report


def outputs(report: CommandGroupReport) -> list[bytes]:
    assert report.reason == ""
    return [one.stdout.content for one in report.commands]


def test_two_commands_with_a_pipe(runs_client: Client) -> None:
    report = run(runs_client, shell("echo hello"), shell("tr a-z A-Z"), pipes=(pipe(0, 1),))
    assert outputs(report) == [b"", b"HELLO\n"]
    assert (report.blame, report.pipes[0].size_bytes) == (BlameOn.NONE, None)


def test_three_in_a_row_and_what_flows_is_recorded(runs_client: Client) -> None:
    pipes = (pipe(0, 1, record_bytes_max=4), pipe(1, 2, record_bytes_max=1000))
    stdin = Data(content=b"c\nb\na\n")
    report = run(runs_client, shell("cat", stdin=stdin), shell("sort"), shell("head -n 1"), pipes=pipes)
    assert outputs(report)[2] == b"a\n"
    assert [one.size_bytes for one in report.pipes] == [6, 6]
    assert [(one.record.content, one.record.truncated) for one in report.pipes] == [
        (b"c\nb\n", True),
        (b"a\nb\nc\n", False),
    ]


def test_a_long_record_is_a_blob(runs_client: Client) -> None:
    pipes = (pipe(0, 1, record_bytes_max=MIB),)
    report = run(runs_client, shell("head -c 500000 /dev/zero"), shell("wc -c"), pipes=pipes)
    assert runs_client.get_blob(report.pipes[0].record.blob) == bytes(500_000)


def test_one_speaks_to_several_by_distinct_descriptors(runs_client: Client) -> None:
    speaker = shell("echo a; echo b >&2; echo c >&3")
    pipes = (pipe(0, 1), pipe(0, 2, out=2), pipe(0, 3, out=3, into=5))
    report = run(runs_client, speaker, shell("cat"), shell("cat"), shell("cat <&5"), pipes=pipes)
    assert outputs(report)[1:] == [b"a\n", b"b\n", b"c\n"]


def test_two_commands_can_converse(runs_client: Client) -> None:
    asks = shell("echo 1; read x; echo $x >&2")
    answers = shell("read x; echo $((x + 1))")
    report = run(runs_client, asks, answers, pipes=(pipe(0, 1), pipe(1, 0)))
    assert report.commands[0].stderr.content == b"2\n"


@pytest.mark.parametrize("record_bytes_max", [0, 100])
def test_a_command_that_is_killed_is_named_and_the_others_end(runs_client: Client, record_bytes_max: int) -> None:
    limits = RequestedLimits(cpu_time_ns=100 * MS_NS)
    pipes = (pipe(0, 1, record_bytes_max=record_bytes_max),)
    report = run(runs_client, shell("echo so far; while :; do :; done", limits=limits), shell("cat"), pipes=pipes)
    assert [one.result.outcome for one in report.commands] == [Outcome.CPU_LIMIT, Outcome.EXITED]
    assert report.commands[1].stdout.content == b"so far\n"
    assert (report.blame, status_of(report)) == (BlameOn.PROGRAM, "CPU_LIMIT")
    assert report.reason.startswith("command 0: ")


def test_what_is_swallowed_does_not_end_its_writer(runs_client: Client) -> None:
    writer = shell("head -c 300000 /dev/zero && echo survived >&2")
    for swallow, said in ((True, b"survived\n"), (False, b"")):
        report = run(runs_client, writer, shell("exit 0"), pipes=(pipe(0, 1, swallow=swallow),))
        assert report.commands[0].stderr.content == said


def test_kept_files_are_files_of_a_later_group(runs_client: Client) -> None:
    source = InputFile(name="a.c", data=Data(content=b"int main(void) { return 42; }"))
    compiler = Command(
        argv=("/usr/bin/gcc", "a.c", "-o", "a"), language="c", files=(source,), compiling=True, keep=("a",)
    )
    (compiled,) = run(runs_client, compiler, language="c").commands
    (kept,) = compiled.files
    program = InputFile(name="prog", data=Data(blob=kept.blob), executable=True)
    report = run(runs_client, Command(argv=("prog",), files=(program,)), Command(argv=("prog",), files=(program,)))
    assert [one.result.exit_code for one in report.commands] == [42, 42]


def test_each_command_has_a_directory_and_an_environment_of_its_own(runs_client: Client) -> None:
    commands = [shell(f"ls; echo $WHO > {who}; ls", environment={"WHO": who}, keep=("*",)) for who in "ab"]
    report = run(runs_client, *commands)
    assert outputs(report) == [b"a\n", b"b\n"]
    assert [runs_client.get_blob(one.files[0].blob) for one in report.commands] == [b"a\n", b"b\n"]


def test_merged_errors_keep_their_order(runs_client: Client) -> None:
    report = run(runs_client, shell("echo a; echo b >&2; echo c", merge_stderr=True))
    assert (report.commands[0].stdout.content, report.commands[0].stderr.content) == (b"a\nb\nc\n", b"")


def test_sixteen_at_once(runs_client: Client) -> None:
    commands = [shell("echo x"), *[shell("cat")] * 15]
    report = run(runs_client, *commands, pipes=tuple(pipe(index, index + 1) for index in range(15)))
    assert outputs(report)[15] == b"x\n"


@pytest.mark.parametrize(
    ("command", "pipes", "field"),
    [
        (shell("", language="klingon"), (), "commands[0].language"),
        (shell("", stdin=Data(blob="sha256:" + "0" * 64)), (), "commands[0].stdin"),
        (
            shell("", files=(InputFile(name="x", data=Data(blob="sha256:" + "0" * 64)),)),
            (),
            "commands[0].files[0].data",
        ),
        (shell("", files=(InputFile(name="../x", data=Data()),)), (), "commands[0].files"),
        (Command(argv=()), (), "commands[0].argv"),
        (shell(""), (pipe(0, 0),), "pipes[0]"),
    ],
)
def test_what_cannot_be_is_the_clients_fault(
    runs_client: Client, command: Command, pipes: tuple[Pipe, ...], field: str
) -> None:
    report = run(runs_client, command, pipes=pipes)
    assert (report.blame, status_of(report)) == (BlameOn.CLIENT, "REFUSED")
    assert report.reason.startswith(f"{field}: ")


def test_cancel_ends_all(runs_client: Client) -> None:
    work = send(runs_client, shell("echo; exec sleep 600"), shell("read x; exec sleep 600"), pipes=(pipe(0, 1),))
    until(lambda: runs_client.status(work).state is State.CLAIMED, "the group to run")
    runs_client.cancel(work)
    until(lambda: runs_client.status(work).state is State.CANCELLED, "the group to be cancelled")
    assert outputs(run(runs_client, shell("echo next"))) == [b"next\n"]
