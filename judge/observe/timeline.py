"""When each phase of one submission happened. Metrics sum it up, traces draw it; it knows neither."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from judge.model.event import CaseJudged, Compiled, Compiling, Event, TestJudged, Verifying
from judge.model.report import CaseReport
from judge.model.run import RunResult
from judge.observe.metrics.pipe_records import Phase

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
    each. No time is left out: what lies between two events and is neither run nor validator belongs to FETCH (before
    the compile), RUN (before a compile stage that comes again: a run that failed has called for it), SETUP (before the
    first run, and between runs that a validator program judges) or VALIDATE (between runs that the built-in comparison
    judges). ``clock`` gives nanoseconds since any point, never backwards.
    """

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._compiling_ns = 0
        self._last_ns = clock()
        self._first_case = True
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
            self._last_ns = self._clock()
            self._add(phase, "", start_ns, self._last_ns)

    def __call__(self, event: Event) -> None:
        """Take one event of grading, at the time it happens."""
        now_ns = self._clock()
        if isinstance(event, Compiling):
            self._add(Phase.RUN if self._compiling_ns else Phase.FETCH, "", self._last_ns, now_ns)
            self._compiling_ns = now_ns
        elif isinstance(event, Compiled):
            if not event.cached:
                self._add(Phase.COMPILE, "", self._compiling_ns or now_ns - event.wall_time_ns, now_ns)
        elif isinstance(event, Verifying):
            self._add(Phase.RUN, event.part, self._last_ns, now_ns)
        elif isinstance(event, CaseJudged):
            self._case(event.case, now_ns)
        elif isinstance(event, TestJudged):
            self._case(CaseReport(name=event.test.name, verdict=event.test.verdict, run=event.test.run), now_ns)
        self._last_ns = now_ns

    def rest(self, phase: Phase) -> None:
        """All since the last event belongs to ``phase``: no event says what happens in it."""
        now_ns = self._clock()
        self._add(phase, "", self._last_ns, now_ns)
        self._last_ns = now_ns

    def elapsed_ns(self) -> int:
        """Nanoseconds since this timeline was made."""
        return self._clock() - self.started_ns

    def _case(self, case: CaseReport, now_ns: int) -> None:
        """The run ended before its validation, which ended now; what remains of the interval came before the run."""
        run, validation = case.run, case.validation
        built_in = validation is None and run is not None and not self._first_case
        validation_start_ns = max(self._last_ns, now_ns - _wall_time_ns(validation))
        run_start_ns = max(self._last_ns, validation_start_ns - _wall_time_ns(run))
        rest = Phase.VALIDATE if built_in else Phase.SETUP
        self._add(rest, "" if self._first_case else case.name, self._last_ns, run_start_ns)
        if run is not None:
            self._add(Phase.RUN, case.name, run_start_ns, validation_start_ns)
        if validation is not None:
            self._add(Phase.VALIDATE, case.name, validation_start_ns, now_ns)
        self._first_case = False

    def _add(self, phase: Phase, name: str, start_ns: int, end_ns: int) -> None:
        self.phases_ns[phase] = self.phases_ns.get(phase, 0) + end_ns - start_ns
        if len(self.spans) < SPANS_MAX:
            self.spans.append(Span(phase, name, start_ns, end_ns))


def _wall_time_ns(run: RunResult | None) -> int:
    return run.usage.wall_time_ns if run is not None else 0
