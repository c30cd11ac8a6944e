"""Whether who reads an answer takes it at the least rate. Pure; times are of one clock, in seconds."""

from __future__ import annotations

from judge.gateway.http.body import BYTES_PER_S_MIN


class Reader:
    """Counts only while writing is paused: a stream that has nothing to say waits for nobody. From then on it has the
    silence to spare, and what it takes pays for the rest, until it has taken all that there is."""

    def __init__(self, silence_s: float) -> None:
        self._silence_s = silence_s
        self._waited_s = 0.0  # before the pause that is now
        self._taken_bytes = 0
        self._since_s: float | None = None
        self._unread_bytes = 0  # when that began

    def pause(self, now_s: float, unread_bytes: int) -> None:
        """Writing waits for it from now on, if it does not already."""
        if self._since_s is None:
            self._since_s, self._unread_bytes = now_s, unread_bytes

    def resume(self, now_s: float, unread_bytes: int) -> None:
        """Writing goes on."""
        if self._since_s is not None:
            self._waited_s += now_s - self._since_s
            self._taken_bytes += max(0, self._unread_bytes - unread_bytes)
            self._since_s = None

    def begin(self) -> None:
        """It has taken all that there was."""
        self._waited_s, self._taken_bytes, self._since_s = 0.0, 0, None

    def is_slow(self, now_s: float, unread_bytes: int) -> bool:
        """Whether it is to be waited for no longer."""
        if self._since_s is None:
            return False
        waited_s = self._waited_s + now_s - self._since_s
        taken_bytes = self._taken_bytes + max(0, self._unread_bytes - unread_bytes)
        return waited_s > self._silence_s + taken_bytes / BYTES_PER_S_MIN
