"""Judges for the tests of the queue's promises: no sandbox, the source says what to do.

A source is JSON: {"verdict": "AC", "ms": 0, "tests": 0, "do": ""}; ``do`` may be "die" (kill this process), "fail"
(an infrastructure error), "package" (a package error), "missing" (this worker lacks the package while the file
JUDGE_STATE_DIR/lacks is there), "ill" (the host's fault, likewise with "ill"), "fault" (the host's fault on any),
"crash" (an exception nobody expects), "client" (the client's fault), "hang" or "sit" (a session, until it is to end).
A judging by a program leaves as its state what it read and ``appends``.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from judge_workers.judging import Readiness
from service_work import orders_of

from judge.config import Settings
from judge.errors import CancelledError, HostFault, InfrastructureError, PackageError, PackageMissing, WorkError
from judge.model.event import CaseJudged, Compiled, Compiling, Emit
from judge.model.report import CaseReport, Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.model.work import Evaluation, Execution, ProgramJudging, SessionRequest, Work
from judge.model.work_report import (
    AnyWorkReport,
    BlameOn,
    ProgramReport,
    SessionEnd,
    SessionReport,
    report_without_work,
)
from judge.observe.metrics.pipe_records import Record
from judge.program.tasks.carried import CarriedState
from judge.running.session import SessionChannel


class ScriptedJudge:
    """Does what the source says; of other work, what its first file says."""

    def __init__(self, state_dir: str) -> None:
        self._state_dir = Path(state_dir)
        self._frozen = self._state_dir / f"frozen-{os.getpid()}"
        self._wake_fd, self._cancel_fd = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def judge(self, submission: Submission, attempt: int, emit: Emit, carried: CarriedState) -> Report:
        orders = json.loads(submission.sources[0].content)
        emit(Compiling(submission=submission.id, language=submission.language))
        emit(Compiled(submission=submission.id, ok=True, cached=True, wall_time_ns=0))
        self._sleep(orders.get("ms", 0))
        self._misbehave(orders.get("do", ""))
        verdict = Verdict(orders.get("verdict", "AC"))
        total = orders.get("tests", 0)
        for index in range(1, total + 1):
            case = CaseReport(name=f"secret/{index}", verdict=verdict)
            emit(CaseJudged(submission=submission.id, index=index, total=total, case=case))
        return Report(
            submission=submission.id, problem="p", language=submission.language, verdict=verdict, attempt=attempt
        )

    def carry_out(
        self, work: Work, attempt: int, emit: Emit, channel: SessionChannel, carried: CarriedState
    ) -> AnyWorkReport:
        orders = json.loads(orders_of(work.task))
        if isinstance(work.task, SessionRequest):
            channel.receive()  # as a real one does: the queue is told that it has begun
            channel.finish()
            self._note_begun(work.header.id)
        if isinstance(work.task, Execution | Evaluation):
            emit(Compiling(submission=work.header.id, language=work.header.language))
            emit(Compiled(submission=work.header.id, ok=True, cached=True, wall_time_ns=0))
        task = work.task
        read = carried.read(task.state, task.state_version) if isinstance(task, ProgramJudging) and task.state else None
        self._sleep(orders.get("ms", 0))
        if orders.get("do") == "sit":
            return self._sit(work, channel)
        self._misbehave(orders.get("do", ""))
        report = report_without_work(work.header, BlameOn.NONE, orders.get("reason", ""), attempt=attempt)
        if read is None or not isinstance(report, ProgramReport):
            return report
        new = (read.content + orders["appends"].encode()) if "appends" in orders else None
        return msgspec.structs.replace(report, state=carried.leave(new), log=read.content.decode(), verdict=Verdict.AC)

    def _sit(self, work: Work, channel: SessionChannel) -> SessionReport:
        while not channel.is_ending:
            channel.receive()
            self._sleep(20)
        return SessionReport(id=work.header.id, end=SessionEnd.STOPPED)

    def forget_cancel(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_fd, 4096)

    def _note_begun(self, session: str) -> None:
        """A line in the file "begun" of the state directory, which outlives this process."""
        with open(self._state_dir / "begun", "a") as file:
            file.write(f"{session}\n")

    def clear_up(self) -> None:
        """Nothing is left over."""

    def cancel(self) -> None:
        os.write(self._cancel_fd, b"x")

    def interrupt(self) -> None:
        """Nothing runs here."""

    def take_counts(self) -> tuple[Record, ...]:
        return ()

    def freeze(self) -> None:
        """Nothing of this judge's can be stopped: a file of the state directory says that it would stand."""
        self._frozen.touch()

    def thaw(self) -> None:
        """The file is gone."""
        self._frozen.unlink(missing_ok=True)

    def _sleep(self, ms: int) -> None:
        if ms and select.select([self._wake_fd], [], [], ms / 1000)[0]:
            raise CancelledError("cancelled")

    def _misbehave(self, what: str) -> None:
        if what == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "fail":
            raise InfrastructureError("the disk of this host is gone")
        if what == "missing" and (self._state_dir / "lacks").exists():
            raise PackageMissing("there is no package here")
        if what == "ill" and (self._state_dir / "ill").exists():
            raise HostFault("the state directory: No space left on device")
        if what == "fault":
            raise HostFault("the state directory: No space left on device")
        if what == "package":
            raise PackageError("limits: time must be a number", "problem.yaml:3")
        if what == "crash":
            raise ZeroDivisionError("nobody thought of this")
        if what == "client":
            raise WorkError("there is no such blob", "stdin")
        if what == "hang":
            self._sleep(3_600_000)


