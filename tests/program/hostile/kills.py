"""Kills whatever it may."""

import contextlib
import os
import signal

from judge_program import finish

for pid in (1, -1):
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
finish("WA")  # still here: neither is its to kill
