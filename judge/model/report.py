"""The report: one frozen tree of what was judged and why. Its JSON form is public and versioned."""

from __future__ import annotations

import msgspec

from judge.model.coursework import CourseworkReport
from judge.model.printed import Printed
from judge.model.run import RunResult
from judge.model.verdict import Verdict

#: Version of the report's JSON form. Fields may be added within one version, never changed.
REPORT_VERSION = 1


class CompileReport(msgspec.Struct, frozen=True, kw_only=True):
    """How compiling went. ``log`` is safe text, capped, paths relative to the submission.

    ``checked`` False: the language has no compiler, only a check of the sources, and there was no need to ask for it:
    the program's first run ended well.
    """

    ok: bool
    cached: bool = False
    log: str = ""
    run: RunResult | None = None
    checked: bool = True


class CaseReport(msgspec.Struct, frozen=True, kw_only=True):
    """One test case. ``verdict`` None = not run (an earlier test decided).

    ``run`` is the submission's run (the slowest pass of a multi-pass case), ``validation`` the
    output validator's. ``reason`` (``why`` in JSON) is one line of evidence; ``feedback`` is for judges only,
    ``team_feedback`` may be shown to the contestant. ``reruns_ns`` are CPU times of repeated runs
    near the limit, the first included (empty = run once); ``reruns_note`` says why the first of them counted and not
    the fastest. ``passes`` counts the runs of a multi-pass case.
    ``transcript`` is an interactive conversation: lines starting with ``>`` (submission) and ``<`` (validator).
    ``ending`` says how the program's run failed, in words for the contestant; empty when its output decided. It tells
    nothing of the test's data, unlike ``reason``, ``stdout`` and ``stderr``, which a program can make say anything.
    ``sample``: the test's data are public. ``stdout`` and ``stderr`` are the program's (None = nothing written, or
    left out: a report keeps a limited amount, of cases that were not accepted first). ``hidden``: only judges may see
    that there is this case.
    """

    name: str
    verdict: Verdict | None
    score: float | None = None
    run: RunResult | None = None
    validation: RunResult | None = None
    reason: str = msgspec.field(default="", name="why")
    feedback: str = ""
    team_feedback: str = ""
    reruns_ns: tuple[int, ...] = ()
    reruns_note: str = ""
    passes: int = 1
    transcript: str = ""
    ending: str = ""
    sample: bool = False
    stdout: Printed | None = None
    stderr: Printed | None = None
    hidden: bool | msgspec.UnsetType = msgspec.UNSET


class GroupReport(msgspec.Struct, frozen=True, kw_only=True):
    """One test group; children in the order they were judged. ``verdict`` None = nothing of it was judged.

    ``reason`` (``why`` in JSON) tells what the children do not show: a broken score rule, a group that was required.
    """

    name: str
    verdict: Verdict | None
    score: float | None = None
    reason: str = msgspec.field(default="", name="why")
    groups: tuple[GroupReport, ...] = ()
    cases: tuple[CaseReport, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer to one submission.

    ``deciding_case`` names the first test in order that decided the verdict; empty when accepted.
    ``cpu_time_max_ns``, ``wall_time_max_ns``, ``memory_peak_max_bytes`` and ``pids_peak_max`` are the
    largest over the judged cases.

    Times are Unix milliseconds by the clock of the queue, 0 = not from a queue: handed in, taken by a slot (the last
    time), verdict recorded. ``package_digest`` names the content of the problem package, ``toolchain_version`` is what
    the compiler or interpreter said of itself, ``judge_version`` this program's; empty = not known.

    ``coursework``: of work on an assignment; there is no ``root`` then. The score is its points, AC that all points are
    there which a machine gives.
    """

    version: int = REPORT_VERSION
    submission: str
    problem: str
    language: str
    verdict: Verdict
    score: float | None = None
    reason: str = msgspec.field(default="", name="why")
    deciding_case: str = ""
    time_limit_ns: int = 0
    memory_limit_bytes: int = 0
    cpu_time_max_ns: int = 0
    wall_time_max_ns: int = 0
    memory_peak_max_bytes: int = 0
    pids_peak_max: int = 0
    compile: CompileReport | None = None
    root: GroupReport | None = None
    judged_by: str = ""
    attempt: int = 1
    noise_ratio: float | None = None
    tenant: str = ""
    submitted_at_ms: int = 0
    claimed_at_ms: int = 0
    finished_at_ms: int = 0
    package_digest: str = ""
    judge_version: str = ""
    toolchain_version: str = ""
    coursework: CourseworkReport | None = None
