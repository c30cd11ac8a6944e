"""Programs joined by pipes in any shape: every byte arrives, each keeps its own limits, nothing is stuck."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest
from sandbox_harness import actor, script

from judge.model.run import Outcome
from judge.model.units import MIB, MS_NS
from judge.sandbox.container import Container, run_together
from judge.sandbox.conversation import Conversed, End, Link, Participant, Passing
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec, RunSpec

MOST = 16
COPY = "import sys, shutil; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"


class Containers:
    """Makes them when they are asked for; each is one program's, for one conversation or several."""

    def __init__(self, stack: ExitStack, slot: Slot, spec: ContainerSpec) -> None:
        self._stack, self._slot, self._spec = stack, slot, spec
        self._made: list[Container] = []

    def first(self, count: int) -> Sequence[Container]:
        while len(self._made) < count:
            self._made.append(self._stack.enter_context(self._slot.container(self._spec)))
        return self._made[:count]


@pytest.fixture
def containers(sandbox_slot: Slot, container_spec: ContainerSpec) -> Iterator[Containers]:
    with ExitStack() as stack:
        yield Containers(stack, sandbox_slot, container_spec)


def shell(command: str, **limits: int) -> RunSpec:
    return RunSpec(argv=("/bin/sh", "-c", command), limits=actor("exit", **limits).limits)


def together(containers: Containers, specs: Sequence[RunSpec | Participant], *links: Link) -> Conversed:
    participants = [one if isinstance(one, Participant) else Participant(one) for one in specs]
    return run_together(containers.first(len(specs)), participants, links)


def pipe(source: int, target: int, passing: Passing | None = None, *, out: int = 1, into: int = 0) -> Link:
    return Link(End(source, out), End(target, into), passing)


def outputs(done: Conversed) -> list[str]:
    return [one.stdout.text() for one in done.completed]


def outcomes(done: Conversed) -> list[Outcome]:
    return [one.result.outcome for one in done.completed]


PASSING = [None, Passing(64 * MIB)]


@pytest.mark.parametrize("passing", PASSING)
def test_sixteen_in_a_row_pass_on_every_byte(containers: Containers, passing: Passing | None) -> None:
    first = Participant(shell("tr a-p b-q"), stdin=b"a" * 300_000)
    done = together(
        containers,
        [first, *[shell("tr a-p b-q")] * (MOST - 1)],
        *[pipe(index, index + 1, passing) for index in range(MOST - 1)],
    )
    assert all(one.result.ok for one in done.completed)
    assert done.completed[-1].stdout.read() == b"q" * 300_000
    assert set(done.passed_bytes) == {None if passing is None else 300_000}


@pytest.mark.parametrize("passing", PASSING)
def test_one_speaks_to_many_by_distinct_descriptors(containers: Containers, passing: Passing | None) -> None:
    speaker = script("import os\nfor fd in (1, 2, 3, 19): os.write(fd, b'to-%d\\n' % fd)")
    links = [pipe(0, 1 + index, passing, out=fd) for index, fd in enumerate((1, 2, 3, 19))]
    done = together(containers, [speaker, *[shell("cat")] * 4], *links)
    assert outputs(done) == ["", "to-1\n", "to-2\n", "to-3\n", "to-19\n"]


@pytest.mark.parametrize("passing", PASSING)
def test_one_hears_many_by_distinct_descriptors(containers: Containers, passing: Passing | None) -> None:
    listener = script("for fd in (0, 3, 19): print(open(fd).read(), end='')")
    links = [pipe(1 + index, 0, passing, into=fd) for index, fd in enumerate((0, 3, 19))]
    done = together(containers, [listener, *[shell(f"echo {word}") for word in "abc"]], *links)
    assert outputs(done)[0] == "a\nb\nc\n"


