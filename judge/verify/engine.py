"""Verifies packages: many over many slots, or one on one slot. The front door of this room."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from judge.errors import JudgeError
from judge.grading.pipeline import Judge
from judge.model.verification import PackageResult, VerifyResult
from judge.verify.package_run import DEFAULT_CHOICES, Choices, PackageRun, Progress, Step
from judge.verify.thread_pool import Job, ThreadPool


def unwatched(step: Step) -> None:
    """A :data:`~judge.verify.package_run.Progress` that does nothing."""


def verify_packages(
    specs: Sequence[str],
    judges: Sequence[Judge],
    *,
    scratch: Path,
    kept: Path,
    choices: Choices = DEFAULT_CHOICES,
    progress: Progress = unwatched,
) -> VerifyResult:
    """Verify all packages; ``judges`` have one slot each and are used at once.

    ``scratch``: a directory for what must be unpacked, emptied again; ``kept``: where measured time limits are kept.
    A package that is not there or cannot be read is a result like any other. Raises InfrastructureError.
    """
    runs = [PackageRun(spec, choices, scratch, kept, progress) for spec in specs]
    with ExitStack() as stack:
        for run in runs:
            stack.callback(run.close)
        ThreadPool(judges).run([run.start for run in runs])
    results = tuple(_result_of(run) for run in runs)
    return VerifyResult(ok=all(result.ok for result in results), packages=results)


def verify_package(
    spec: str, judge: Judge, *, scratch: Path, kept: Path, choices: Choices, progress: Progress
) -> PackageResult:
    """Verify one package in this thread; otherwise as :func:`verify_packages`.

    Raises CancelledError when a slot of ``judge`` was cancelled, InfrastructureError, and what ``progress`` raises.
    """
    run = PackageRun(spec, choices, scratch, kept, progress)
    with ExitStack() as stack:
        stack.callback(run.close)
        waiting: deque[Job] = deque([run.start])
        while waiting:
            waiting.extend(waiting.popleft()(judge))
    return _result_of(run)


def _result_of(run: PackageRun) -> PackageResult:
    if run.result is None:
        raise JudgeError(f"{run.spec}: verifying did not finish")
    return run.result
