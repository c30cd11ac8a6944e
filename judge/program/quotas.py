"""What a judge program has used of its quotas. Nothing that it says widens any of them."""

from __future__ import annotations

import time
from collections.abc import Callable

from judge.model.program import ProgramQuotas, ProgramTotals
from judge.program.answers import QuotaInfo
from judge.program.refusals import Refusal


class Meter:
    """Counts for one judge program. Methods raise Refusal, naming the quota, when one would be exceeded.

    ``frozen_ns``: how long its slot has stood frozen so far; that time is not charged."""

    def __init__(self, quotas: ProgramQuotas, frozen_ns: Callable[[], int] = lambda: 0) -> None:
        self.quotas = quotas
        self._frozen_ns = frozen_ns
        self.cpu_ns = 0  # of everything that was compiled and has run
        self.runs = 0
        self.programs = 0
        self.calls = 0
        self.alive = 0  # programs that live now
        self.memory_bytes = 0  # that those may use together
        self.data_bytes = 0  # held now
        self.handles = 0
        self.kept_bytes = 0
        self.kept_files = 0
        self.cases = 0
        self.text_bytes = 0
        self.served_ns = 0  # CPU time of the director
        self._data_peak_bytes = 0
        self._started_ns = time.monotonic_ns() - frozen_ns()

    def call(self) -> None:
        """One more call."""
        self.calls += 1
        _within("calls", self.calls, self.quotas.calls)
        _within("wall_time_ns", self.wall_ns(), self.quotas.wall_time_ns)
        _within("served_time_ns", self.served_ns, self.quotas.served_time_ns)

    def served(self, cpu_ns: int) -> None:
        """The director has worked for this long; what is too much is refused with the next call."""
        self.served_ns += cpu_ns

    def wall_ns(self) -> int:
        """Real time since the beginning in which the slot was not frozen."""
        return time.monotonic_ns() - self._frozen_ns() - self._started_ns

    def program(self) -> None:
        """One more program is compiled."""
        _within("programs", self.programs + 1, self.quotas.programs)
        self.programs += 1

    def cpu_left_ns(self) -> int:
        """CPU time that a program may still use; more than 0."""
        left_ns = self.quotas.cpu_time_ns - self.cpu_ns
        if left_ns <= 0:
            raise Refusal(_words("cpu_time_ns", self.quotas.cpu_time_ns), "cpu_time_ns")
        return left_ns

    def used_cpu(self, cpu_ns: int) -> None:
        """This much was used."""
        self.cpu_ns += cpu_ns

    def start(self, count: int, memory_bytes: int, memory_bytes_max: int) -> None:
        """Programs start: ``count`` at once. What they may use in memory together with those that live is bounded as
        what one run may use is. :meth:`end` them."""
        _within("runs", self.runs + count, self.quotas.runs)
        _within("at_once", self.alive + count, self.quotas.at_once)
        if self.memory_bytes + memory_bytes > memory_bytes_max:
            raise Refusal(
                f"the programs that run at once may use {self.memory_bytes + memory_bytes} bytes of memory in all; "
                f"at most {memory_bytes_max} are granted: give them limits of their own",
                "memory_bytes",
            )
        self.runs += count
        self.alive += count
        self.memory_bytes += memory_bytes

    def end(self, count: int, memory_bytes: int) -> None:
        """They are over."""
        self.alive -= count
        self.memory_bytes -= memory_bytes

    def hold(self, size_bytes: int, handles: int = 1) -> None:
        """More is held."""
        _within("handles", self.handles + handles, self.quotas.handles)
        _within("data_bytes", self.data_bytes + size_bytes, self.quotas.data_bytes)
        self.handles += handles
        self.data_bytes += size_bytes
        self._data_peak_bytes = max(self._data_peak_bytes, self.data_bytes)

    def let_go(self, size_bytes: int) -> None:
        """Less is held."""
        self.handles -= 1
        self.data_bytes -= size_bytes

    def keep(self, size_bytes: int) -> None:
        """A file goes into the report."""
        _within("kept_files", self.kept_files + 1, self.quotas.kept_files)
        _within("kept_bytes", self.kept_bytes + size_bytes, self.quotas.kept_bytes)
        self.kept_files += 1
        self.kept_bytes += size_bytes

    def case(self) -> None:
        """A verdict of a test."""
        _within("cases", self.cases + 1, self.quotas.cases)
        self.cases += 1

    def text(self, text: str, bytes_max: int) -> bytes:
        """Words for the report, as many as there is room for: what a contestant's program printed may be in them, and
        is to be nobody's error."""
        data = text.encode("utf-8", "replace")[: min(bytes_max, self.quotas.text_bytes - self.text_bytes)]
        self.text_bytes += len(data)
        return data

    def left(self) -> QuotaInfo:
        """What is left of those that a program may plan with."""
        quotas = self.quotas
        return QuotaInfo(
            cpu_time_ns=max(0, quotas.cpu_time_ns - self.cpu_ns),
            runs=quotas.runs - self.runs,
            programs=quotas.programs - self.programs,
            at_once=quotas.at_once - self.alive,
            data_bytes=quotas.data_bytes - self.data_bytes,
            own_cpu_time_ns=quotas.own_cpu_time_ns,
        )

    def totals(self) -> ProgramTotals:
        """For the report."""
        return ProgramTotals(
            cpu_time_ns=self.cpu_ns,
            wall_time_ns=self.wall_ns(),
            runs=self.runs,
            programs=self.programs,
            calls=self.calls,
            data_peak_bytes=self._data_peak_bytes,
        )


def _within(quota: str, amount: int, most: int) -> None:
    if amount > most:
        raise Refusal(_words(quota, most), quota)


def _words(quota: str, most: int) -> str:
    return f"the quota {quota} is used up: {most}"
