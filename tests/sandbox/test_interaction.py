"""Two programs joined crosswise: who ended first, what was said, limits of both, nothing lost and nothing stuck."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sandbox_harness import actor, script

from judge.model.run import Outcome
from judge.model.units import MIB, MS_NS
from judge.sandbox.container import Container
from judge.sandbox.conversation import Participant
from judge.sandbox.interaction import Interaction
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec, RunSpec

WRITE_ONE = "import sys; sys.stdout.write('x'); sys.stdout.flush();"
WAIT_FOR_END = "import sys; sys.stdin.buffer.read();"


@pytest.fixture(scope="module")
def pair(sandbox_slot: Slot, container_spec: ContainerSpec) -> Iterator[tuple[Container, Container]]:
    with sandbox_slot.container(container_spec) as one, sandbox_slot.container(container_spec) as other:
        yield one, other


def play(pair: tuple[Container, Container], self_spec: RunSpec, other_spec: RunSpec, **options: Any) -> Interaction:
    mine = Participant(self_spec, options.pop("files", {}))
    other = Participant(other_spec, options.pop("other_files", {}), options.pop("other_fds", {}))
    return pair[0].interact(mine, pair[1], other, **options)


def test_round_trips_arrive_in_order(pair: tuple[Container, Container]) -> None:
    done = play(pair, actor("asks", 2000), actor("echoes"))
    assert done.self_side.result.ok
    assert done.other_side.result.ok
    assert done.first_exit == "self"


@pytest.mark.slow
def test_a_hundred_thousand_round_trips(pair: tuple[Container, Container]) -> None:
    times = {"cpu_time_ns": 60_000 * MS_NS, "wall_time_ns": 120_000 * MS_NS}
    done = play(pair, actor("asks", 100_000, **times), actor("echoes", **times))
    assert done.self_side.result.ok
    assert done.other_side.result.ok


@pytest.mark.parametrize("first", ["self", "other"])
def test_whoever_ends_first_is_told(pair: tuple[Container, Container], first: str) -> None:
    for _ in range(10):
        quick, waiting = script("print('bye')"), script(WAIT_FOR_END + "print('late')")
        specs = (quick, waiting) if first == "self" else (waiting, quick)
        done = play(pair, *specs)
        assert done.first_exit == first
        assert done.self_side.result.ok
        assert done.other_side.result.ok


def test_one_that_closes_its_output_and_goes_on_is_the_first_to_end(pair: tuple[Container, Container]) -> None:
    slow = script("import os, time, sys; os.close(1); time.sleep(.3); sys.exit(7)")
    done = play(pair, slow, script(WAIT_FOR_END))
    assert done.first_exit == "self"
    assert done.self_side.result.exit_code == 7
    assert done.other_side.result.ok


def test_the_other_side_may_close_its_output_and_go_on(pair: tuple[Container, Container]) -> None:
    slow = script("import os, time; os.close(1); time.sleep(.3)")
    done = play(pair, script(WAIT_FOR_END), slow)
    assert done.first_exit == "self"
    assert done.self_side.result.ok
    assert done.other_side.result.ok


def test_writing_to_one_that_ended_is_swallowed(pair: tuple[Container, Container]) -> None:
    writer = script("import sys; sys.stdin.read(1)\nfor _ in range(99): sys.stdout.write('x' * 9999)")
    done = play(pair, script(WRITE_ONE), writer)
    assert done.other_side.result.ok, done.other_side
    assert done.other_side.result.stdout_bytes == 99 * 9999


def test_writing_to_one_that_closed_its_input_is_swallowed(pair: tuple[Container, Container]) -> None:
    deaf = script("import os, time\nos.close(0); os.write(1, b'deaf'); time.sleep(.2)")
    writer = script("import sys; sys.stdin.read(4)\nfor _ in range(99): sys.stdout.write('x' * 9999)")
    done = play(pair, deaf, writer)
    assert done.other_side.result.ok
    assert done.self_side.result.ok


@pytest.mark.parametrize("side", ["self", "other"])
def test_endless_writers_meet_their_output_limit(pair: tuple[Container, Container], side: str) -> None:
    flood = actor("flood", 1, stdout_bytes=2 * MIB)
    specs = (flood, script(WAIT_FOR_END)) if side == "self" else (script(WAIT_FOR_END), flood)
    done = play(pair, *specs)
    flooded, waited = (done.self_side, done.other_side) if side == "self" else (done.other_side, done.self_side)
    assert flooded.result.outcome is Outcome.OUTPUT_LIMIT
    assert waited.result.ok


def test_a_slow_reader_gets_every_byte(pair: tuple[Container, Container]) -> None:
    size = 3 * MIB
    done = play(pair, actor("counts_up", size), actor("sums", 300))
    assert done.self_side.result.ok
    expected = 0
    for index in range(size):
        expected = (expected * 31 + index % 251) % 1_000_003
    assert done.other_side.stderr.text() == f"{size} {expected}\n"


def test_a_deadlock_ends_at_the_wall_limit_of_both(pair: tuple[Container, Container]) -> None:
    waiting = actor("reads_for_ever", wall_time_ns=200 * MS_NS)
    done = play(pair, waiting, script("import sys; sys.stdin.read(1)", wall_time_ns=10_000 * MS_NS))
    assert done.self_side.result.outcome is Outcome.WALL_LIMIT
    assert done.other_side.result.ok
    assert done.first_exit == "self"


def test_limits_of_both_sides_hold(pair: tuple[Container, Container]) -> None:
    burner, hog = actor("burn", 60_000, cpu_time_ns=100 * MS_NS), actor("touch", 512)
    done = play(pair, burner, hog)
    assert done.self_side.result.outcome is Outcome.CPU_LIMIT
    assert done.other_side.result.outcome is Outcome.MEMORY_LIMIT
    denied = play(pair, actor("echoes"), actor("mount"))
    assert denied.other_side.result.syscall == "mount"
    assert denied.self_side.result.ok


def test_the_transcript_is_in_order_and_cut_at_its_limit(pair: tuple[Container, Container]) -> None:
    done = play(pair, actor("asks", 3), actor("echoes"))
    assert done.transcript == tuple((who, b"%d\n" % index) for index in range(3) for who in ("self", "other"))
    cut = play(pair, actor("counts_up", 5000), script(WAIT_FOR_END), transcript_bytes_max=1000)
    assert b"".join(data for _, data in cut.transcript) == bytes(index % 251 for index in range(1000))
    assert play(pair, actor("asks", 3), actor("echoes"), transcript_bytes_max=0).transcript == ()


def test_files_and_descriptors_reach_their_side(pair: tuple[Container, Container]) -> None:
    import os

    source = os.open("/proc/version", os.O_RDONLY)
    cat = RunSpec(argv=("/bin/sh", "-c", "cat theirs <&3 >&2; cat <&3 >&2"), limits=actor("exit").limits)
    mine = RunSpec(argv=("/bin/sh", "-c", "cat mine >&2"), limits=actor("exit").limits)
    done = play(pair, mine, cat, files={"mine": b"1"}, other_files={"theirs": b"2"}, other_fds={3: source})
    os.close(source)
    assert done.self_side.stderr.text() == "1"
    assert done.other_side.stderr.text().startswith("2Linux")


def test_cancel_ends_both(pair: tuple[Container, Container], sandbox_slot: Slot) -> None:
    timer = threading.Timer(0.2, sandbox_slot.cancel)
    timer.start()
    done = play(pair, actor("reads_for_ever"), actor("reads_for_ever"))
    timer.join()
    assert {done.self_side.result.outcome, done.other_side.result.outcome} <= {Outcome.CANCELLED, Outcome.EXITED}
    assert Outcome.CANCELLED in (done.self_side.result.outcome, done.other_side.result.outcome)


def test_one_that_cannot_be_executed_ends_at_once(pair: tuple[Container, Container]) -> None:
    done = play(pair, RunSpec(argv=("/absent",), limits=actor("exit").limits), script(WAIT_FOR_END))
    assert done.self_side.result.exit_code == 127
    assert done.other_side.result.ok


def test_the_decided_side_is_ended_unless_it_may_go_on(pair: tuple[Container, Container]) -> None:
    done = play(pair, actor("sleep", 60_000), actor("exit", 43), go_on_after=(42,))
    assert done.self_side.result.outcome is Outcome.CANCELLED
    assert done.first_exit == "other"
    done = play(pair, script(WAIT_FOR_END), actor("exit", 42), go_on_after=(42,))
    assert done.self_side.result.ok


@pytest.mark.parametrize("code", [0, 7])
def test_what_goes_on_once_its_peer_has_ended_gets_a_moment_and_no_more(
    pair: tuple[Container, Container], code: int
) -> None:
    times = {"cpu_time_ns": 60_000 * MS_NS, "wall_time_ns": 120_000 * MS_NS}
    spinning = script(WAIT_FOR_END + "\nwhile True: pass", **times)
    done = play(pair, script(f"raise SystemExit({code})"), spinning)
    assert done.self_side.result.exit_code == code
    assert done.other_side.result.outcome is Outcome.CPU_LIMIT
    assert done.other_side.result.usage.cpu_time_ns < (2000, 7000)[code == 0] * MS_NS
    assert "the other side had long ended" in done.other_side.result.cause


def test_who_passes_on_stands_with_the_slot_only_meanwhile(
    pair: tuple[Container, Container], sandbox_slot: Slot
) -> None:
    slot = sandbox_slot.groups._slots.get("cpu")
    if sandbox_slot.groups._own_tasks is None or slot is None:
        pytest.skip("threads of a plain user, or of v2, stay with their process")
    thread, before = str(threading.get_native_id()), Path("/proc/thread-self/cgroup").read_text()
    with sandbox_slot.groups.relaying():
        assert thread in (slot / "tasks").read_text().split()
    assert Path("/proc/thread-self/cgroup").read_text() == before
    play(pair, actor("asks", 10), actor("echoes"))
    assert Path("/proc/thread-self/cgroup").read_text() == before


@pytest.mark.parametrize("size", [1, 1000, 70_000, 300_000])
def test_words_of_any_size_pass_whole_while_both_talk(pair: tuple[Container, Container], size: int) -> None:
    head = f"import sys\nword = 'x' * {size} + '\\n'\nfor _ in range(9):\n"
    says, hears = "    print(word, end='', flush=True)\n", "    assert sys.stdin.readline() == word\n"
    done = play(pair, script(head + says + hears), script(head + hears + says))
    assert done.self_side.result.ok, (done.self_side.result, done.self_side.stderr.text())
    assert done.other_side.result.ok
    assert done.self_side.result.stdout_bytes == done.other_side.result.stdout_bytes == 9 * (size + 1)