@pytest.mark.parametrize("passing", PASSING)
def test_a_ring_of_three_can_speak(containers: Containers, passing: Passing | None) -> None:
    first = script("print('0', flush=True)\nfor _ in range(50): print(int(input()) + 1, flush=True)\nimport sys\n"
                   "sys.stderr.write(input())")  # fmt: skip
    others = script("import sys\nfor line in sys.stdin: print(int(line) + 1, flush=True)")
    done = together(containers, [first, others, others], pipe(0, 1, passing), pipe(1, 2, passing), pipe(2, 0, passing))
    assert done.completed[0].stderr.text() == "152"
    assert all(one.result.ok for one in done.completed)


def test_what_passes_is_heard_in_order_and_counted(containers: Containers) -> None:
    heard: list[bytes] = []
    passing = Passing(MIB, hear=heard.append)
    done = together(containers, [actor("counts_up", 200_000), script(COPY)], pipe(0, 1, passing))
    expected = bytes(index % 251 for index in range(200_000))
    assert b"".join(heard) == expected
    assert done.completed[1].stdout.read() == expected
    assert done.passed_bytes == (200_000,)


@pytest.mark.parametrize("passing", PASSING)
def test_a_writer_without_a_reader_meets_a_broken_pipe(containers: Containers, passing: Passing | None) -> None:
    done = together(containers, [shell("exec yes"), shell("head -c 2")], pipe(0, 1, passing))
    assert outputs(done)[1] == "y\n"
    assert done.completed[0].result.signal == 13


@pytest.mark.parametrize("passing", PASSING)
def test_a_reader_that_closes_its_input_and_goes_on_breaks_the_pipe(
    containers: Containers, passing: Passing | None
) -> None:
    deaf = shell("exec <&-; cat <&3", wall_time_ns=20_000 * MS_NS)
    writer = shell("yes; echo survived >&3")
    done = together(containers, [writer, deaf], pipe(0, 1, passing), pipe(0, 1, None, out=3, into=3))
    assert outputs(done)[1] == "survived\n"


@pytest.mark.parametrize("passing", PASSING)
def test_an_end_of_file_comes_as_soon_as_the_stream_is_closed(containers: Containers, passing: Passing | None) -> None:
    closes = shell("exec 1>&-; cat >&2", wall_time_ns=20_000 * MS_NS)
    done = together(containers, [closes, shell("cat; echo over")], pipe(0, 1, passing), pipe(1, 0, passing))
    assert all(one.result.ok for one in done.completed)


def test_more_than_a_pipes_limit_ends_its_writer_alone(containers: Containers) -> None:
    done = together(containers, [shell("yes >&5"), shell("wc -c")], pipe(0, 1, Passing(100_000), out=5))
    assert outcomes(done) == [Outcome.OUTPUT_LIMIT, Outcome.EXITED]
    assert done.completed[0].result.cause == "descriptor 5 is over 100000 bytes"
    assert outputs(done)[1].strip() == "100000"


def test_merged_errors_go_down_the_pipe(containers: Containers) -> None:
    speaker = RunSpec(argv=("/bin/sh", "-c", "echo a; echo b >&2"), limits=actor("exit").limits, merge_stderr=True)
    done = together(containers, [speaker, shell("cat")], pipe(0, 1))
    assert outputs(done)[1] == "a\nb\n"
    assert done.completed[0].stderr.text() == ""


def test_each_keeps_its_own_limits(containers: Containers) -> None:
    specs = [actor("burn", 60_000, cpu_time_ns=100 * MS_NS), actor("touch", 512), actor("mount"), actor("exit", 7)]
    done = together(containers, specs, pipe(0, 1), pipe(1, 2), pipe(2, 3))
    assert outcomes(done) == [Outcome.CPU_LIMIT, Outcome.MEMORY_LIMIT, Outcome.SYSCALL_DENIED, Outcome.EXITED]
    assert done.completed[3].result.exit_code == 7


@pytest.mark.parametrize("passing", PASSING)
def test_who_waits_for_a_busy_one_at_the_far_end_is_not_idle(containers: Containers, passing: Passing | None) -> None:
    waits = {"idle_time_ns": 150 * MS_NS, "wall_time_ns": 20_000 * MS_NS}
    busy = script("import time\nwhile time.process_time() < .6: pass\nprint('done')")
    specs = [busy, shell("cat", **waits), shell("cat", **waits)]
    done = together(containers, specs, pipe(0, 1, passing), pipe(1, 2, passing))
    assert outputs(done)[2] == "done\n"


