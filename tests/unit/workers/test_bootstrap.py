"""What really judges, with a slot and a pipeline that only take notes."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from judge_workers import bootstrap
from judge_workers.bootstrap import SandboxFactory, SandboxJudge
from judge_workers.node.languages import Found

from judge.config import Settings
from judge.errors import InfrastructureError
from judge.grading.noise import NoiseUnknown
from judge.model.problem import Problem
from judge.model.program import StateRead, StateUse
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.package.files.digest import package_digest

PACKAGE = Path(__file__).resolve().parents[3] / "examples" / "sum"


class Notes:
    """A slot and a pipeline in one: what was asked of them, in order."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.tidied = 0
        self.config = SimpleNamespace(index=3)

    def work_for(self, whom: str) -> None:
        """Whoever it is."""

    def tidy(self) -> None:
        """Nothing was left."""
        self.tidied += 1

    def set_weight(self, weight: int) -> None:
        self.asked.append(weight)

    def generated(self, problem: Problem) -> AbstractContextManager[Problem]:
        self.asked.append("generate")
        return nullcontext(problem)

    def judging(self, submission: Submission, *_: object) -> SimpleNamespace:
        self.asked.append(submission.id)
        report = Report(submission=submission.id, problem="sum", language="c", verdict=Verdict.AC)
        return SimpleNamespace(report=lambda: nullcontext(report))


@pytest.fixture
def notes() -> Notes:
    return Notes()


class NoState:
    """What is judged here carries none."""

    def read(self, name: str, version: int = 0) -> StateRead:
        raise AssertionError(name)

    def leave(self, content: bytes | None) -> StateUse | None:
        raise AssertionError(content)


NO_STATE = NoState()


@pytest.fixture
def judge(notes: Notes, tmp_path: Path) -> SandboxJudge:
    return SandboxJudge(Settings(state_dir=str(tmp_path)), notes, notes)  # type: ignore[arg-type]


def of_class(name: str, priority_class: str) -> Submission:
    return Submission(
        id=name,
        package=str(PACKAGE),
        sources=(SourceFile(name="a.c", content=b""),),
        language="c",
        priority_class=priority_class,
    )


def test_the_class_sets_the_weight_before_anything_runs(judge: SandboxJudge, notes: Notes) -> None:
    for name, priority_class in (("a", "practice"), ("b", "contest"), ("c", "contest"), ("d", "rejudge")):
        judge.judge(of_class(name, priority_class), 1, lambda _: None, NO_STATE)
        judge.clear_up()
    assert notes.asked == [
        *("generate", "a"),
        *(400, "generate", "b"),
        *("generate", "c"),
        *(25, "generate", "d"),
    ]


def test_containers_are_tidied_also_where_letting_go_fails(judge: SandboxJudge, notes: Notes) -> None:
    def fail() -> None:
        raise InfrastructureError("the package cannot be let go of")

    judge._after.callback(fail)
    with pytest.raises(InfrastructureError):
        judge.clear_up()
    assert notes.tidied == 1


def test_the_report_says_what_judged_what(judge: SandboxJudge, tmp_path: Path) -> None:
    package = tmp_path / "sum"
    shutil.copytree(PACKAGE, package)
    order = msgspec.structs.replace(of_class("a", "practice"), package=str(package), tenant="amy")
    first = judge.judge(order, 1, lambda _: None, NO_STATE)
    judge.clear_up()
    assert (first.judge_version, first.tenant) == (version("judge-service"), "amy")
    assert first.package_digest == package_digest(package)
    (package / "data" / "secret" / "99.in").write_text("1 2\n")
    (package / "data" / "secret" / "99.ans").write_text("3\n")
    second = judge.judge(order, 1, lambda _: None, NO_STATE)
    judge.clear_up()
    assert second.package_digest == package_digest(package) != first.package_digest


def test_the_report_says_which_attempt_and_where(judge: SandboxJudge) -> None:
    report = judge.judge(of_class("a", "practice"), 2, lambda _: None, NO_STATE)
    assert (report.attempt, report.judged_by.rpartition("/")[2]) == (2, "3")


def test_a_host_too_slow_to_be_measured_judges_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_slow(*_: object) -> float:
        raise NoiseUnknown("noise not measured: the work ended with CPU_LIMIT")

    found = Found(
        versions={"c": "12"},
        exact={},
        missing={},
        untested=False,
        watched=(),
        toolchains="",
        preparing=(),
        unprepared={},
    )
    monkeypatch.setattr(bootstrap, "open_slot", lambda *_: nullcontext(SimpleNamespace(container=None)))
    monkeypatch.setattr(bootstrap, "LanguageFinder", lambda _: SimpleNamespace(at_start=lambda _: found))
    monkeypatch.setattr(bootstrap, "host_rootfs", lambda _: None)
    monkeypatch.setattr(bootstrap, "measure_noise", too_slow)
    settings = msgspec.convert({"state_dir": str(tmp_path), "worker": {"selftest": False}}, Settings)
    ready = SandboxFactory().readiness(settings)
    assert (ready.languages, ready.noise_ratio) == (("c",), None)
    assert "noise not measured: the work ended with CPU_LIMIT" in ready.problems
