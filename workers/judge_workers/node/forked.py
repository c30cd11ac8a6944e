"""Processes of the supervisor that begin as copies of it: what they all import lies in memory once.

A process of its own pays for each module by itself, some 45 MB here. A copy shares the pages of its original
until one of the two writes to them, and fewer are written to when the objects there are out of the garbage collector's
sight (``gc.freeze``). Only a process without threads may be copied, and without anything that must not be used twice
(connections): the supervisor is one.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from io import TextIOWrapper
from typing import NoReturn, cast

from judge.errors import InfrastructureError
from judge.kernel.prctl import set_parent_death_signal
from judge.kernel.title import show_command

_STDIN, _STDOUT, _STDERR = 0, 1, 2


def keep_shared() -> None:
    """Nothing that lies in memory now is looked at by a garbage collection again, here and in all copies."""
    gc.collect()
    gc.freeze()


def fork(
    program: Callable[[], int],
    argv: Sequence[str],
    env: Mapping[str, str],
    keep_fds: Sequence[int],
    death_signal: int,
) -> int:
    """Start a process that calls ``program`` and ends with what it returns; its number, which the caller reaps.

    As if it were started by itself: its own process group, no signal blocked, ``env`` its environment and ``argv`` the
    command line that it shows, ``keep_fds`` and the standard ones its only descriptors, nothing on standard input, all
    output to standard error. It gets ``death_signal`` when this process dies. Raises InfrastructureError in a process
    with threads, OSError.
    """
    if threading.active_count() > 1:
        raise InfrastructureError("a process with threads cannot be copied")
    parent = os.getpid()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            _leave(parent, death_signal)
            _keep_only(keep_fds)
            _look_new(argv, env)
            code = _code_of(program())
        except SystemExit as ending:
            code = _code_of(ending.code)
        except BaseException:
            traceback.print_exc()
        finally:
            _end(code)  # never back into what the original was doing
    with contextlib.suppress(OSError):  # it has done so itself, or is gone
        os.setpgid(pid, pid)
    return pid


def _leave(parent: int, death_signal: int) -> None:
    os.setpgid(0, 0)
    set_parent_death_signal(death_signal)
    if os.getppid() != parent:  # it died before the request took hold
        os._exit(1)


def _keep_only(keep_fds: Sequence[int]) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, _STDIN)
    os.dup2(_STDERR, _STDOUT)
    kept = {_STDIN, _STDOUT, _STDERR, *keep_fds}
    for fd in map(int, os.listdir("/proc/self/fd")):
        if fd not in kept:
            with contextlib.suppress(OSError):  # that of the list itself
                os.close(fd)


def _look_new(argv: Sequence[str], env: Mapping[str, str]) -> None:
    sys.stdin = sys.__stdin__ = _stream(_STDIN, "r", "strict")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _stream(_STDOUT, "w", "strict")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _stream(_STDERR, "w", "backslashreplace")  # type: ignore[misc]
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None  # found out again, from TMPDIR
    sys.argv = list(argv[1:])
    show_command(argv)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _stream(fd: int, mode: str, errors: str) -> TextIOWrapper:
    return cast(TextIOWrapper, os.fdopen(fd, mode, buffering=1, encoding="utf-8", errors=errors, closefd=False))


def _code_of(ending: object) -> int:
    """The exit code, as the interpreter has it."""
    if ending is None:
        return 0
    if isinstance(ending, int):
        return ending & 0xFF
    print(ending, file=sys.stderr)
    return 1


def _end(code: int) -> NoReturn:
    """As an interpreter ends."""
    try:
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(code)