def test_who_is_joined_to_nobody_is_idle_alone(containers: Containers) -> None:
    busy = script("import time\nwhile time.process_time() < .6: pass")
    sleeper = actor("sleep", 60_000, idle_time_ns=150 * MS_NS)
    assert outcomes(together(containers, [busy, sleeper])) == [Outcome.EXITED, Outcome.IDLE_LIMIT]


def test_cancel_ends_all(containers: Containers, sandbox_slot: Slot) -> None:
    sandbox_slot.forget_cancel()
    timer = threading.Timer(0.2, sandbox_slot.cancel)
    timer.start()
    done = together(containers, [actor("sleep", 60_000)] * MOST, *[pipe(index, index + 1) for index in range(15)])
    timer.join()
    assert set(outcomes(done)) == {Outcome.CANCELLED}


def test_a_cancel_that_came_while_the_containers_were_made_counts(containers: Containers, sandbox_slot: Slot) -> None:
    sandbox_slot.cancel()
    done = together(containers, [actor("sleep", 60_000)] * 2)
    sandbox_slot.forget_cancel()
    assert set(outcomes(done)) == {Outcome.CANCELLED}


def test_one_that_cannot_be_executed_leaves_its_peers_an_end(containers: Containers) -> None:
    absent = RunSpec(argv=("/absent",), limits=actor("exit").limits)
    done = together(containers, [absent, shell("cat; echo over")], pipe(0, 1))
    assert done.completed[0].result.exit_code == 127
    assert outputs(done)[1] == "over\n"


def test_the_containers_serve_again_afterwards(containers: Containers) -> None:
    for _ in range(3):
        done = together(containers, [shell("echo $$ > left; ls")] * 4)
        assert outputs(done) == ["left\n"] * 4


def test_a_pipe_by_path_is_a_fifo_in_either_direction(containers: Containers) -> None:
    reader = script("print(open('/dev/fd/3').read(), end='')")
    writer = script("import time\nwith open('/dev/fd/3', 'w') as pipe: pipe.write('hello\\n')\nprint('closed')")
    ways = ((0, 1), (1, 0))  # what it is called says nothing about who writes
    for source, target in ways:
        done = together(containers, [writer, reader], Link(End(source, 3), End(target, 3), by_path=True))
        assert outputs(done) == ["closed\n", "hello\n"]


def test_closing_a_pipe_by_path_ends_it_though_the_program_goes_on(containers: Containers) -> None:
    first = script("with open('/dev/fd/3', 'w') as pipe: pipe.write('ask\\n')\nprint(open('/dev/fd/4').read(), end='')")
    second = script(
        "asked = open('/dev/fd/4').read()\nwith open('/dev/fd/5', 'w') as pipe: pipe.write('heard ' + asked)"
    )
    links = (Link(End(0, 3), End(1, 4), by_path=True), Link(End(1, 5), End(0, 4), by_path=True))
    assert outputs(together(containers, [first, second], *links)) == ["heard ask\n", ""]


def test_a_pipe_by_path_is_good_for_nothing_but_opening_it(containers: Containers) -> None:
    nosy = script(
        "import os\n"
        "for what in (lambda: os.read(3, 1), lambda: os.write(3, b'x'), lambda: os.fchmod(3, 0),\n"
        "             lambda: os.chmod('/proc/self/fd/3', 0), lambda: os.open('..', os.O_RDONLY, dir_fd=3),\n"
        "             lambda: os.link('/proc/self/fd/3', '/work/kept', follow_symlinks=True)):\n"
        "    try:\n"
        "        what()\n"
        "        print('done')\n"
        "    except OSError as error:\n"
        "        print(error.errno > 0)\n"
    )
    done = together(containers, [nosy, script("pass")], Link(End(0, 3), End(1, 3), by_path=True))
    assert outputs(done)[0] == "True\n" * 6
