"""The reports of work that is no submission. Their JSON form is public and versioned, as that of a judging is."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from judge.model.printed import Printed
from judge.model.program import ProgramCase, ProgramTotals, StateUse
from judge.model.report import CompileReport
from judge.model.run import Outcome, RunResult, Usage
from judge.model.verdict import Verdict
from judge.model.verification import PackageResult
from judge.model.work import NO_CONTEXT, Context, WorkHeader, WorkKind

#: Version of these reports' JSON form. Fields may be added within one version, never changed.
WORK_REPORT_VERSION = 1


class BlameOn(StrEnum):
    """Whose fault it is that something is not as it should be."""

    NONE = "none"
    PROGRAM = "program"  #: the program that was run, or it did not compile
    CLIENT = "client"  #: what the work asked for: a missing blob, files that do not fit
    JUDGE = "judge"  #: ours or the host's; never the program's


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """What was written to one stream: ``content``, or a blob when it is large. ``size_bytes``: of all that is kept.

    ``truncated``: more was written, or may have been.
    """

    content: bytes = b""
    blob: str = ""
    size_bytes: int = 0
    truncated: bool = False


NO_OUTPUT = Output()


class OutputPiece(msgspec.Struct, frozen=True, kw_only=True):
    """Where the next bytes of the interleaved output came from: ``stream`` 1 = stdout, 2 = stderr."""

    stream: int
    size_bytes: int


class KeptFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a run left and was asked to leave."""

    name: str
    blob: str
    size_bytes: int
    truncated: bool = False


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """One run. ``pieces``: the order in which the two outputs arrived, from the beginning, as far as it can be told;
    empty = it was not asked for.

    ``files_passed_over``: how many more files matched than may be kept, or have names that are no text.
    """

    result: RunResult
    stdout: Output = NO_OUTPUT
    stderr: Output = NO_OUTPUT
    pieces: tuple[OutputPiece, ...] = ()
    files: tuple[KeptFile, ...] = ()
    files_passed_over: int = 0


