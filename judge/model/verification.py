"""Verifying a problem package: what is asked for, and what it came to, as frozen values.

The JSON form of :class:`VerifyResult` is what ``judge verify --json`` prints.
"""

from __future__ import annotations

import msgspec

from judge.model.problem import Diagnostic
from judge.model.report import CaseReport
from judge.model.verdict import Verdict

#: Version of the JSON form. Fields may be added within one version, never changed.
VERIFY_VERSION = 1


class Verification(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="verification"):
    """Every submission of a package's jury is judged and compared with its labels.

    ``package`` as in :class:`judge.model.submission.Submission`. ``only``: paths of submissions, as prefixes (empty =
    all). ``every_case``: all cases of all submissions, also when a verdict is settled. ``check_data``: the validators
    are asked about the test data. ``time_limit_ns``: instead of the package's own, 0 = that. ``strict``: warnings and
    skipped submissions count as faults.
    """

    package: str
    only: tuple[str, ...] = ()
    every_case: bool = False
    check_data: bool = True
    time_limit_ns: int = 0
    strict: bool = False

    def __post_init__(self) -> None:
        if self.time_limit_ns < 0:
            raise ValueError("time_limit_ns must not be negative")


class SubmissionResult(msgspec.Struct, frozen=True, kw_only=True):
    """One jury submission. ``expected``: the verdicts it may have, in the formats' words; empty = anything.

    ``verdict`` None: it was not judged, and ``skipped`` says why (no toolchain for its language). ``differences``
    are one line each; ``ok`` means there are none. ``remarks`` are worth a look but no difference. ``case`` is the one
    that decided, with what the program printed and the validator said; None for an accepted submission.
    ``cpu_time_ns``: of all its runs on test cases and their validators, when it was judged last.
    """

    path: str
    expected: tuple[str, ...]
    verdict: Verdict | None
    score: float | None = None
    ok: bool
    differences: tuple[str, ...] = ()
    remarks: tuple[str, ...] = msgspec.field(default=(), name="notes")
    skipped: str = ""
    language: str = ""
    reason: str = msgspec.field(default="", name="why")
    deciding_case: str = ""
    cpu_time_max_ns: int = 0
    wall_time_max_ns: int = 0
    memory_peak_max_bytes: int = 0
    cpu_time_ns: int = 0
    case: CaseReport | None = None


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a validator was asked. ``kind``: what about (``input``, ``answer``, ``invalid_input``...)."""

    kind: str
    program: str
    case: str
    ok: bool
    reason: str = msgspec.field(default="", name="why")


class PackageResult(msgspec.Struct, frozen=True, kw_only=True):
    """One package. ``error``: why nothing could be judged, with its place; empty when it could.

    ``checks_run`` counts all questions to validators, ``checks`` lists those whose answer was wrong,
    ``checks_skipped`` the validators that could not be asked: no toolchain for their language.
    """

    package: str
    name: str = ""
    format: str = ""
    ok: bool
    error: str = ""
    time_limit_ns: int = 0
    test_cases: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()
    checks_run: int = 0
    checks: tuple[CheckResult, ...] = ()
    checks_skipped: tuple[CheckResult, ...] = ()
    submissions: tuple[SubmissionResult, ...] = ()

    @property
    def faults(self) -> int:
        """How many things are not as they should be."""
        errors = sum(diagnostic.level == "error" for diagnostic in self.diagnostics)
        wrong = sum(not one.ok for one in self.submissions)
        return errors + wrong + len(self.checks) + bool(self.error)


class VerifyResult(msgspec.Struct, frozen=True, kw_only=True):
    """All packages, in the order they were named."""

    version: int = VERIFY_VERSION
    ok: bool
    packages: tuple[PackageResult, ...] = ()
