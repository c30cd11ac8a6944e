"""The process of the reserve slot, one beyond the worker's cores, for urgent work.

It claims only when the leases process lets it, by a byte in a named pipe, and only work of the urgent class. The leases
process freezes a slot that judges something less urgent for as long as this one is busy. When such work is judged here
for the first time the leases process has the supervisor start this process, since it may then be needed at any moment;
many workers never judge any.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from judge.config import Settings
from judge.errors import JudgeError
from judge.observe.logs import set_up_logging
from judge.state_dir import StateDir
from judge_workers.profile import load_profile
from judge_workers.slot.child import finishing_first, open_slot_loop

#: To the supervisor: the reserve slot may be needed from now on.
WANTED_SIGNAL = signal.SIGRTMIN


def grant_path(state: StateDir) -> Path:
    """The named pipe that the leases process writes to."""
    return state.run / "grant"


def reserve_pid(state: StateDir) -> int:
    """The reserve slot's process; 0 = there is none."""
    try:
        return int((state.run / "reserve-pid").read_text())
    except (OSError, ValueError):
        return 0


def grant(state: StateDir) -> bool:
    """Let the reserve slot claim once; False when there is none, or none yet."""
    try:
        fd = os.open(grant_path(state), os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        os.write(fd, b"!")
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return True


def serve(settings: Settings, metrics_fd: int = -1) -> int:
    """Wait for grants until killed. Returns the exit code."""
    path = grant_path(settings.state)
    (settings.state.run / "reserve-pid").write_text(str(os.getpid()))
    if not path.exists():
        os.mkfifo(path, 0o600)
    set_up_logging(settings.logs.format, settings.logs.level)
    try:
        with ExitStack() as stack:
            profile = load_profile(settings.state)
            loop = open_slot_loop(stack, settings, profile, profile.info.slots, metrics_fd)
            fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)  # both ends, so that it never ends
            stack.callback(os.close, fd)
            while os.read(fd, 4096):
                with finishing_first(loop):
                    loop.work_on(settings.queue.preempting_class)
    except JudgeError as error:
        print(f"judge: the reserve slot: {error}", file=sys.stderr)
        return error.exit_code
    return 0
