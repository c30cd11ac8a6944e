"""Work on an assignment by a real worker: handed in, graded part by part, verified."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from judge.client import Client, Sending, submission_of, work_of
from judge.model.event import CaseJudged
from judge.model.submission import HandIn, SourceFile, Submission
from judge.model.verdict import Verdict
from judge.model.verification import Verification
from judge.model.work_report import VerificationReport

GOLDEN = Path(__file__).parents[1] / "course" / "golden" / "python"
DUE_MS = 1_796_165_940_000


@pytest.fixture(scope="module")
def package(short_root: Path) -> Path:
    folder = short_root / "coursework"
    if not folder.exists():
        shutil.copytree(GOLDEN, folder)
    return folder


def handed_in(package: Path, student: str, hand_in: HandIn) -> Submission:
    order = submission_of(package / "submissions" / student / "bank.py", package=str(package), tenant="amy")
    sources = (SourceFile(name="bank.py", content=order.sources[0].content),)
    return msgspec.structs.replace(order, sources=sources, main="bank.py", hand_in=hand_in)


def test_a_students_work_is_graded_and_what_it_says_of_its_handing_in_counts(
    runs_client: Client, package: Path
) -> None:
    late = HandIn(student="ada", handed_in_at_ms=DUE_MS + 3_600_000, attempt=2)
    order = handed_in(package, "partly", late)
    events = list(runs_client.follow(runs_client.submit(order)))
    report = runs_client.result(order.id, timeout=60)
    found = report.coursework
    assert found is not None and report.root is None
    assert (report.verdict, report.language, found.student, found.attempt) == (Verdict.WA, "python3", "ada", 2), report
    assert [report.score, found.late_penalty_points] == pytest.approx([63.0, 7.0])
    told = [event.case.name for event in events if isinstance(event, CaseJudged)]
    assert "io/sample" in told and not {"io/1", "io/2", "interest/interest 2"} & set(told)


def test_the_setters_labelled_work_is_verified_by_the_service(runs_client: Client, package: Path) -> None:
    task = Verification(package=str(package), only=("submissions/right", "submissions/crashing"))
    work = work_of(task, Sending(tenant="amy"))
    runs_client.send(work)
    report = runs_client.work_result(work.header.id, timeout=120)
    assert isinstance(report, VerificationReport) and report.result is not None, report
    assert [(one.path, one.score, one.ok) for one in report.result.submissions] == [
        ("submissions/crashing", 10.0, True),
        ("submissions/right", 90.0, True),
    ]
