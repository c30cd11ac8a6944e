"""Command groups with files wanted by name, links, descriptors, named blobs, and a /work of another name."""

from __future__ import annotations

import pytest

from judge.client import Client, new_id
from judge.errors import NoSuchBlob
from judge.model.group import Endpoint, InputLink, OutputStream, Pipe, WantedFile
from judge.model.run import Outcome
from judge.model.units import MIB
from judge.model.work import (
    Command,
    CommandGroup,
    Data,
    InputFile,
    InputStream,
    RequestedLimits,
    SessionRequest,
    Work,
    WorkHeader,
    WorkKind,
)
from judge.model.work_report import BlameOn, CommandGroupReport, CommandReport, Missing
from judge.wire import encode_work


def shell(script: str, **fields: object) -> Command:
    return Command(argv=("/bin/sh", "-c", script), **fields)  # type: ignore[arg-type]


def group(client: Client, *commands: Command, pipes: tuple[Pipe, ...] = ()) -> CommandGroupReport:
    header = WorkHeader(id=new_id(), kind=WorkKind.GROUP)
    client.send(Work(header=header, task=CommandGroup(commands=commands, pipes=pipes)))
    report = client.work_result(header.id, timeout=60)
    assert isinstance(report, CommandGroupReport)
    return report


def run(client: Client, command: Command) -> CommandReport:
    (report,) = group(client, command).commands
    return report


def test_files_are_taken_by_name_and_what_is_missing_is_told_why(runs_client: Client) -> None:
    script = (
        "echo 1 > '*'; mkdir d; echo 2 > d/x; ln -s d/x link; mkfifo pipe; head -c 100 /dev/zero > big; "
        "echo 3 > shut; chmod 0 shut; ln -s / up"
    )
    names = ("*", "d/x", "link", "pipe", "big", "shut", "up/etc/passwd", "d", "none", "none/none")
    wanted = tuple(WantedFile(name=name, bytes_max=50) for name in names)
    report = run(runs_client, shell(script, wanted=wanted))
    assert [one.name for one in report.taken] == list(names)
    assert [one.content.content for one in report.taken][:2] == [b"1\n", b"2\n"]
    absent, no_file = Missing.ABSENT, Missing.NO_FILE
    expected = [None, None, no_file, no_file, Missing.TOO_LARGE, Missing.UNREADABLE, absent, no_file, absent, absent]
    assert [one.missing for one in report.taken] == expected
    assert report.taken[4].size_bytes == 100


def test_a_file_that_is_too_large_can_be_cut(runs_client: Client) -> None:
    report = run(runs_client, shell("echo 12345 > x", wanted=(WantedFile(name="x", bytes_max=3, cut=True),)))
    assert (report.taken[0].content.content, report.taken[0].content.truncated) == (b"123", True)


def test_more_files_than_go_in_one_message_come_in_order(runs_client: Client) -> None:
    wanted = tuple(WantedFile(name=f"f{index}") for index in range(100))
    report = run(runs_client, shell("for i in $(seq 0 2 99); do echo $i > f$i; done", wanted=wanted))
    assert [one.content.content for one in report.taken[::2]] == [b"%d\n" % index for index in range(0, 100, 2)]
    assert {one.missing for one in report.taken[1::2]} == {Missing.ABSENT}


def test_what_is_wanted_of_a_killed_command_is_taken_too(runs_client: Client) -> None:
    report = run(runs_client, shell("echo x > x; kill -9 $$", wanted=(WantedFile(name="x"),)))
    assert (report.result.outcome, report.taken[0].content.content) == (Outcome.SIGNALLED, b"x\n")


def test_outputs_become_blobs_by_the_names_that_they_were_given(runs_client: Client) -> None:
    a, b, c, d = (f"named-{index}-{new_id()}" for index in range(4))
    command = shell(
        "echo out; echo err >&2; echo file > f; echo five >&5",
        stdout_blob=a,
        stderr_blob=b,
        wanted=(WantedFile(name="f", blob=c),),
        outputs=(OutputStream(descriptor=5, bytes_max=10, blob=d),),
    )
    report = run(runs_client, command)
    assert report.stdout.content == b""
    assert [runs_client.get_blob(name) for name in (a, b, c, d)] == [b"out\n", b"err\n", b"file\n", b"five\n"]
    runs_client.remove_blob(c)
    with pytest.raises(NoSuchBlob):  # it was put by this name alone: nothing of it is left
        runs_client.get_blob(report.taken[0].content.blob)


