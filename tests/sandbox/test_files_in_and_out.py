"""Files put into /work and taken out of it: hostile names, kinds, sizes and changes."""

from __future__ import annotations

import errno
import os
import signal
import stat
from collections.abc import Sequence

import msgspec
import pytest
from sandbox_harness import Stage, limits, open_descriptors, script

from judge.errors import CancelledError, SandboxError, WorkFilesError
from judge.model.units import MIB
from judge.sandbox.capture import Capture, Missed
from judge.sandbox.launcher_client import LauncherClient
from judge.sandbox.protocol import SIGNAL, CollectFiles, LauncherRequest
from judge.sandbox.slot import Slot
from judge.sandbox.spec import Collect, RunSpec, Wanted
from judge.sandbox.work_directory import Collected, batches, collect


def taken(stage: Stage, text: str, collect: Collect, **changes: int) -> dict[str, Capture]:
    """What is collected after a Python program ran."""
    spec = msgspec.structs.replace(script(text, **changes), collect=collect)
    done = stage.box.run(spec)
    assert done.result.ok, (done.result, done.stderr.text())
    return dict(done.files)


EVERYTHING = Collect(patterns=("**",))

# -- in -------------------------------------------------------------------------------------------------------


def test_files_arrive_with_content_and_mode(stage: Stage) -> None:
    look = "import os; print([(p, oct(os.stat(p).st_mode), open(p, 'rb').read()) for p in ('a', 'd/e/f')])"
    files: dict[str, bytes | int | Capture] = {"a": b"\0binary", "d/e/f": Capture(b"#!/bin/sh\nexit 9\n")}
    done = stage.box.run(script(look), files=files, executables=("d/e/f",))
    assert done.stdout.text().strip() == str(
        [("a", "0o100644", b"\0binary"), ("d/e/f", "0o100755", b"#!/bin/sh\nexit 9\n")]
    )
    spec = RunSpec(argv=("/work/d/e/f",), limits=limits())
    assert stage.box.run(spec, files=files, executables=("d/e/f",)).result.exit_code == 9


def test_descriptors_are_copied_from_their_beginning_as_often_as_asked(stage: Stage) -> None:
    fd = os.open("/etc/services", os.O_RDONLY)
    size = os.fstat(fd).st_size
    look = "import os; print(os.stat('a').st_size, os.stat('b').st_size)"
    for _ in range(2):
        assert stage.says(look, files={"a": fd, "b": fd}) == f"{size} {size}"
    os.close(fd)


def test_many_and_large_files_arrive(stage: Stage) -> None:
    files = {f"f{index}": b"%d" % index for index in range(1000)}
    assert stage.says("import os; print(len(os.listdir()), open('f999').read())", files=files) == "1000 999"
    assert stage.says("import os; print(os.stat('x').st_size)", files={"x": bytes(20 * MIB)}) == str(20 * MIB)


def test_a_thousand_small_files_travel_in_one_message(stage: Stage) -> None:
    files = {f"{index % 50}/a/b/c/{index}": b"%d" % index for index in range(1000)}
    sent = list(batches(files, ("7/a/b/c/7",)))
    assert [len(batch.contents) for batch in sent] == [1]
    look = "import os\nprint(sum(len(f) for *_, f in os.walk('.')),"
    look += " os.access('7/a/b/c/7', 1), open('49/a/b/c/999').read())"
    done = stage.box.run(script(look), files=files, executables=("7/a/b/c/7",))
    assert done.stdout.text() == "1000 True 999\n"


def test_files_of_every_size_arrive_in_order_and_whole(stage: Stage) -> None:
    sizes = [0, 1, 65_536, 65_537, 0, 3 * MIB, 7]
    files = {f"f{index}": bytes([index]) * size for index, size in enumerate(sizes)}
    look = "import os\nfor i in range(7):\n data = open(f'f{i}', 'rb').read(); print(len(data), set(data) <= {i})"
    assert stage.says(look, files=files) == "\n".join(f"{size} True" for size in sizes)


@pytest.mark.parametrize(
    "files",
    [{"a": b"", "a/b": b""}, {"a/b": b"", "a": b""}, {"x" * 256: b""}, {"/".join(["d" * 200] * 21): b""},
     {"big": bytes(70 * MIB)}, {f"{index}": b"" for index in range(5000)}],
)  # fmt: skip
def test_files_that_do_not_fit_are_the_fault_of_whoever_chose_them(stage: Stage, files: dict[str, bytes]) -> None:
    with pytest.raises(WorkFilesError, match="put "):
        stage.box.run(script("pass"), files=files)


def test_a_file_in_the_place_of_a_directory_is_the_fault_of_whoever_chose_it(stage: Stage) -> None:
    spec = msgspec.structs.replace(script("pass"), directories=("feedback",))
    with pytest.raises(WorkFilesError, match="prepare /work"):
        stage.box.run(spec, files={"feedback": b""})


