"""Live runs: on a terminal or with pipes, with somebody who takes part."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping

import pytest
from sandbox_harness import Stage, limits, script

from judge.model.run import Outcome
from judge.sandbox.capture import Completed
from judge.sandbox.live import LiveRun, Size
from judge.sandbox.spec import RunSpec

SH = "/bin/sh"
SIZE = Size(24, 80)

Step = tuple[bytes, Callable[[LiveRun], object]]


class Player:
    """An attendant that waits for a text and then does something, step by step."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.heard = bytearray()
        self.errors = bytearray()
        self._seen = 0

    def attend(self, run: LiveRun, frozen_ns: int) -> Mapping[int, int]:
        while self.steps and (at := self.heard.find(self.steps[0][0], self._seen)) >= 0:
            self._seen = at + len(self.steps[0][0])
            self.steps.pop(0)[1](run)
        return {}

    def hear(self, stream: int, data: bytes) -> None:
        (self.heard if stream == 1 else self.errors).extend(data)


def play(stage: Stage, spec: RunSpec, player: Player, terminal: Size | None = SIZE) -> Completed:
    done = stage.box.run_live(spec, player, terminal=terminal)
    assert not player.steps, (player.steps, bytes(player.heard), done.result)
    return done


def shell(text: str, **changes: int) -> RunSpec:
    return RunSpec(argv=(SH, "-c", text), limits=limits(**changes))


def test_what_is_typed_is_echoed_by_the_terminal_and_read_by_the_program(stage: Stage) -> None:
    player = Player((b"ready", lambda run: run.type(b"hello\n")))
    done = play(stage, script("print('ready'); print(input().upper())"), player)
    assert done.result.ok
    assert bytes(player.heard) == b"ready\r\nhello\r\nHELLO\r\n"


def test_the_terminal_controls_the_session_of_the_program(stage: Stage) -> None:
    player = Player()
    text = """
import os
os.open("/dev/tty", os.O_RDWR)
print(os.ttyname(0), {os.tcgetpgrp(1), os.getsid(0)} == {os.getpid()})
"""
    assert play(stage, script(text), player).result.ok
    assert bytes(player.heard) == b"/dev/pts/0 True\r\n"


def test_all_that_was_written_just_before_the_end_is_heard(stage: Stage) -> None:
    player = Player()
    done = play(stage, script("print('x' * 50000)"), player)
    assert (done.result.stdout_bytes, bytes(player.heard)) == (50002, b"x" * 50000 + b"\r\n")


def test_a_change_of_size_is_seen_and_told(stage: Stage) -> None:
    text = """
import os, signal
signal.signal(signal.SIGWINCH, lambda *_: None)  # else it is thrown away
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})
print(*os.get_terminal_size(), flush=True)
signal.sigwait({signal.SIGWINCH})
print(*os.get_terminal_size(), flush=True)
"""
    player = Player((b"80 24", lambda run: run.resize(Size(50, 132))))
    assert play(stage, script(text), player).result.ok
    assert bytes(player.heard) == b"80 24\r\n132 50\r\n"


def test_a_signal_goes_to_the_group_in_the_foreground(stage: Stage) -> None:
    text = "set -m; sh -c 'trap \"echo got; exit 3\" INT; echo ready; while :; do sleep 0.01; done'; echo code $?"
    player = Player((b"ready", lambda run: run.signal(signal.SIGINT)))
    assert play(stage, shell(text), player).result.ok
    assert b"got\r\ncode 3\r\n" in player.heard


@pytest.mark.parametrize("terminal", [SIZE, None])
def test_signals_that_nobody_catches_end_the_program(stage: Stage, terminal: Size | None) -> None:
    player = Player((b"ready", lambda run: run.signal(signal.SIGUSR1)))
    done = play(stage, script("print('ready', flush=True)\nwhile True: input()"), player, terminal)
    assert (done.result.outcome, done.result.signal) == (Outcome.SIGNALLED, signal.SIGUSR1)


def test_control_c_that_is_typed_interrupts(stage: Stage) -> None:
    player = Player((b"ready", lambda run: run.type(b"\x03")))
    done = play(stage, script("print('ready', flush=True)\ninput()"), player)
    assert b"KeyboardInterrupt" in player.heard
    assert not done.result.ok


@pytest.mark.parametrize(("typed", "said"), [(b"one\n", b"one\r\none\r\nend\r\n"), (b"on", b"onon")])
def test_the_end_of_a_terminals_input_is_typed(stage: Stage, typed: bytes, said: bytes) -> None:
    def type_all(run: LiveRun) -> None:
        run.type(typed)
        run.end_input()

    player = Player((b"ready\r\n", type_all))
    done = play(stage, shell("echo ready; cat; echo end"), player)
    assert done.result.ok
    assert said in player.heard
    assert player.heard.endswith(b"end\r\n")


