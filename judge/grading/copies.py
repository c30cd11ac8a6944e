"""Several copies of one submission at once, as CMS's Communication and TwoSteps tasks run them.

Each copy has a container and limits of its own; their CPU times together must keep the time limit, too. A copy that
fails decides: the others and the manager are ended at once, and what they then say does not count.

Source: CMS's documentation, "Task types"; the paths of a pipe may be used in either direction, as old and new stubs do.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import NamedTuple

import msgspec

from judge.errors import CancelledError
from judge.grading.execute import STDERR_READ_BYTES, OpenSubmission, files_of
from judge.grading.interact import Conversation, outliving
from judge.grading.options import GradingOptions
from judge.grading.programs import OpenProgram
from judge.grading.validate import Asked, Validation, validation_of
from judge.model.limits import Limits
from judge.model.problem import TestCase, ValidatorKind
from judge.model.run import Outcome, RunResult
from judge.model.verdict import Verdict
from judge.sandbox.active_run import ActiveRun
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.container import judged_together
from judge.sandbox.conversation import Conversed, End, Link, Participant
from judge.toolchain.work_files import blamed_on
from judge.verdicts import ending_of_run, verdict_of_run

#: Where a copy finds the pipes that it is given paths of: from the manager and to it.
_FROM_MANAGER, _TO_MANAGER = 3, 4
#: Where the manager finds those of the first copy; the next ones follow.
_FIRST_PIPE = 3
#: Where the input lies that the manager opens as input.txt.
_INPUT_FD = 19
_INPUT_NAME = "input.txt"
#: Where both copies of a TwoSteps task find their pipe.
_STEP_PIPE = 3

#: A program that crashes closes its pipes before it is gone: who reads from them may be over before, by less than this.
_CRASH_NS = 50_000_000

_ENDED = "another program of this test has decided"


def _path(descriptor: int) -> str:
    return f"/dev/fd/{descriptor}"


class _Failed(NamedTuple):
    """A copy that failed, and when it ended."""

    verdict: Verdict
    run: RunResult
    stderr: Capture
    ended_ns: int


def communicate(
    copies: Sequence[OpenSubmission], manager: OpenProgram, asked: Asked, options: GradingOptions, *, by_path: bool
) -> Conversation:
    """One test of a Communication task. Blocks; raises PackageError, CancelledError, InfrastructureError."""
    count = len(copies)
    links = []
    for number in range(count):
        own = (_FROM_MANAGER, _TO_MANAGER) if by_path else (0, 1)
        theirs = _FIRST_PIPE + 2 * number
        links.append(Link(End(number, own[1]), End(count, theirs), by_path=by_path))
        links.append(Link(End(count, theirs + 1), End(number, own[0]), by_path=by_path))
    with ExitStack() as stack:
        participants = [
            _copy(stack, one, asked.case, _arguments(number, count, by_path=by_path))
            for number, one in enumerate(copies)
        ]
        participants.append(_manager(stack, manager, asked, count, copies[0].limits))
        containers = [*(one.container for one in copies), manager.container]
        watch = _Watch()
        with blamed_on(manager.program.name):
            done = judged_together(containers, participants, links, watch.on_end)
    told = _told(manager, done, asked.case, options)
    return _decided(copies, done, told, manager_first=watch.manager_first)


def _arguments(number: int, count: int, *, by_path: bool) -> tuple[str, ...]:
    paths = (_path(_FROM_MANAGER), _path(_TO_MANAGER)) if by_path else ()
    return (*paths, str(number)) if count > 1 else paths


def two_steps(copies: Sequence[OpenSubmission], case: TestCase, open_input: Callable[[], int]) -> Completed:
    """One test of a TwoSteps task: the output is that of the second step. Blocks; raises as :func:`communicate`."""
    link = Link(End(0, _STEP_PIPE), End(1, _STEP_PIPE), by_path=True)
    with ExitStack() as stack:
        input_fd = open_input()
        stack.callback(os.close, input_fd)
        first, second = (_copy(stack, one, case, (str(step), _path(_STEP_PIPE))) for step, one in enumerate(copies))
        first = replace(first, stdin=input_fd)
        with blamed_on(f"test case {case.name}"):
            done = judged_together([one.container for one in copies], (first, second), (link,), _end_others)
    _raise_if_cancelled(done.completed, case)
    failed = _first_failed(copies, done)
    run = _merged(failed.run if failed else done.completed[1].result, done.completed)
    return Completed(run, done.completed[1].stdout, failed.stderr if failed else done.completed[1].stderr)


def _copy(stack: ExitStack, submission: OpenSubmission, case: TestCase, args: tuple[str, ...]) -> Participant:
    spec = submission.compiled.run_spec(submission.limits, (*args, *case.args))
    return Participant(spec, stack.enter_context(files_of(submission, case)))


def _manager(stack: ExitStack, manager: OpenProgram, asked: Asked, count: int, limits: Limits) -> Participant:
    """The manager, with more time than all copies have together; it finds its input twice, as CMS gives it."""
    program = outliving(manager.program, msgspec.structs.replace(limits, wall_time_ns=count * limits.wall_time_ns))
    spec = program.run_spec([_path(_FIRST_PIPE + place) for place in range(2 * count)])
    given = []
    for _ in range(2):
        given.append(asked.open_input())
        stack.callback(os.close, given[-1])
    return Participant(
        msgspec.structs.replace(spec, cwd="/work"),
        program.work_files({}, {}),
        {_INPUT_FD: given[0]},
        stdin=given[1],
        links=((_INPUT_NAME, _path(_INPUT_FD)),),
    )


class _Watch:
    """Ends what has nothing to say any more, and remembers who went first. Called in the thread of the runs."""

    def __init__(self) -> None:
        self.manager_first = False  # the manager was over, and no copy had met a limit before

    def on_end(self, active: Sequence[ActiveRun], run: ActiveRun) -> None:
        """A program that failed decides; once all copies are over the manager has not much left to do."""
        *copies, manager = active
        if run is manager:
            self.manager_first = all(one.stop_outcome is None for one in copies)
        elif all(one.over for one in copies):
            manager.hurry(run)
        _end_others(active, run)


def _end_others(active: Sequence[ActiveRun], run: ActiveRun) -> None:
    """A program that failed decides."""
    if run.exit_code != 0 or run.stop_outcome is not None:
        for one in active:
            if one is not run:
                one.stop(Outcome.CANCELLED, _ENDED)


def _told(manager: OpenProgram, done: Conversed, case: TestCase, options: GradingOptions) -> Validation:
    """What the manager says; nothing that counts where a copy that failed has ended it."""
    _raise_if_cancelled(done.completed, case)
    last = done.completed[-1]
    if last.result.outcome is Outcome.CANCELLED:
        return Validation(verdict=Verdict.WA)
    return validation_of(ValidatorKind.CMS, manager.program, last, options.feedback_bytes, case.outcome_max)


def _decided(
    copies: Sequence[OpenSubmission], done: Conversed, told: Validation, *, manager_first: bool
) -> Conversation:
    """A manager that rejected before a copy failed has the last word, else a copy that failed."""
    runs, limits = done.completed[: len(copies)], copies[0].limits
    failed = _first_failed(copies, done)
    run = _merged(failed.run if failed else runs[0].result, runs)
    rejected_first = manager_first and told.verdict is Verdict.WA
    if failed is not None and rejected_first and ended_before(done.ended_ns[-1], failed.run, failed.ended_ns):
        failed = None
    if failed is not None:
        ending = ending_of_run(failed.run, limits)
        return Conversation(run, failed.verdict, ending, told, stderr=failed.stderr, ending=ending)
    if told.verdict is Verdict.AC and run.usage.cpu_time_ns > limits.cpu_time_ns:
        run = msgspec.structs.replace(run, outcome=Outcome.CPU_LIMIT, cause="all copies together")
        ending = f"{ending_of_run(run, limits)}, all copies together"
        return Conversation(run, Verdict.TLE, ending, told, ending=ending)
    return Conversation(run, told.verdict, told.reason, told, stderr=runs[0].stderr)


def ended_before(manager_ended_ns: int, failed: RunResult, failed_ended_ns: int) -> bool:
    """Whether the manager was over before a copy began to fail. One that a closed pipe ended was not the first."""
    crashed = failed.signal not in (None, signal.SIGPIPE)
    return manager_ended_ns + (_CRASH_NS if crashed else 0) < failed_ended_ns


def _first_failed(copies: Sequence[OpenSubmission], done: Conversed) -> _Failed | None:
    """The copy that failed first, of those that nobody ended."""
    found = []
    for one, completed, ended_ns in zip(copies, done.completed, done.ended_ns, strict=False):
        if completed.result.outcome is Outcome.CANCELLED:
            continue
        markers = one.compiled.language.memory_markers
        said = completed.stderr.read(STDERR_READ_BYTES) if markers else b""
        verdict = verdict_of_run(completed.result, said, markers)
        if verdict is not None:
            found.append(_Failed(verdict, completed.result, completed.stderr, ended_ns))
    return min(found, key=lambda one: one.ended_ns, default=None)


def _raise_if_cancelled(completed: Sequence[Completed], case: TestCase) -> None:
    """A slot's cancel ends all of them, with another cause than ours."""
    for one in completed:
        if one.result.outcome is Outcome.CANCELLED and one.result.cause != _ENDED:
            raise CancelledError(f"test case {case.name}: cancelled")


def _merged(run: RunResult, completed: Sequence[Completed]) -> RunResult:
    """``run`` with what all of them used together; real time is the longest."""
    used = [one.result.usage for one in completed]
    usage = msgspec.structs.replace(
        run.usage,
        **{name: sum(getattr(one, name) for one in used) for name in _ADDED},
        wall_time_ns=max(one.wall_time_ns for one in used),
    )
    return msgspec.structs.replace(run, usage=usage)


_ADDED = ("cpu_time_ns", "cpu_user_ns", "cpu_system_ns", "memory_peak_bytes")
