"""Measures a run near the time limit again, and says which of the measurements counts.

A repetition runs where nothing of the first run can be: in fresh namespaces, on a copy of its input. It counts only as
far as noise can explain the difference. One that suddenly needs much less time, writes something else or ends in
another way did other work: that is evidence, not luck, and the first run counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from judge.grading.execute import Exclusive
from judge.grading.options import GradingOptions
from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult
from judge.model.units import MS_NS
from judge.sandbox.capture import Capture

T = TypeVar("T")

#: A program that used this share of its CPU time before the wall limit did not sleep all the time.
_COMPUTING_SHARE = 0.1

#: What a busy neighbour can add to the CPU time of the same work, as on a core that two threads share: half of it.
_NOISE_SHARE = 0.5

#: The ends that only differ by how long a run took, the best first.
_TIMED = {Outcome.EXITED: 0, Outcome.CPU_LIMIT: 1, Outcome.WALL_LIMIT: 2}


@dataclass(frozen=True)
class Measured(Generic[T]):
    """``counts`` is one of the measurements; ``times_ns`` are the CPU times of all in order, empty when there was one.

    ``note`` says why the first counts although a later one was faster, or is empty.
    """

    counts: T
    times_ns: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Trial(Generic[T]):
    """How to measure: ``run`` does so once, ``start_over`` makes sure that the next one finds nothing of it.

    ``seen`` gives of a measurement its run and what the program wrote, as far as that must repeat.
    """

    run: Callable[[], T]
    start_over: Callable[[], None]
    seen: Callable[[T], tuple[RunResult, Capture]]


def is_near_limit(run: RunResult, limits: Limits, share: float) -> bool:
    """True when one measurement of this run cannot decide.

    Its CPU time alone decides and is within ``share`` of the time limit; or it ran into the wall limit although it
    was computing, so that the machine may have kept it from its core.
    """
    if run.outcome is Outcome.WALL_LIMIT:
        return run.usage.cpu_time_ns >= limits.cpu_time_ns * _COMPUTING_SHARE
    if not (run.ok or run.outcome is Outcome.CPU_LIMIT):
        return False
    return abs(run.usage.cpu_time_ns - limits.cpu_time_ns) <= share * limits.cpu_time_ns


def measure(trial: Trial[T], limits: Limits, options: GradingOptions, exclusive: Exclusive) -> Measured[T]:
    """Run once, and near the time limit again with nothing beside it; the fastest counts that noise can explain.

    Runs again at least once, then until the limit is kept, ``near_limit_runs`` is reached, or a repetition did other
    work. Raises what ``trial`` raises.
    """
    first = best = trial.run()
    run, _ = trial.seen(first)
    if options.near_limit_runs <= 1 or not is_near_limit(run, limits, options.near_limit_share):
        return Measured(first)
    times_ns = [run.usage.cpu_time_ns]
    with exclusive():
        while len(times_ns) < options.near_limit_runs:
            trial.start_over()
            other = trial.run()
            times_ns.append(trial.seen(other)[0].usage.cpu_time_ns)
            note = _difference(trial.seen(first), trial.seen(other))
            if note:
                return Measured(first, tuple(times_ns), note)
            best = min(best, other, key=lambda one: _rank(trial.seen(one)[0]))
            if trial.seen(best)[0].ok:
                break
    return Measured(best, tuple(times_ns))


def _rank(run: RunResult) -> tuple[int, int]:
    return _TIMED[run.outcome], run.usage.cpu_time_ns


def _difference(first: tuple[RunResult, Capture], other: tuple[RunResult, Capture]) -> str:
    """Why ``other`` is no repetition of ``first``; empty when noise can explain what differs."""
    (run, output), (again, output_again) = first, other
    if again.outcome not in _TIMED or (again.outcome is Outcome.EXITED and not again.ok):
        return f"a repetition ended with {again.cause or again.outcome}"
    if again.usage.cpu_time_ns * (1 + _NOISE_SHARE) < run.usage.cpu_time_ns:
        return f"a repetition took {again.usage.cpu_time_ns // MS_NS} ms, which noise does not explain"
    if not _same_work(run, output, again, output_again):
        return "a repetition wrote something else"
    return ""


def _same_work(run: RunResult, output: Capture, again: RunResult, output_again: Capture) -> bool:
    """What a run wrote that was cut short is the beginning of what another one wrote; whole outputs are the same."""
    longer = max(output.size_bytes, output_again.size_bytes)
    if any(_was_whole(one) and text.size_bytes < longer for one, text in ((run, output), (again, output_again))):
        return False
    shorter = min(output.size_bytes, output_again.size_bytes)
    return output.read(shorter) == output_again.read(shorter)


def _was_whole(run: RunResult) -> bool:
    """It came to its own end, in time or not."""
    return run.exit_code == 0
