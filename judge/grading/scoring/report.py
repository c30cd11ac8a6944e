"""The report of one submission from its parts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from judge.model.limits import Limits
from judge.model.problem import Problem
from judge.model.report import CaseReport, CompileReport, GroupReport, Report
from judge.model.run import Usage
from judge.model.submission import Submission
from judge.model.verdict import Verdict


def cases_of(group: GroupReport) -> Iterator[CaseReport]:
    """Every case below a group in the order of the tree: its own cases, then those of its groups by name."""
    children: list[CaseReport | GroupReport] = [*group.cases, *group.groups]
    for child in sorted(children, key=lambda child: child.name):
        if isinstance(child, GroupReport):
            yield from cases_of(child)
        else:
            yield child


def first_error(log: str) -> str:
    """The line of a compiler's log that says most: the first with an error, else the first."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[0] if lines else "does not compile")


def deciding_case(root: GroupReport, judged: Sequence[CaseReport]) -> CaseReport | None:
    """The first case, in the order of judging, that explains a verdict other than AC."""
    if root.verdict in (None, Verdict.AC):
        return None
    same = (case for case in judged if case.verdict is root.verdict)
    rejected = (case for case in judged if case.verdict not in (None, Verdict.AC))
    return next(same, None) or next(rejected, None)


@dataclass(frozen=True)
class JudgedTests:
    """What judging the tests of a submission came to. ``deciding``: the first case that explains the verdict of
    ``root``. ``limits`` are the program's, None when none was run; ``noise_ratio`` as in a report."""

    root: GroupReport
    deciding: CaseReport | None = None
    limits: Limits | None = None
    noise_ratio: float | None = None


def report_of_judging(
    submission: Submission,
    problem: Problem,
    language: str,
    judged: JudgedTests,
    compiled: CompileReport | None = None,
) -> Report:
    """The report of a submission that was judged."""
    root, deciding, limits = judged.root, judged.deciding, judged.limits
    usages = [case.run.usage for case in cases_of(root) if case.run is not None]
    nothing = Usage()
    return Report(
        submission=submission.id,
        problem=problem.name,
        language=language,
        verdict=root.verdict or Verdict.AC,
        score=root.score,
        reason=root.reason or (deciding.reason if deciding else ""),
        deciding_case=deciding.name if deciding else "",
        time_limit_ns=limits.cpu_time_ns if limits else 0,
        memory_limit_bytes=limits.memory_bytes if limits else 0,
        cpu_time_max_ns=max((usage.cpu_time_ns for usage in usages), default=nothing.cpu_time_ns),
        wall_time_max_ns=max((usage.wall_time_ns for usage in usages), default=nothing.wall_time_ns),
        memory_peak_max_bytes=max((usage.memory_peak_bytes for usage in usages), default=nothing.memory_peak_bytes),
        pids_peak_max=max((usage.pids_peak or 0 for usage in usages), default=0),
        compile=compiled,
        root=root,
        noise_ratio=judged.noise_ratio,
    )


def report_without_judging(
    submission: Submission,
    problem: Problem,
    language: str,
    verdict: Verdict,
    reason: str,
    compiled: CompileReport | None = None,
) -> Report:
    """The report of a submission that never ran: a compile error or the setter's fault."""
    return Report(
        submission=submission.id,
        problem=problem.name,
        language=language,
        verdict=verdict,
        score=0.0 if problem.scoring and verdict is Verdict.CE else None,
        reason=reason,
        time_limit_ns=problem.limits.time_limit_ns,
        memory_limit_bytes=problem.limits.memory_bytes,
        compile=compiled,
    )
