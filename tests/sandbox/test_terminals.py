"""Pseudo-terminals in a slot: a run makes its own, a bounded number of them, and starts with none."""

from __future__ import annotations

from sandbox_harness import Stage

from judge.model.run import Outcome
from judge.sandbox.plan import PSEUDO_TERMINALS_MAX


def test_a_program_runs_another_on_a_terminal_of_its_own(stage: Stage) -> None:
    text = """
import os
pid, master = os.forkpty()
if pid == 0:
    with open("/dev/tty", "w") as terminal:
        terminal.write(f"{os.ttyname(0)} {os.isatty(1)}\\n")
    os._exit(3)
said = b""
try:
    while piece := os.read(master, 100):
        said += piece
except OSError:
    pass  # EIO: nobody is left on the other side
print(said.decode().strip(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    assert stage.says(text) == "/dev/pts/0 True 3"


def test_a_run_starts_without_a_terminal(stage: Stage) -> None:
    text = """
import os
try:
    os.open("/dev/tty", os.O_RDWR)
except OSError as error:
    print(os.strerror(error.errno), [os.isatty(fd) for fd in range(3)])
"""
    assert stage.says(text) == "No such device or address [False, False, False]"


def test_terminals_are_bounded_and_no_disk_is_full_of_them(stage: Stage) -> None:
    text = """
import os
made = []
try:
    while True:
        made.append(os.open("/dev/ptmx", os.O_RDWR))
except OSError:
    print(len(made), flush=True)
raise SystemExit(5)
"""
    done = stage.python(text)
    assert done.stdout.text() == f"{PSEUDO_TERMINALS_MAX}\n"
    assert (done.result.outcome, done.result.exit_code) == (Outcome.EXITED, 5)