def test_a_record_of_a_pipe_becomes_a_named_blob(runs_client: Client) -> None:
    name = f"record-{new_id()}"
    source, target = Endpoint(command=0, descriptor=1), Endpoint(command=1, descriptor=0)
    pipe = Pipe(source=source, target=target, record_bytes_max=9, record_blob=name)
    group(runs_client, shell("echo x"), shell("cat"), pipes=(pipe,))
    assert runs_client.get_blob(name) == b"x\n"


def test_links_lead_where_they_were_told_to(runs_client: Client) -> None:
    links = (InputLink(name="d/a", target="../f"), InputLink(name="h", target="/etc/hostname"))
    files = (InputFile(name="f", data=Data(content=b"file\n")),)
    report = run(runs_client, shell("readlink d/a h; cat d/a", links=links, files=files))
    assert report.stdout.content == b"../f\n/etc/hostname\nfile\n"


def test_descriptors_of_a_command_are_read_and_written(runs_client: Client) -> None:
    command = shell(
        "cat <&3 >&4; echo more >&9",
        inputs=(InputStream(descriptor=3, data=Data(content=b"\xff\0in")),),
        outputs=(OutputStream(descriptor=4, bytes_max=100), OutputStream(descriptor=9, bytes_max=100)),
    )
    report = run(runs_client, command)
    assert [one.content for one in report.outputs] == [b"\xff\0in", b"more\n"]


def test_too_much_on_a_descriptor_is_too_much_output(runs_client: Client) -> None:
    report = run(runs_client, shell("echo 123456 >&4", outputs=(OutputStream(descriptor=4, bytes_max=3),)))
    assert report.result.outcome is Outcome.OUTPUT_LIMIT
    assert (report.outputs[0].content, report.outputs[0].truncated) == (b"123", True)


def test_work_can_be_shown_elsewhere_and_nothing_stays_there(runs_client: Client) -> None:
    files = (InputFile(name="prog", data=Data(content=b"#!/bin/sh\npwd; echo $HOME; ls; touch left\n")),)
    command = Command(argv=("prog",), files=files, work_path="/w", wanted=(WantedFile(name="left"),))
    for _ in range(2):
        report = run(runs_client, command)
        assert report.stdout.content == b"/w\n/w\nprog\n"
        assert report.taken[0].missing is None
    assert run(runs_client, shell("ls /w /work")).stdout.content == b"/w:\n\n/work:\n"


def test_malloc_fails_where_a_data_segment_limit_was_asked_for(runs_client: Client) -> None:
    script = "try:\n bytearray(1 << 28)\nexcept MemoryError:\n print('refused')"
    limits = RequestedLimits(data_segment_bytes=64 * MIB, memory_bytes=512 * MIB)
    command = Command(argv=("/usr/bin/python3", "-c", script), limits=limits)
    assert run(runs_client, command).stdout.content == b"refused\n"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"wanted": (WantedFile(name="../x"),)}, "wanted[0].name"),
        ({"wanted": (WantedFile(name="x", blob="a b"),)}, "wanted[0].blob"),
        ({"wanted": (WantedFile(name="x", bytes_max=-1),)}, "wanted[0].bytes_max"),
        ({"wanted": (WantedFile(name="x"),) * 257}, "wanted"),
        ({"links": (InputLink(name="/x", target="y"),)}, "links[0].name"),
        ({"links": (InputLink(name="x", target=""),)}, "links[0].target"),
        ({"inputs": (InputStream(descriptor=2, data=Data()),)}, "inputs[0].descriptor"),
        ({"outputs": (OutputStream(descriptor=20, bytes_max=1),)}, "outputs[0].descriptor"),
        ({"outputs": (OutputStream(descriptor=3, bytes_max=0),)}, "outputs[0].bytes_max"),
        ({"stdout_blob": "/"}, "stdout_blob"),
        ({"work_path": "/etc"}, "work_path"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(runs_client: Client, fields: dict[str, object], field: str) -> None:
    report = group(runs_client, shell("true", **fields))
    assert (report.blame, report.reason.split(": ")[0]) == (BlameOn.CLIENT, f"commands[0].{field}")


def test_what_is_not_used_is_not_written_to_the_wire() -> None:
    header = WorkHeader(id="a", kind=WorkKind.GROUP)
    text = encode_work(Work(header=header, task=CommandGroup(commands=(shell("true"),)))).sources.decode()
    assert "wanted" not in text
    assert "data_segment" not in text
    session = Work(header=WorkHeader(id="a", kind=WorkKind.SESSION), task=SessionRequest(argv=("/bin/sh",)))
    assert "work_path" not in encode_work(session).sources.decode()