@pytest.mark.parametrize("name", ["", "/etc/passwd", "..", "../tmp/x", "a/../b", "a//b", "a/", "./a", ".", "a\0b", "/"])
def test_names_that_lead_elsewhere_are_refused_before_anything_runs(stage: Stage, name: str) -> None:
    with pytest.raises(SandboxError, match="relative path below /work"):
        stage.box.run(script("pass"), files={name: b""})
    with pytest.raises(SandboxError, match="relative path below /work"):
        stage.box.run(RunSpec(argv=("/bin/true",), limits=limits(), directories=(name,)))
    assert stage.act("exit", 0).result.ok


@pytest.mark.parametrize("files", [{"a": b"", "a/b": b""}, {"x" * 300: b""}])
def test_names_that_cannot_be_made_are_told(stage: Stage, files: dict[str, bytes]) -> None:
    with pytest.raises(SandboxError, match="put"):
        stage.box.run(script("pass"), files=files)
    assert stage.says("import os; print(os.listdir())") == "[]"


def test_files_larger_than_the_disk_are_told(stage: Stage) -> None:
    with pytest.raises(SandboxError, match="No space"):
        stage.box.run(script("pass", disk_bytes=1 * MIB), files={"big": bytes(2 * MIB)})
    assert stage.act("exit", 0).result.ok


@pytest.mark.parametrize("argv", [(), ("relative",), ("",)])
def test_programs_are_named_by_absolute_paths(stage: Stage, argv: tuple[str, ...]) -> None:
    with pytest.raises(SandboxError, match="absolute path"):
        stage.box.run(RunSpec(argv=argv, limits=limits()))


@pytest.mark.parametrize("number", [-1, 0, 2, 20, 1000])
def test_descriptors_are_handed_over_in_their_range(stage: Stage, number: int) -> None:
    with pytest.raises(SandboxError, match="3 to 19"):
        stage.box.run(RunSpec(argv=("/bin/true",), limits=limits()), fds={number: 0})


