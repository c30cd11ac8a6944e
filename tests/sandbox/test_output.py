"""Output streams and input kinds: every byte, exact limits, no deadlock."""

from __future__ import annotations

import os

import msgspec
import pytest
from sandbox_harness import Stage, limits, script

from judge.model.run import Outcome
from judge.model.units import MIB, MS_NS
from judge.sandbox.spec import RunSpec


@pytest.mark.parametrize("size", [1, 4096, 1 << 20, 3 << 20])
def test_the_output_limit_is_exact_at_the_byte(stage: Stage, size: int) -> None:
    fits = stage.act("write", size, stdout_bytes=size)
    assert fits.result.ok
    assert (fits.stdout.size_bytes, fits.stdout.truncated) == (size, False)
    over = stage.act("write", size + 1, stdout_bytes=size)
    assert over.result.outcome is Outcome.OUTPUT_LIMIT
    assert (over.stdout.size_bytes, over.stdout.truncated) == (size, True)
    assert over.result.stdout_bytes == size


@pytest.mark.realtime
@pytest.mark.parametrize("fd", [1, 2])
def test_endless_writers_are_stopped_at_once(stage: Stage, fd: int) -> None:
    done = stage.act("flood", fd, wall_time_ns=10_000 * MS_NS)
    assert done.result.outcome is Outcome.OUTPUT_LIMIT
    assert ("stdout", "stderr")[fd - 1] in done.result.cause
    assert done.result.usage.wall_time_ns < 5_000 * MS_NS


def test_output_of_a_hundred_mib_arrives_whole(stage: Stage) -> None:
    done = stage.act("write", 100 * MIB, stdout_bytes=100 * MIB)
    assert done.result.ok
    with done.stdout as capture:
        assert capture.size_bytes == 100 * MIB
        assert capture.read(1 << 20) == bytes(1 << 20)


def test_output_is_binary(stage: Stage) -> None:
    done = stage.act("counts_up", 100_000)
    assert done.stdout.read() == bytes(index % 251 for index in range(100_000))


def test_a_program_may_close_its_output_and_go_on(stage: Stage) -> None:
    result = stage.act("goes_on_without_stdout", 50).result
    assert (result.outcome, result.exit_code) == (Outcome.EXITED, 7)
    assert result.usage.cpu_time_ns >= 50 * MS_NS


@pytest.mark.realtime
def test_daemons_that_hold_the_pipes_hold_nobody_up(stage: Stage) -> None:
    done = stage.act("daemon", wall_time_ns=10_000 * MS_NS)
    assert done.result.ok
    assert done.stdout.size_bytes == 10
    assert done.result.usage.wall_time_ns < 5_000 * MS_NS


def test_a_stop_at_the_last_moment_does_not_hurt_the_next_run(stage: Stage) -> None:
    for _ in range(30):  # the limit is passed and the program ends at the same time
        assert stage.act("write", 5001, stdout_bytes=5000).result.outcome is Outcome.OUTPUT_LIMIT
        assert stage.act("exit", 0).result.ok


# -- input ----------------------------------------------------------------------------------------------------

COPY = RunSpec(argv=("/bin/cat",), limits=limits())


@pytest.mark.parametrize("data", [b"", b"one line\n", b"\0\xff" * 100_000, None])
def test_input_as_bytes_or_none(stage: Stage, data: bytes | None) -> None:
    assert stage.box.run(COPY, stdin=data).stdout.read() == (data or b"")


def test_input_from_files_and_pipes(stage: Stage, tmp_path: object) -> None:
    with open("/proc/version", "rb") as file:
        assert stage.box.run(COPY, stdin=file.fileno()).stdout.read().startswith(b"Linux")
    read_end, write_end = os.pipe()
    os.write(write_end, b"through a pipe")
    os.close(write_end)
    assert stage.box.run(COPY, stdin=read_end).stdout.read() == b"through a pipe"
    os.close(read_end)


def test_input_that_is_not_read_is_no_fault(stage: Stage) -> None:
    assert stage.act("exit", 0, stdin=bytes(1 << 20)).result.ok


def test_descriptors_can_be_handed_over(stage: Stage) -> None:
    read_end, write_end = os.pipe()
    done = stage.box.run(
        RunSpec(argv=("/bin/sh", "-c", "echo to nine >&9; cat <&3"), limits=limits()),
        fds={3: os.open("/proc/version", os.O_RDONLY), 9: write_end},
    )
    assert done.stdout.read().startswith(b"Linux")
    assert os.read(read_end, 100) == b"to nine\n"
    os.close(read_end)
    os.close(write_end)


def answering(words: str, answer_bytes: int) -> RunSpec:
    return msgspec.structs.replace(script(words), answer_bytes=answer_bytes)


def test_answers_have_a_descriptor_of_their_own(stage: Stage) -> None:
    spec = answering("import os\nos.write(3, b'answer')\nos.write(1, b'printed')\n", 6)
    for _ in range(2):  # the second run is one that the launcher knows
        done = stage.box.run(spec)
        assert (done.answer.read(), done.answer.truncated, done.stdout.read()) == (b"answer", False, b"printed")
        assert done.result.ok
    over = stage.box.run(answering("import os\nos.write(3, b'answers')\n", 6))
    assert over.result.outcome is Outcome.OUTPUT_LIMIT
    assert (over.answer.read(), over.answer.truncated) == (b"answer", True)


def test_where_no_answer_is_wanted_the_descriptor_is_not_open(stage: Stage) -> None:
    stage.box.run(answering("", 6))
    assert stage.says("import os\ntry: os.write(3, b'x')\nexcept OSError as error: print(error.strerror)\n") == (
        "Bad file descriptor"
    )
