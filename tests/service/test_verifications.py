"""Verifications: workers judge a package's own submissions, and compare with their labels."""

from __future__ import annotations

from pathlib import Path

import pytest
from service_harness import until
from small_package import RIGHT, written

from judge.client import Client, Sending, new_id, work_of
from judge.client.asynchronous import AsyncClient
from judge.errors import SubmissionCancelled
from judge.model.event import Verifying, WorkDone
from judge.model.verdict import Verdict
from judge.model.verification import Verification
from judge.model.work import Context
from judge.model.work_report import BlameOn
from judge.queue.values import State
from judge.tenant_blobs.place import BlobPlace

_SLEEPS = "import time\ntime.sleep(60)\n"
#: A label that is wrong: it is accepted.
_MISLABELLED = {"submissions__wrong_answer__right.py": RIGHT}


def test_each_submission_is_compared_with_its_label(runs_client: Client, tmp_path: Path) -> None:
    package = str(written(tmp_path / "double", "good"))
    report = runs_client.verify(package, Sending(context=Context(text="mine"), tenant="t"), timeout=120)
    assert report.result is not None
    assert (report.blame, report.reason, report.context.text, report.tenant) == (BlameOn.NONE, "", "mine", "t")
    assert (report.result.ok, report.result.package, report.result.checks) == (True, package, ())
    assert report.result.checks_run
    assert [(one.path, one.expected, one.verdict) for one in report.result.submissions] == [
        ("submissions/accepted/double.py", ("AC",), Verdict.AC),
        ("submissions/wrong_answer/absolute.py", ("WA",), Verdict.WA),
    ]
    assert report.cpu_time_ns == sum(one.cpu_time_ns for one in report.result.submissions) > 0
    assert runs_client.status(report.id).verdict == "AS_EXPECTED"


def test_progress_says_each_submission_as_it_is_judged(runs_client: Client, tmp_path: Path) -> None:
    package = str(written(tmp_path / "double", "followed"))
    name = runs_client.send(work_of(Verification(package=package, check_data=False)))
    events = list(runs_client.follow(name, timeout=120))
    steps = [event for event in events if isinstance(event, Verifying)]
    assert [(step.done, step.total, step.part) for step in steps] == [
        (1, 3, "read"),
        (2, 3, "submissions/accepted/double.py"),
        (3, 3, "submissions/wrong_answer/absolute.py"),
    ]
    assert [step.result.verdict for step in steps if step.result is not None] == [Verdict.AC, Verdict.WA]
    assert isinstance(events[-1], WorkDone)


def test_what_is_not_as_its_label_says_is_told_and_blamed_on_none(runs_client: Client, tmp_path: Path) -> None:
    package = str(written(tmp_path / "double", "wrong", **_MISLABELLED))
    report = runs_client.verify(package, timeout=120, only=("submissions/wrong_answer/right",), check_data=False)
    assert (report.blame, report.reason) == (BlameOn.NONE, "one thing is not as it should be")
    assert report.result is not None and not report.result.ok
    (one,) = report.result.submissions
    assert (one.verdict, one.expected, one.ok) == (Verdict.AC, ("WA",), False)
    assert one.differences
    assert runs_client.status(report.id).verdict == "DIFFERENT"


def test_a_package_that_cannot_be_judged_is_its_senders_fault(runs_client: Client, tmp_path: Path) -> None:
    broken = {"problem.yaml": "limits: {time_limit: much}\n"}
    package = str(written(tmp_path / "double", "broken", **broken))
    report = runs_client.verify(package, timeout=120)
    assert report.blame is BlameOn.CLIENT
    assert "problem.yaml" in report.reason
    assert report.result is not None and report.result.error == report.reason
    assert runs_client.status(report.id).verdict == "REFUSED"


@pytest.mark.parametrize(
    ("package", "blame", "reason"),
    [
        ("relative/path", BlameOn.CLIENT, "package: relative/path: a package is named by an absolute path or a digest"),
        ("/no/such/package", BlameOn.JUDGE, "there is no package"),
        ("sha256:" + "0" * 64, BlameOn.JUDGE, "there is no package"),
    ],
)
def test_a_package_that_is_not_there(runs_client: Client, package: str, blame: BlameOn, reason: str) -> None:
    report = runs_client.verify(package, timeout=120)
    assert (report.blame, report.result) == (blame, None)
    assert reason in report.reason


def test_a_cancelled_verification_frees_its_slot(runs_client: Client, tmp_path: Path) -> None:
    sleeps = {
        "submissions__accepted__sleeps.py": _SLEEPS,
        "problem.yaml": "problem_format_version: 2025-09\nname: Double\nlimits: {time_limit: 50}\n",
    }
    package = str(written(tmp_path / "double", "cancelled", **sleeps))
    task = Verification(package=package, only=("submissions/accepted/sleeps",), check_data=False)
    names = [runs_client.send(work_of(task)) for _ in range(2)]  # both slots are taken
    for name in names:
        next(event for event in runs_client.follow(name, timeout=60) if isinstance(event, Verifying))
        assert runs_client.cancel(name)
    assert runs_client.verify(package, timeout=120, only=("submissions/wrong",), check_data=False).result is not None
    with pytest.raises(SubmissionCancelled):
        runs_client.work_result(names[0])
    until(lambda: runs_client.state(names[1]) is State.CANCELLED, "its end")


async def _verified(client: Client, place: BlobPlace, package: str) -> str:
    async with AsyncClient(client.queue.broker, blob_place=place) as judge:
        report = await judge.verify(package, Sending(id=new_id()), timeout=120, check_data=False)
        return "" if report.result is None else report.result.name


def test_the_asyncio_client_verifies_too(runs_client: Client, tmp_path: Path) -> None:
    import asyncio

    package = str(written(tmp_path / "double", "asyncio"))
    assert asyncio.run(_verified(runs_client, runs_client.blob_place, package)) == "double"
