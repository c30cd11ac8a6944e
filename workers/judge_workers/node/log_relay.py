"""Carries the log from the worker's pipe to wherever standard error goes: the only process that may wait for a reader.

Run by path, without site-packages (see :mod:`judge_workers.node.log_pipe`): it imports nothing of this project and
starts at once.
Descriptor 0 is the pipe, descriptor 1 what standard error was. It ends when the last writer of the pipe is gone;
SIGTERM gives it :data:`GRACE_S` more, even while it stands in a write that is not read.
"""

import os
import select
import signal

GRACE_S = 1
_READ_BYTES = 1 << 16


def main() -> None:
    """Copy to the end of the pipe. What cannot be written (a closed reader, a full disk) is dropped, not waited for."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTTOU):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _number, _frame: signal.alarm(GRACE_S))
    while data := os.read(0, _READ_BYTES):
        _write(1, data)


def _write(fd: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(fd, data) :]
        except BlockingIOError:  # somebody who shares the descriptor has made it so
            select.select([], [fd], [])
        except OSError:
            return


if __name__ == "__main__":
    main()
