"""Ctrl-C while a command has work done: the first one is the program's, as in a shell; a second one ends the work."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from judge.model.event import Claimed, Compiled, Emit, Event, Retried
from judge.model.work import CommandGroup, Execution, Task

_HINT = b"\njudge: the program was interrupted; Ctrl-C again ends it\n"


class CtrlC:
    """Knows from the work's events whether a program runs. ``forward`` is called by a signal handler."""

    def __init__(self, task: Task, forward: Callable[[], None], *, starts_at_once: bool) -> None:
        self._forward = forward
        self._takes_it = isinstance(task, Execution | CommandGroup)
        self._is_compiled_first = isinstance(task, Execution) and task.program is not None
        self._is_running = starts_at_once and not self._is_compiled_first
        self._was_forwarded = False

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Meanwhile SIGINT is taken care of here."""
        if not self._takes_it or threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._on_signal)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def hearing(self, hear: Emit) -> Emit:
        """The same, and it is noted here whether a program runs."""

        def heard(event: Event) -> None:
            match event:
                case Compiled():
                    self._is_running = event.ok
                case Claimed():
                    self._is_running = not self._is_compiled_first
                case Retried():
                    self._is_running = self._was_forwarded = False
            hear(event)

        return heard

    def _on_signal(self, number: int, frame: object) -> None:
        if self._was_forwarded or not self._is_running:
            raise KeyboardInterrupt
        self._was_forwarded = True
        if os.isatty(2):
            os.write(2, _HINT)
        self._forward()
