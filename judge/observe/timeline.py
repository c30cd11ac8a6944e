"""When each phase of one submission happened. Metrics sum it up, traces draw it; it knows neither."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from judge.model.event import CaseJudged, Compiled, Compiling, Event
from judge.model.run import RunResult
from judge.observe.record import Phase

#: Most spans kept of one submission: with thousands of tests a trace shows the first ones, the sums stay right.
SPANS_MAX = 512


class Span(NamedTuple):
    """One stretch of time. ``name`` tells tests apart and is empty for the other phases; a clock's nanoseconds."""

    phase: Phase
    name: str
    start_ns: int
    end_ns: int


class Timeline:
    """The clockwork of one submission; make one per attempt, use it from one thread.

    Phases outside grading are wrapped in :meth:`phase`; grading's own come from its events: call the timeline with
    each. ``clock`` gives nanoseconds since any point, never backwards.
    """

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._compiling_ns = 0
        self._last_ns = clock()
        self.started_ns = self._last_ns
        self.spans: list[Span] = []
        self.phases_ns: dict[Phase, int] = {}

    @contextmanager
    def phase(self, phase: Phase) -> Iterator[None]:
        """Everything inside belongs to ``phase``; several times add up. An exception passes and its time counts."""
        start_ns = self._clock()
        try:
            yield
        finally:
            self._add(phase, "", start_ns, self._clock())

    def __call__(self, event: Event) -> None:
        """Take one event of grading, at the time it happens."""
        now_ns = self._clock()
        if isinstance(event, Compiling):
            self._compiling_ns = now_ns
        elif isinstance(event, Compiled):
            if not event.cached:
                self._add(Phase.COMPILE, "", self._compiling_ns or now_ns - event.wall_time_ns, now_ns)
        elif isinstance(event, CaseJudged):
            self._case(event, now_ns)
        self._last_ns = now_ns

    def elapsed_ns(self) -> int:
        """Nanoseconds since this timeline was made."""
        return self._clock() - self.started_ns

    def _case(self, event: CaseJudged, now_ns: int) -> None:
        """The run ended before its validation, which ended now."""
        validation_ns = _wall_time_ns(event.case.validation)
        run_ns = _wall_time_ns(event.case.run)
        run_end_ns = max(self._last_ns, now_ns - validation_ns)
        if event.case.run is not None:
            self._add(Phase.RUN, event.case.name, max(self._last_ns, run_end_ns - run_ns), run_end_ns)
        if event.case.validation is not None:
            self._add(Phase.VALIDATE, event.case.name, run_end_ns, now_ns)

    def _add(self, phase: Phase, name: str, start_ns: int, end_ns: int) -> None:
        self.phases_ns[phase] = self.phases_ns.get(phase, 0) + end_ns - start_ns
        if len(self.spans) < SPANS_MAX:
            self.spans.append(Span(phase, name, start_ns, end_ns))


def _wall_time_ns(run: RunResult | None) -> int:
    return run.usage.wall_time_ns if run is not None else 0
