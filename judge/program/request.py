"""What a director is asked to do, and what comes of it: frozen values, the room's face together with
:func:`judge.program.director.direct`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from judge.model.program import DEFAULT_QUOTAS, NO_TOTALS, ProgramCase, ProgramQuotas, ProgramTotals
from judge.model.run import RunResult
from judge.model.verdict import Verdict
from judge.model.work import DEFAULT_LIMITS, Data, ProgramSource, RequestedLimits
from judge.model.work_report import KeptFile

#: Where bytes lie that a judge program may be handed: in the work or a blob of its tenant, or a package's file on this
#: host. Nothing is read before it is needed.
Place = Data | Path


@dataclass(frozen=True)
class SubmissionInput:
    """A submission: ``name`` is what the judge program is to call it. Its sources are inline (no source blobs)."""

    name: str
    program: ProgramSource


@dataclass(frozen=True)
class TestInput:
    """A test, as in :class:`judge.program.answers.TestInfo`."""

    __test__ = False

    name: str
    input: Place
    answer: Place | None = None
    group: str = ""
    sample: bool = False
    arguments: tuple[str, ...] = ()
    files: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True)
class StateInput:
    """Carried state as it was read at the claim: ``content`` None and ``version`` 0 = there is none yet."""

    content: bytes | None = None
    version: int = 0


@dataclass(frozen=True)
class Allowed:
    """Limits of runs. ``usual``: of one that asks for nothing; ``most``: more is refused. 0 = the service's default,
    and the operator's ceiling. A language's factor and minimum come on top, as in every judging."""

    usual: RequestedLimits = DEFAULT_LIMITS
    most: RequestedLimits = DEFAULT_LIMITS


@dataclass(frozen=True)
class ProgramRequest:
    """One piece of work for a judge program.

    ``id``: of the work, for events; ``tenant``: whose blobs these are. ``program``: the judge program, Python unless
    it says otherwise. ``beside``: files that it finds in its working directory. ``data``: by name. ``digest``: of the
    work, which its random numbers come from. ``submitted`` is for runs of submissions, ``own`` for all other programs
    that it has compiled, ``compilers`` for compilers. ``stateless``: why nothing can be carried on, and the setting to
    add; empty = it can.
    """

    id: str
    program: ProgramSource
    digest: str
    tenant: str = ""
    submissions: tuple[SubmissionInput, ...] = ()
    tests: tuple[TestInput, ...] = ()
    data: Mapping[str, Place] = field(default_factory=dict)
    beside: Mapping[str, Place] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    state: StateInput = StateInput()
    stateless: str = ""
    submitted: Allowed = Allowed()
    own: Allowed = Allowed()
    compilers: RequestedLimits = DEFAULT_LIMITS
    quotas: ProgramQuotas = DEFAULT_QUOTAS


@dataclass(frozen=True)
class ProgramFault:
    """Why it is a judge error: what the judge program did wrong, and the line of its main file (0 = not known)."""

    message: str
    line: int = 0
    file: str = ""


@dataclass(frozen=True)
class ProgramResult:
    """What a judge program has judged. With a ``fault`` the verdict is JE and ``reason`` says it in one line; the cases
    are those that it had judged by then.

    ``state``: to be carried on, None = as it was. ``seed``: of its random numbers and its hashes. ``log``: what it
    printed, safe text, cut. ``run``: its own run, None = it was not started.
    """

    verdict: Verdict
    score: float | None = None
    reason: str = ""
    feedback: str = ""
    team_feedback: str = ""
    cases: tuple[ProgramCase, ...] = ()
    kept: tuple[KeptFile, ...] = ()
    state: bytes | None = None
    seed: int = 0
    log: str = ""
    run: RunResult | None = None
    totals: ProgramTotals = NO_TOTALS
    fault: ProgramFault | None = None