class Factory:
    """A host on which everything works."""

    def readiness(self, settings: Settings) -> Readiness:
        return Readiness(languages=("c", "cpp", "python3"))

    @contextmanager
    def open_slot(self, settings: Settings, index: int) -> Iterator[ScriptedJudge]:
        yield ScriptedJudge(settings.state_dir)

    def prove(self, settings: Settings, language: str) -> str:
        with self.open_slot(settings, 0):
            return "it is ill" if (Path(settings.state_dir) / "ill").exists() else ""

    def clean_leftovers(self, settings: Settings) -> int:
        (Path(settings.state_dir) / "left").unlink(missing_ok=True)
        return 0


class UnopenableFactory(Factory):
    """A host that has broken since it was tested."""

    @contextmanager
    def open_slot(self, settings: Settings, index: int) -> Iterator[ScriptedJudge]:
        raise InfrastructureError("cgroup: No space left on device")
        yield


class UnopenableWhileIllFactory(Factory):
    """The same, until the file JUDGE_STATE_DIR/ill is gone."""

    @contextmanager
    def open_slot(self, settings: Settings, index: int) -> Iterator[ScriptedJudge]:
        if (Path(settings.state_dir) / "ill").exists():
            raise InfrastructureError("cgroup: No space left on device")
        yield ScriptedJudge(settings.state_dir)


class FailingFactory(Factory):
    """A host on which every judging fails at once."""

    @contextmanager
    def open_slot(self, settings: Settings, index: int) -> Iterator[ScriptedJudge]:
        judge = ScriptedJudge(settings.state_dir)
        judge.judge = _fail  # type: ignore[method-assign]
        yield judge

    def prove(self, settings: Settings, language: str) -> str:
        return "cgroup: No space left on device"


def _fail(submission: Submission, attempt: int, emit: Emit, carried: CarriedState) -> Report:
    raise InfrastructureError("cgroup: No space left on device")


SCRIPTED = Factory()
FAILING = FailingFactory()
UNOPENABLE = UnopenableFactory()
UNOPENABLE_WHILE_ILL = UnopenableWhileIllFactory()


class ListedFactory(Factory):
    """A host whose toolchains are the words in a file of the state directory."""

    def readiness(self, settings: Settings) -> Readiness:
        path = Path(settings.state_dir) / "toolchains"
        languages = tuple(path.read_text().split())
        return Readiness(languages=languages, versions=dict.fromkeys(languages, "1.0"), watched=(str(path),))

    def languages_again(self, settings: Settings, report: Callable[[Readiness], object]) -> Readiness:
        return self.readiness(settings)


LISTED = ListedFactory()
