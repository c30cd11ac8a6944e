"""Judge programs by a real worker: sent along with work, or named by a package; what they carry on, and kills."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from service_harness import Worker, send_signal

from judge.client import Client, Sending, new_id, program_from, submission_of, work_of
from judge.client.sending import judging_of
from judge.errors import NoSuchState
from judge.model.event import Claimed, ProgramCaseJudged, ProgramProgressed
from judge.model.program import ProgramQuotas
from judge.model.verdict import Verdict
from judge.model.work import Data, JudgedProgram, ProgramSource, ProgramTest
from judge.model.work_report import BlameOn, ProgramReport, status_of
from judge.queue import states

ADDS = "a, b = map(int, input().split())\nprint(a + b)\n"

#: Runs each submission once with each test; all must be right.
JUDGE = """
from judge_program import case, compare, compile, finish, inputs, progress, run
done = 0
for submission in inputs.submissions:
    program = compile(submission)
    for test in inputs.tests:
        result = run(program, stdin=test.input)
        good = result.ok and compare(test.answer, result.stdout)
        case(submission.name + "/" + test.name, "AC" if good else "WA", score=1.0 if good else 0.0, run=result)
        done += bool(good)
        progress(done, len(inputs.tests) * len(inputs.submissions))
finish("AC" if done == len(inputs.tests) * len(inputs.submissions) else "WA", score=float(done))
"""

#: The state counts judgings; the score is the number before.
COUNTS = """
from judge_program import carry, finish, inputs
before = int(inputs.state.data.text()) if inputs.state.data else 0
carry(str(before + 1))
finish("AC", score=float(before))
"""

TESTS = (
    ProgramTest(name="one", input=Data(content=b"1 2\n"), answer=Data(content=b"3\n")),
    ProgramTest(name="two", input=Data(content=b"5 -5\n"), answer=Data(content=b"0\n"), group="secret"),
)


def python(text: str) -> ProgramSource:
    return program_from(text, "python3", name="main.py")


def judged(client: Client, program: str, tenant: str = "amy", **fields: Any) -> ProgramReport:
    return client.judge_by(python(program), Sending(tenant=tenant), timeout=60, **fields)


def test_submissions_are_judged_by_the_program_that_came_along(runs_client: Client) -> None:
    wrong = python("print(3)")
    work = work_of(
        judging_of(python(JUDGE), submissions=[python(ADDS), JudgedProgram(name="bob", program=wrong)], tests=TESTS),
        Sending(tenant="amy"),
    )
    events = list(runs_client.follow(runs_client.send(work)))
    report = runs_client.work_result(work.header.id)
    assert isinstance(report, ProgramReport)
    assert (report.verdict, report.score, report.blame, report.reason) == (Verdict.WA, 3.0, BlameOn.NONE, "")
    verdicts = {case.name: case.verdict.value for case in report.cases}
    assert verdicts == {"1/one": "AC", "1/two": "AC", "bob/one": "AC", "bob/two": "WA"}
    assert report.totals.runs == 4 and report.seed and report.judged_by
    assert [event.case.name for event in events if isinstance(event, ProgramCaseJudged)] == list(verdicts)
    assert [event.done for event in events if isinstance(event, ProgramProgressed)] == [1, 2, 3, 3]


def test_what_a_judge_program_does_wrong_is_its_sender_s_fault(runs_client: Client) -> None:
    report = judged(runs_client, "from judge_program import inputs\n\nprint(1 / 0)\n")
    assert (report.verdict, report.blame, status_of(report)) == (Verdict.JE, BlameOn.CLIENT, "JE")
    assert "ZeroDivisionError" in report.reason and "3" in report.reason


def test_a_program_of_earlier_work_is_judged_by_its_id(runs_client: Client) -> None:
    run = runs_client.run(python(ADDS), Sending(tenant="amy"), stdin="1 2", timeout=60)
    report = judged(runs_client, JUDGE, submissions=[JudgedProgram(name="earlier", work=run.id)], tests=TESTS)
    assert (report.verdict, report.cases[0].name) == (Verdict.AC, "earlier/one")


def test_work_of_another_tenant_cannot_be_named(runs_client: Client) -> None:
    run = runs_client.run(python(ADDS), Sending(tenant="bob"), stdin="1 2", timeout=60)
    for name in (run.id, "no-such-work", "a b"):
        report = judged(runs_client, JUDGE, submissions=[JudgedProgram(work=name)], tests=TESTS)
        assert (report.blame, status_of(report)) == (BlameOn.CLIENT, "REFUSED")
        assert report.reason.startswith("submissions[0].work: ")


def test_a_blob_of_another_tenant_cannot_be_named(runs_client: Client) -> None:
    blob = runs_client.put_blob(b"secret", tenant="bob")
    reads = "from judge_program import finish, inputs\nfinish('AC', feedback=inputs.data['x'].text())\n"
    report = judged(runs_client, reads, data={"x": Data(blob=blob)})
    assert report.verdict is Verdict.JE and "secret" not in report.feedback
    assert judged(runs_client, reads, "bob", data={"x": Data(blob=blob)}).feedback == "secret"


def test_more_than_the_operator_gives_is_refused_by_name(runs_client: Client) -> None:
    report = judged(runs_client, JUDGE, quotas=ProgramQuotas(runs=1_000_000))
    assert report.reason == "quotas.runs: 1000000; at most 20000 is given"


def test_what_is_carried_on_is_read_by_the_next(runs_client: Client) -> None:
    name = new_id()
    scores = [judged(runs_client, COUNTS, state=name).score for _ in range(3)]
    assert scores == [0.0, 1.0, 2.0]
    assert runs_client.queue.run(states.look("amy", name)).content == b"3"


def test_judgings_at_once_carry_on_one_after_the_other(runs_client: Client) -> None:
    name = new_id()
    works = [work_of(judging_of(python(COUNTS), state=name), Sending(tenant="amy")) for _ in range(6)]
    sent = [runs_client.send(work) for work in works]
    reports = [runs_client.work_result(one, timeout=60) for one in sent]
    assert {report.score for report in reports if isinstance(report, ProgramReport)} == {0, 1, 2, 3, 4, 5}


def test_a_judge_program_that_fails_carries_nothing_on(runs_client: Client) -> None:
    name = new_id()
    text = "from judge_program import carry, fail\ncarry('x')\nfail('no')\n"
    assert judged(runs_client, text, state=name).verdict is Verdict.JE
    with pytest.raises(NoSuchState):
        runs_client.queue.run(states.look("amy", name))


def test_a_child_that_is_killed_in_the_middle_has_one_result_and_one_state(
    runs_client: Client, running_worker: Worker
) -> None:
    name = new_id()
    slow = COUNTS.replace("carry(", "import time\ntime.sleep(1.5)\ncarry(", 1)
    sent = runs_client.send(work_of(judging_of(python(slow), state=name), Sending(tenant="amy")))
    next(event for event in runs_client.follow(sent) if isinstance(event, Claimed))
    send_signal(running_worker.slot_pids(), signal.SIGKILL)
    report = runs_client.work_result(sent, timeout=60)
    assert isinstance(report, ProgramReport)
    assert (report.verdict, report.score, report.attempt) == (Verdict.AC, 0.0, 2)
    assert runs_client.queue.run(states.look("amy", name)).content == b"1"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The sum problem, judged by a program of its own that carries the number of judgings on."""
    package = tmp_path / "counted"
    shutil.copytree(Path(__file__).resolve().parents[2] / "examples" / "sum", package)
    (package / "judge_program.yaml").write_text("program: judge.py\nstate: count\n")
    (package / "judge.py").write_text(
        JUDGE.replace("finish(", "carry(str(inputs.state.version))\nfinish(").replace(
            "import case,", "import carry, case,"
        )
    )
    return package


def test_a_package_s_judge_program_judges_submissions(runs_client: Client, package: Path, tmp_path: Path) -> None:
    source = tmp_path / "add.py"
    source.write_text(ADDS)
    order = submission_of(source, package=str(package), language="python3", tenant="amy")
    report = runs_client.result(runs_client.submit(order), timeout=60)
    assert (report.verdict, report.language, report.problem) == (Verdict.AC, "python3", "counted"), report.reason
    assert report.root is not None and len(report.root.cases) > 1
    assert report.package_digest and report.cpu_time_max_ns
    assert runs_client.queue.run(states.look("amy", "@counted.count")).content == b"0"