def test_the_end_of_a_terminals_input_is_there_for_each_later_read(stage: Stage) -> None:
    text = """
import select, termios
print("ready", flush=True)
select.select([0], [], [])
termios.tcflush(0, termios.TCIFLUSH)
for _ in range(2):
    try:
        input()
    except EOFError:
        print("end")
"""
    player = Player((b"ready", lambda run: run.end_input()))
    done = play(stage, script(text), player)
    assert done.result.ok
    assert player.heard.count(b"end") == 2


def test_pipes_carry_input_to_its_end_and_keep_the_outputs_apart(stage: Stage) -> None:
    def type_all(run: LiveRun) -> None:
        run.type(b"x" * 300_000)
        run.end_input()

    text = "import sys\nprint('ready', flush=True)\nprint(len(sys.stdin.read()))\nprint('beside', file=sys.stderr)"
    player = Player((b"ready\n", type_all))
    assert play(stage, script(text), player, None).result.ok
    assert (bytes(player.heard), bytes(player.errors)) == (b"ready\n300000\n", b"beside\n")


def test_what_is_typed_for_nobody_is_dropped(stage: Stage) -> None:
    def type_in_vain(run: LiveRun) -> None:
        run.type(b"x" * 300_000)
        run.signal(signal.SIGUSR1)

    def type_more(run: LiveRun) -> None:
        run.type(b"more")
        assert run.waiting_bytes == 0
        run.signal(signal.SIGTERM)

    text = """
import os, signal
signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b"on\\n"))
os.close(0)
os.write(1, b"closed\\n")
while True:
    signal.pause()
"""
    done = play(stage, script(text), Player((b"closed", type_in_vain), (b"on", type_more)), None)
    assert done.result.signal == signal.SIGTERM


def test_a_program_that_floods_its_terminal_ends_at_the_limit(stage: Stage) -> None:
    player = Player()
    done = play(stage, shell("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done", stdout_bytes=200_000), player)
    assert done.result.outcome is Outcome.OUTPUT_LIMIT
    assert len(player.heard) == 200_000


def test_a_stopped_run_ends_with_the_cause_that_was_given(stage: Stage) -> None:
    player = Player((b"ready", lambda run: run.stop(Outcome.IDLE_LIMIT, "nobody said a word")))
    done = play(stage, shell("echo ready; sleep 60"), player)
    assert (done.result.outcome, done.result.cause) == (Outcome.IDLE_LIMIT, "nobody said a word")


def test_programs_that_closed_their_terminal_are_not_over(stage: Stage) -> None:
    player = Player()
    text = "exec 0<&- 1>&- 2>&-; sleep 0.1; echo again > /dev/tty"
    assert play(stage, shell(text), player).result.ok
    assert bytes(player.heard) == b"again\r\n"


def test_the_terminal_of_one_run_is_gone_in_the_next(stage: Stage) -> None:
    for _ in range(3):
        player = Player()
        assert play(stage, shell("echo /dev/pts/*"), player).result.ok
        assert bytes(player.heard) == b"/dev/pts/0 /dev/pts/ptmx\r\n"
    assert stage.says("import os\nprint(*sorted(os.listdir('/dev/pts')))") == "ptmx"


@pytest.mark.parametrize("terminal", [SIZE, None])
def test_a_program_that_is_not_there_is_told(stage: Stage, terminal: Size | None) -> None:
    done = play(stage, RunSpec(argv=("/nowhere",), limits=limits()), Player(), terminal)
    assert (done.result.exit_code, done.result.cause) == (127, "cannot execute /nowhere: No such file or directory")


@pytest.mark.parametrize("request_name", ["TIOCSTI", "TIOCLINUX"])
def test_typing_into_the_own_terminal_is_denied(stage: Stage, request_name: str) -> None:
    number = {"TIOCSTI": 0x5412, "TIOCLINUX": 0x541C}[request_name]
    text = f"import fcntl\nfcntl.ioctl(0, {number}, b'x')\nprint('typed')"
    done = play(stage, script(text), player := Player())
    assert done.result.outcome is Outcome.SYSCALL_DENIED
    assert b"typed" not in player.heard


def test_the_hosts_console_and_line_disciplines_are_out_of_reach(stage: Stage) -> None:
    text = """
import fcntl
for number in (0x541D, 0x5423, 0x5437):  # TIOCCONS, TIOCSETD, TIOCVHANGUP
    try:
        fcntl.ioctl(0, number, b"\\0" * 8)
        print("done")
    except OSError as error:
        print(error.strerror)
"""
    player = Player()
    play(stage, script(text), player)
    assert bytes(player.heard) == b"Operation not permitted\r\n" * 3
