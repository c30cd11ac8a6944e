"""Messages that any stranger can cause, as often as they like: each text is logged a few times a minute at most."""

from __future__ import annotations

import logging
import time

#: How often a text is logged in how long a time, and how many texts are told apart.
_TIMES = 5
_WINDOW_S = 60.0
_TEXTS_MAX = 64


class Seldom(logging.Filter):
    """For a logger. The first message of a new window says how many were left out in the one before."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is logged. Faults (from ERROR on) always are."""
        if record.levelno >= logging.ERROR:
            return True
        now_s, text = time.monotonic(), str(record.msg)[:200]
        if text not in self._seen and len(self._seen) >= _TEXTS_MAX:
            self._seen.clear()
        began_s, times = self._seen.get(text, (now_s, 0))
        if now_s - began_s >= _WINDOW_S:
            if times > _TIMES:
                record.msg = f"{record.msg} ({times - _TIMES} more in the minute before)"
            began_s, times = now_s, 0
        self._seen[text] = (began_s, times + 1)
        return times < _TIMES
