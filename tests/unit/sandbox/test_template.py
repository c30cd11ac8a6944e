"""A template as the slot's process sees it: when it is ready, what its copies are charged, which runs they can be."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import msgspec
import pytest

from judge.model.limits import Limits
from judge.model.units import MIB
from judge.sandbox import protocol, template
from judge.sandbox.cgroups.counters import Counters
from judge.sandbox.spec import RunSpec, TemplateSpec
from judge.sandbox.template import Charge, Template, charge_of

LIMITS = Limits(memory_bytes=64 * MIB, stack_bytes=8 * MIB, open_files=100)
RUN = RunSpec(argv=("/bin/x", "/artifact/y"), limits=LIMITS)
SPEC = TemplateSpec(argv=RUN.argv, env=RUN.env, start_env=RUN.env, open_files=100, stack_bytes=8 * MIB)
READY = Template(SPEC, Charge(10_000_000, 4 * MIB), -1)

BEGUN = protocol.TEMPLATE_BEGUN + protocol.COPIED_BODY.pack(3)
IS_READY = protocol.TEMPLATE_READY + protocol.TEMPLATE_READY_BODY.pack(10, 4096)


@pytest.fixture
def file() -> Iterator[int]:
    fd = os.memfd_create("stdin")
    yield fd
    os.close(fd)


def test_a_run_like_the_template_may_be_a_copy(file: int) -> None:
    assert READY.makes(RUN, file)


@pytest.mark.parametrize(
    "change",
    [
        {"argv": (*RUN.argv, "z")},
        {"env": (*RUN.env, ("A", "b"))},
        {"cwd": "/tmp"},
        {"limits": msgspec.structs.replace(LIMITS, open_files=101)},
        {"limits": msgspec.structs.replace(LIMITS, stack_bytes=0)},
        {"limits": msgspec.structs.replace(LIMITS, address_space_bytes=1 << 30)},
        {"limits": msgspec.structs.replace(LIMITS, data_segment_bytes=1 << 30)},
        {"limits": msgspec.structs.replace(LIMITS, memory_bytes=11 * MIB)},
        {"limits": msgspec.structs.replace(LIMITS, cpu_time_ns=10_000_000)},
    ],
    ids=str,
)
def test_a_run_that_asks_for_something_else_may_not(file: int, change: dict[str, object]) -> None:
    assert not READY.makes(msgspec.structs.replace(RUN, **change), file)


def test_a_run_with_room_for_too_few_open_files_may_not(file: int) -> None:
    few = msgspec.structs.replace(LIMITS, open_files=63)
    of_few = Template(msgspec.structs.replace(SPEC, open_files=63), READY.charge, -1)
    assert not of_few.makes(msgspec.structs.replace(RUN, limits=few), file)


def test_a_run_that_reads_from_a_pipe_or_the_middle_of_a_file_may_not(file: int) -> None:
    read_end, write_end = os.pipe()
    assert not READY.makes(RUN, read_end)
    os.close(read_end)
    os.close(write_end)
    os.lseek(file, 1, os.SEEK_SET)
    assert not READY.makes(RUN, file)


def test_a_copy_is_charged_what_the_start_took_and_has_as_much_less() -> None:
    used = Counters(
        memory_peak_bytes=MIB, pids_peak=1, cpu_ns=5, cpu_user_ns=3, cpu_system_ns=2, oom_kills=0, fork_failures=0
    )
    told = READY.charge.on(used)
    assert (told.memory_peak_bytes, told.cpu_ns, told.cpu_user_ns, told.cpu_system_ns) == (
        5 * MIB,
        10_000_005,
        10_000_003,
        2,
    )
    assert READY.charge.off(LIMITS) == msgspec.structs.replace(LIMITS, memory_bytes=60 * MIB)


@pytest.mark.parametrize(
    ("said", "charge"),
    [
        ([BEGUN, IS_READY], Charge(7, 4096)),
        ([IS_READY], Charge(10, 4096)),
        ([], None),
        ([BEGUN], None),
        ([BEGUN, b"E" + bytes(8)], None),
        ([protocol.TEMPLATE_READY], None),
    ],
)
def test_it_is_ready_when_it_says_so_and_not_when_it_ends(said: list[bytes], charge: Charge | None) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            for word in said:
                theirs.send(word)
        assert charge_of(ours.fileno()) == charge


def test_one_that_says_nothing_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "_READY_TIMEOUT_NS", 1)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        assert charge_of(ours.fileno()) is None
