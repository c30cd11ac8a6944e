"""Runs that go on beside others in one slot, for real: written to, read from, watched, ended, put away."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sandbox_harness import Stage, script

from judge.errors import SandboxError
from judge.model.run import Outcome
from judge.model.units import S_NS
from judge.sandbox.beside import Given, RunBeside
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec

FAR = 1 << 60
ECHO = "import sys\nfor line in sys.stdin.buffer: sys.stdout.buffer.write(line); sys.stdout.buffer.flush()"


class Start:
    """Starts scripts with pipes, each in a container of its own."""

    def __init__(self, stack: ExitStack, slot: Slot, spec: ContainerSpec) -> None:
        self._stack = stack
        self._slot = slot
        self._spec = spec

    def __call__(self, text: str, **changes: int) -> RunBeside:
        container = self._stack.enter_context(self._slot.container(self._spec))
        run = container.start(script(text, **changes), Given(piped=True))
        self._stack.callback(run.close)
        return run


@pytest.fixture
def start(sandbox_slot: Slot, container_spec: ContainerSpec) -> Iterator[Start]:
    with ExitStack() as stack:
        yield Start(stack, sandbox_slot, container_spec)


def test_it_is_written_to_and_read_from(start: Start) -> None:
    run = start(ECHO)
    run.write(b"one\ntwo\n")
    assert run.read(ord("\n"), 0, FAR)
    assert run.output.take(4) == b"one\n"
    run.write(b"", close=True)
    assert run.read(-1, 1 << 20, FAR)
    assert run.output.take(100) == b"two\n"
    assert run.finish().result.ok


def test_other_programs_run_meanwhile(start: Start, stage: Stage) -> None:
    first, second = start(ECHO), start(ECHO)
    assert stage.python("print(7)").stdout.read() == b"7\n"
    for run in (first, second):
        run.write(b"x\n")
        assert run.read(ord("\n"), 0, FAR)
    assert first.finish().result.ok
    assert stage.python("print(8)").stdout.read() == b"8\n"
    assert second.finish().result.ok


def test_its_limits_hold_while_others_run(start: Start, stage: Stage) -> None:
    run = start("while True: pass", cpu_time_ns=S_NS // 5)
    done = stage.python(
        "import time\nend = time.time() + 20\nwhile time.time() < end: time.sleep(0.05)", wall_time_ns=2 * S_NS
    )
    assert done.result.outcome is Outcome.WALL_LIMIT
    assert run.is_over
    assert run.finish().result.outcome is Outcome.CPU_LIMIT


def test_nobody_is_idle_while_nobody_waits_for_it(start: Start, stage: Stage) -> None:
    run = start(ECHO, idle_time_ns=S_NS // 2)
    stage.python("import time\ntime.sleep(1.5)")
    assert not run.is_over
    run.write(b"still here\n")
    assert run.read(ord("\n"), 0, FAR)
    assert run.finish().result.ok


def test_it_is_idle_while_somebody_waits_for_it(start: Start) -> None:
    run = start("import time\ntime.sleep(60)", idle_time_ns=S_NS // 2)
    assert run.read(-1, 1, FAR)
    assert run.output.at_end
    assert run.finish().result.outcome is Outcome.IDLE_LIMIT


def test_a_deadline_is_of_cpu_time(start: Start) -> None:
    run = start("import time\ntime.sleep(1)\nprint('slept', flush=True)\nwhile True: pass")
    assert run.read(ord("\n"), 0, run.cpu_ns() + S_NS // 2)
    run.output.take(100)
    assert not run.read(ord("\n"), 0, run.cpu_ns() + S_NS // 5)
    run.stop(Outcome.CANCELLED, "enough")
    assert run.finish().result.outcome is Outcome.CANCELLED


def test_what_it_does_not_read_goes_when_it_is_waited_for(start: Start) -> None:
    run = start(
        "import signal, sys\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n"
        "print('ready', flush=True)\nsignal.sigwait([signal.SIGUSR1])\n"
        "data = sys.stdin.buffer.read()\nprint(len(data), data[-1])"
    )
    assert run.read(ord("\n"), 0, FAR)
    run.write(b"x" * (1 << 20))
    assert run.unwritten_bytes > 0
    run.write(b"y", close=True)
    run.signal(signal.SIGUSR1)
    assert run.finish().stdout.read() == b"ready\n1048577 121\n"


def test_one_that_closed_its_input_is_written_to_all_the_same(start: Start) -> None:
    run = start("import os, time\nos.close(0)\nprint('closed', flush=True)\ntime.sleep(0.2)")
    assert run.read(ord("\n"), 0, FAR)
    run.write(b"x" * (1 << 20))
    run.write(b"more")
    assert run.finish().result.ok


def test_too_much_output_is_a_limit_whoever_reads_it(start: Start) -> None:
    text = "import os\nwhile True: os.write(1, b'x' * 1000)"
    by_us, dropped, by_others = (start(text, stdout_bytes=100_000) for _ in range(3))
    assert by_us.read(-1, 1 << 30, FAR)
    by_others.passed(100_001)
    for run in (by_us, dropped, by_others):
        done = run.finish()
        assert done.result.outcome is Outcome.OUTPUT_LIMIT
        done.stdout.close()


def test_pipes_that_are_shared_are_opened_again(start: Start) -> None:
    run = start(ECHO)
    sink, source = run.share()
    os.write(sink, b"x\n")
    os.set_blocking(source, True)
    assert os.read(source, 10) == b"x\n"
    assert not os.get_blocking(run.output.fd)
    os.close(sink)
    os.close(source)
    assert run.finish().result.ok


def test_one_that_is_closed_while_it_runs_leaves_nothing(start: Start, sandbox_slot: Slot, stage: Stage) -> None:
    run = start("while True: pass")
    run.close()
    run.close()
    assert sandbox_slot.resources.beside.runs == ()
    assert stage.python("print(1)").result.ok


def test_what_cannot_be_started_leaves_nothing(sandbox_slot: Slot, container_spec: ContainerSpec, stage: Stage) -> None:
    before = set(os.listdir("/proc/self/fd"))
    with sandbox_slot.container(container_spec) as container, pytest.raises(SandboxError, match=r"x/\.\./y"):
        container.start(script("pass"), Given(files={"x/../y": b""}, piped=True))
    assert sandbox_slot.resources.beside.runs == ()
    assert stage.python("print(1)").result.ok
    assert len(set(os.listdir("/proc/self/fd")) - before) < 10
