"""Judging by a package's judge program without a service: for verifying packages, and on the command line."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from judge.errors import PackageError, PackageMissing, WorkError, our_path
from judge.grading.pipeline import Judge
from judge.grading.scoring.report import report_without_judging
from judge.model.event import Emit, unheard
from judge.model.problem import Problem
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.package.ceilings import Ceilings
from judge.program.tasks.carried import StateHere
from judge.program.tasks.of_submission import judge_submission
from judge.running.runner import NoBlobs, Runner
from judge.sandbox.capture import Capture


class _NothingKept(NoBlobs):
    """What is kept has a digest, and is gone."""

    def keep(self, tenant: str, content: bytes | Capture, name: str = "") -> str:
        """See :class:`judge.running.runner.TenantBlobs`."""
        data = content if isinstance(content, bytes) else content.read()
        return f"sha256:{hashlib.sha256(data).hexdigest()}"


@contextmanager
def runner_here(judge: Judge, ceilings: Ceilings) -> Iterator[Runner]:
    """The means of the judge's first slot; nothing is kept, and its scratch directory ends with the block."""
    with our_path("temporary directory"):
        scratch = tempfile.TemporaryDirectory(prefix="judge-program-")
    with scratch:
        yield Runner(judge.slots[0], judge, ceilings, _NothingKept(), Path(scratch.name))


def judged_here(
    judge: Judge, submission: Submission, problem: Problem, ceilings: Ceilings, emit: Emit = unheard
) -> Report:
    """The report of a submission, by the problem's judge program where it names one; blocks.

    A judge program finds no carried state, and runs in the first slot, within the quotas that its package was read
    with. Raises LanguageError, PackageMissing,
    CancelledError, InfrastructureError.
    """
    if problem.judge_program is None:
        return judge.judge(submission, problem, emit)
    with runner_here(judge, ceilings) as runner:
        carried = StateHere(problem.judge_program.quotas.state_bytes)
        try:
            return judge_submission(runner, submission, problem, emit, carried, problem.judge_program.quotas)
        except PackageMissing:
            raise
        except (PackageError, WorkError) as error:
            language = judge.language_of(submission, problem).id
            return report_without_judging(submission, problem, language, Verdict.JE, str(error))