@pytest.mark.parametrize(
    ("argv", "env"),
    [(("/bin/true", "a\0b"), ()), (("/bin/true",), (("A\0", "b"),)), (("/bin/true",), (("A=B", "c"),))],
)
def test_null_bytes_and_odd_names_are_our_callers_fault(
    stage: Stage, argv: tuple[str, ...], env: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises(SandboxError, match="arguments and environment"):
        stage.box.run(RunSpec(argv=argv, limits=limits(), env=env))
    assert stage.act("exit", 0).result.ok


def test_requests_too_large_to_be_sent_are_told_and_leak_nothing(stage: Stage, sandbox_slot: Slot) -> None:
    assert stage.act("exit", 0).result.ok
    sandbox_slot.resources.prepare()
    before = open_descriptors()
    for _ in range(5):
        with pytest.raises(SandboxError, match="too large"):
            stage.box.run(RunSpec(argv=("/bin/true", "x" * 100_000, "y" * 100_000), limits=limits()))
    assert stage.act("exit", 0).result.ok
    sandbox_slot.resources.prepare()
    assert open_descriptors() == before


def test_a_working_directory_that_is_not_there_is_told(stage: Stage) -> None:
    with pytest.raises(SandboxError, match="prepare /work"):
        stage.box.run(RunSpec(argv=("/bin/true",), limits=limits(), cwd="/work/absent"))


# -- out ------------------------------------------------------------------------------------------------------


def test_matching_files_come_out(stage: Stage) -> None:
    text = "import os; os.mkdir('d'); open('a.txt', 'w').write('A'); open('d/b.bin', 'wb').write(b'\\0\\xff')"
    files = taken(stage, text, Collect(patterns=("*.txt", "d/*")))
    assert {name: capture.read() for name, capture in files.items()} == {"a.txt": b"A", "d/b.bin": b"\0\xff"}
    assert taken(stage, text, Collect()) == {}


def test_only_regular_files_with_one_name_come_out(stage: Stage) -> None:
    text = """
import os, socket
open('plain', 'w').write('x')
os.symlink('/etc/passwd', 'link'); os.symlink('/', 'root'); os.mkfifo('fifo')
socket.socket(socket.AF_UNIX).bind('socket')
open('one', 'w').write('x'); os.link('one', 'two')
"""
    assert set(taken(stage, text, EVERYTHING)) == {"plain"}


def test_unreadable_files_and_directories_come_out_only_if_they_can_be_read(stage: Stage) -> None:
    text = "import os\nfor n in 'ab':\n os.mkdir(n); open(n + '/f', 'w').write(n)\n"
    text += "os.chmod('a', 0); os.chmod('b/f', 0); os.chmod('/work', 0o500)"
    assert set(taken(stage, text, EVERYTHING)) == set()
    assert stage.says("import os; print(os.listdir(), oct(os.stat('.').st_mode))") == "[] 0o40700"


def test_a_thousand_nested_directories_are_walked_as_deep_as_promised(stage: Stage) -> None:
    text = "import os\nfor i in range(1000):\n open('f', 'w').write(str(i)); os.mkdir('d'); os.chdir('d')"
    files = taken(stage, text, EVERYTHING)
    assert 60 <= len(files) <= 64
    assert stage.act("exit", 0).result.ok


def test_names_that_are_not_utf8_come_out_as_surrogates(stage: Stage) -> None:
    files = taken(stage, "open(b'\\xff\\xfe', 'w').write('odd')", EVERYTHING)
    assert {os.fsencode(name): capture.read() for name, capture in files.items()} == {b"\xff\xfe": b"odd"}


def test_count_and_bytes_are_bounded(stage: Stage) -> None:
    many = "for i in range(50): open(f'{i:02}', 'w').write('x' * 100)"
    assert sorted(taken(stage, many, Collect(patterns=("*",), files_max=7))) == [f"{i:02}" for i in range(7)]
    files = taken(stage, many, Collect(patterns=("*",), bytes_max=350))
    assert len(files) == 3
    sparse = "import os; os.truncate(os.open('big', os.O_CREAT | os.O_RDWR), 1 << 40); open('ok', 'w').write('x')"
    assert set(taken(stage, sparse, EVERYTHING)) == {"ok"}


def test_large_files_come_out_whole(stage: Stage) -> None:
    files = taken(stage, "open('big', 'wb').write(b'0123456789' * (1 << 20))", EVERYTHING)
    assert files["big"].size_bytes == 10 * MIB
    assert files["big"].read() == b"0123456789" * (1 << 20)
    fd = files["big"].open_fd()
    assert stat.S_ISREG(os.fstat(fd).st_mode)
    os.close(fd)


def test_files_are_taken_after_everybody_is_dead(stage: Stage) -> None:
    text = """
import os
open('file', 'w').write('x' * 1000)
if os.fork() == 0:
    while True:
        open('file', 'w').write('y' * 5000); os.rename('file', 'tmp'); os.symlink('/etc/passwd', 'file')
        os.remove('file'); os.rename('tmp', 'file')
"""
    for _ in range(5):
        files = taken(stage, text, Collect(patterns=("file",)))
        assert all(set(capture.read()) <= set(b"xy") for capture in files.values())


def test_a_failed_runs_files_come_out_too(stage: Stage) -> None:
    spec = script("open('log', 'w').write('so far'); raise SystemExit(3)")
    done = stage.box.run(msgspec.structs.replace(spec, collect=EVERYTHING))
    assert done.result.exit_code == 3
    assert done.files["log"].read() == b"so far"


def test_what_is_not_found_in_time_is_counted(stage: Stage) -> None:
    text = "for i in range(20): open(f'{i:02}', 'w').write('x')"
    spec = msgspec.structs.replace(script(text), collect=Collect(patterns=("*",), cpu_time_ns=-1))
    done = stage.box.run(spec)
    assert (done.result.ok, dict(done.files), done.passed_over) == (True, {}, 1)


def test_a_cancel_ends_the_collecting_of_files(
    stage: Stage, sandbox_slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled_before(launcher: LauncherClient, wanted: Collect, cancel_fd: int) -> Collected:
        sandbox_slot.cancel()  # the run is over by now
        return collect(launcher, wanted, cancel_fd)

    before = open_descriptors()
    spec = msgspec.structs.replace(script("open('a', 'w')"), collect=EVERYTHING)
    with monkeypatch.context() as patches:
        patches.setattr("judge.sandbox.runs.collect", cancelled_before)
        with pytest.raises(CancelledError, match="while files were collected"):
            stage.box.run(spec)
    assert set(stage.box.run(spec).files) == {"a"}
    assert open_descriptors() == before


def test_an_interrupt_that_comes_while_files_are_collected_is_no_leave_to_send_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = LauncherClient.send

    def send_and_interrupt(self: LauncherClient, request: LauncherRequest, fds: Sequence[int] = ()) -> None:
        send(self, request, fds)
        if isinstance(request, CollectFiles):
            self.tell(SIGNAL + bytes([signal.SIGINT]))

    monkeypatch.setattr(LauncherClient, "send", send_and_interrupt)
    files = taken(stage, "for number in range(40): open(f'f{number}', 'w')", EVERYTHING)
    assert len(files) == 40
    assert stage.says("print('still there')") == "still there"


def test_what_is_wanted_is_bounded_in_all_holes_included(stage: Stage) -> None:
    text = "for name in 'abcd': open(name, 'wb').truncate(1 << 20)"
    wanted = tuple(Wanted(name=name, bytes_max=2 << 20, cut=name == "d") for name in "abcd")
    collected = Collect(wanted=wanted, wanted_bytes_max=(2 << 20) + 5)
    done = stage.box.run(msgspec.structs.replace(script(text), collect=collected))
    first, second, third, fourth = done.wanted
    assert [one.size_bytes for one in (first, second)] == [1 << 20, 1 << 20]
    assert third == Missed(errno.EFBIG, 1 << 20)
    assert isinstance(fourth, Capture)
    assert (fourth.size_bytes, fourth.truncated) == (5, True)