class WorkReport(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every kind of report says. ``reason`` is one line of evidence, empty when all went as it should.

    Times and versions as in :class:`judge.model.report.Report`. ``cached``: a stored report of the same work.
    """

    version: int = WORK_REPORT_VERSION
    id: str
    blame: BlameOn = BlameOn.NONE
    reason: str = ""
    language: str = ""
    tenant: str = ""
    context: Context = NO_CONTEXT
    attempt: int = 1
    cached: bool = False
    judged_by: str = ""
    judge_version: str = ""
    toolchain_version: str = ""
    submitted_at_ms: int = 0
    claimed_at_ms: int = 0
    finished_at_ms: int = 0


class ExecutionReport(WorkReport, frozen=True, kw_only=True, tag="execution"):
    """``compile`` None = nothing had to be compiled. ``mean``: of the runs' usages; None without a run."""

    compile: CompileReport | None = None
    runs: tuple[RunReport, ...] = ()
    mean: Usage | None = None


class TestReport(msgspec.Struct, frozen=True, kw_only=True):
    """One test of an evaluation; ``verdict`` None = not run. ``measured_ns``: CPU times, if one was near the limit.

    ``score``: what it gave of its weight; a validator may give a part. ``feedback``: the validator's message.
    ``stdout`` and ``stderr`` are the program's (None = nothing written, or left out). Of these a report keeps a limited
    amount: streams of failed tests first, feedback of the first tests.
    """

    __test__ = False

    name: str
    verdict: Verdict | None = None
    weight: float = 1.0
    score: float = 0.0
    reason: str = ""
    feedback: str = ""
    run: RunResult | None = None
    stdout: Printed | None = None
    stderr: Printed | None = None
    measured_ns: tuple[int, ...] = ()


class EvaluationReport(WorkReport, frozen=True, kw_only=True, tag="evaluation"):
    """``verdict``: of the first test that failed; JE before all others. ``pass_rate``: accepted tests / all tests.
    ``score``: the scores of all tests / all weight. Both 0 to 1; tests that were not run count as failed.
    ``measured_again``: a time near the limit was measured again.
    """

    verdict: Verdict = Verdict.JE
    compile: CompileReport | None = None
    tests: tuple[TestReport, ...] = ()
    passed: int = 0
    pass_rate: float = 0.0
    score: float = 0.0
    measured_again: bool = False


class Missing(StrEnum):
    """Why a file that was wanted by name is not there."""

    ABSENT = "absent"  #: nothing of this name, or a link on the way
    NO_FILE = "no file"  #: a directory, a link, a FIFO
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"
    NOT_KEPT = "not kept"  #: its tenant may not keep a blob of it


class TakenFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was wanted by name. ``missing`` None = ``content`` is what it has; else why it is not here.

    ``size_bytes``: of one that is too large, where it is known.
    """

    name: str
    content: Output = NO_OUTPUT
    missing: Missing | None = None
    size_bytes: int = 0


class CommandReport(RunReport, frozen=True, kw_only=True):
    """One command of a group, in the order of the request; so are ``outputs`` and ``taken``."""

    outputs: tuple[Output, ...] = ()
    taken: tuple[TakenFile, ...] = ()


class PipeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What went through one pipe, in the order of the request. ``size_bytes`` None = it was not counted: it was handed
    over as it is."""

    size_bytes: int | None = None
    record: Output = NO_OUTPUT


class CommandGroupReport(WorkReport, frozen=True, kw_only=True, tag="group"):
    """A command group."""

    commands: tuple[CommandReport, ...] = ()
    pipes: tuple[PipeReport, ...] = ()


class SessionEnd(StrEnum):
    """Why a session ended."""

    EXITED = "exited"  #: its program did
    CLOSED = "closed"  #: its client closed it
    LEFT = "left"  #: its client did not come back within the grace time
    LIMIT = "limit"  #: a limit of the run
    STOPPED = "stopped"  #: its worker was told to stop
    FAILED = "failed"  #: it did not start, or its worker died


class SessionReport(WorkReport, frozen=True, kw_only=True, tag="session"):
    """A session that is over. ``dropped_bytes``: output that no reader took in time. ``files_passed_over``: as in
    :class:`RunReport`."""

    end: SessionEnd = SessionEnd.FAILED
    compile: CompileReport | None = None
    result: RunResult | None = None
    input_bytes: int = 0
    output_bytes: int = 0
    dropped_bytes: int = 0
    files: tuple[KeptFile, ...] = ()
    files_passed_over: int = 0
    taken: tuple[TakenFile, ...] = ()


class VerificationReport(WorkReport, frozen=True, kw_only=True, tag="verification"):
    """A package against its own labels. ``result`` None = it was not verified.

    A package that cannot be judged at all is the client's fault; of one that is not as its labels say ``reason`` says
    how much is amiss.

    ``cpu_time_ns``: as in :class:`judge.model.verification.SubmissionResult`, of all of them.
    """

    result: PackageResult | None = None
    cpu_time_ns: int = 0


class ProgramReport(WorkReport, frozen=True, kw_only=True, tag="program"):
    """A judging by a judge program, which says ``verdict``, ``score`` (None = none), feedback and ``cases``.

    Whatever the judge program does wrong is its sender's fault: JE, and ``reason`` says what and in which line.
    ``feedback`` is for judges, ``team_feedback`` for contestants. ``files`` are blobs that it kept. ``result`` is its
    own run, ``log`` what it printed, as safe text. ``seed``: of its hashes and random numbers. ``totals``: what it and
    all that it started used.
    """

    verdict: Verdict = Verdict.JE
    score: float | None = None
    feedback: str = ""
    team_feedback: str = ""
    cases: tuple[ProgramCase, ...] = ()
    files: tuple[KeptFile, ...] = ()
    result: RunResult | None = None
    log: str = ""
    seed: int = 0
    totals: ProgramTotals = ProgramTotals()
    state: StateUse | None = None


AnyWorkReport = (
    ExecutionReport | EvaluationReport | CommandGroupReport | SessionReport | VerificationReport | ProgramReport
)


_REPORT_TYPES: dict[WorkKind, type[AnyWorkReport]] = {
    WorkKind.EXECUTION: ExecutionReport,
    WorkKind.EVALUATION: EvaluationReport,
    WorkKind.GROUP: CommandGroupReport,
    WorkKind.SESSION: SessionReport,
    WorkKind.VERIFICATION: VerificationReport,
    WorkKind.PROGRAM: ProgramReport,
}


def report_without_work(
    header: WorkHeader, blame: BlameOn, reason: str, *, attempt: int = 1, judged_by: str = ""
) -> AnyWorkReport:
    """The report of work that was not done, and whose fault that is."""
    return _REPORT_TYPES[header.kind](
        id=header.id,
        blame=blame,
        reason=reason,
        language=header.language,
        tenant=header.tenant,
        context=header.context,
        attempt=attempt,
        judged_by=judged_by,
    )


#: :func:`status_of` a program that does not compile, and of work that the client asked for wrongly.
COMPILE_ERROR, REFUSED = "COMPILE_ERROR", "REFUSED"

#: :func:`status_of` a package that is as its labels say, and of one that is not.
AS_EXPECTED, DIFFERENT = "AS_EXPECTED", "DIFFERENT"

_OF_RUNS = (Verdict.JE.value, REFUSED, *(outcome.value for outcome in Outcome))

#: Every word that :func:`status_of` has for a kind; for a submission it is the verdict.
STATUSES: dict[WorkKind, tuple[str, ...]] = {
    WorkKind.SUBMISSION: tuple(verdict.value for verdict in Verdict),
    WorkKind.EXECUTION: (COMPILE_ERROR, *_OF_RUNS),
    WorkKind.EVALUATION: (REFUSED, *(verdict.value for verdict in Verdict)),
    WorkKind.GROUP: _OF_RUNS,
    WorkKind.SESSION: (Verdict.JE.value, REFUSED, *(end.value.upper() for end in SessionEnd)),
    WorkKind.VERIFICATION: (Verdict.JE.value, REFUSED, AS_EXPECTED, DIFFERENT),
    WorkKind.PROGRAM: (REFUSED, *(verdict.value for verdict in Verdict)),
}


def kind_of_report(report: AnyWorkReport) -> WorkKind:
    """Which kind of work a report is of."""
    return WorkKind(str(report.__struct_config__.tag))


def results_of(report: AnyWorkReport) -> tuple[RunResult, ...]:
    """Every run of the programs that were handed in."""
    match report:
        case ExecutionReport():
            return tuple(run.result for run in report.runs)
        case EvaluationReport():
            return tuple(test.run for test in report.tests if test.run is not None)
        case CommandGroupReport():
            return tuple(command.result for command in report.commands)
        case SessionReport():
            return () if report.result is None else (report.result,)
        case VerificationReport() | ProgramReport():
            return ()  # the jury's are not handed in; what a judge program ran is its own affair


def status_of(report: AnyWorkReport) -> str:
    """The one word that lists and metrics show of a report: a verdict, an outcome, or how it ended."""
    if report.blame is BlameOn.JUDGE:
        return Verdict.JE.value
    if report.blame is BlameOn.CLIENT and not (isinstance(report, ProgramReport) and report.result is not None):
        return REFUSED
    match report:
        case EvaluationReport() | ProgramReport():
            return report.verdict.value
        case SessionReport():
            return report.end.value.upper()
        case VerificationReport():
            return AS_EXPECTED if report.result is not None and report.result.ok else DIFFERENT
        case ExecutionReport() if report.compile is not None and not report.compile.ok:
            return COMPILE_ERROR
        case _:
            return _worst(results_of(report))


def _worst(results: tuple[RunResult, ...]) -> str:
    failed = next((result for result in results if not result.ok), None)
    if failed is not None:
        return failed.outcome.value
    return Outcome.EXITED.value if results else REFUSED
