"""The whole house: judge up, the examples through the command line, the demo; real sandbox, real Redis."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from service_harness import children, command_line, until

from judge.cli.main import main
from judge.client import Client, new_id
from judge.config import Settings, load_settings
from judge.kernel.procfs import process_stat
from judge.model.event import Cancelled, Claimed, Compiled
from judge.model.problem import JurySubmission
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.package.kattis.reader import read_package
from judge.queue.admin import worker_views

#: Runs a judge command: exit code, standard output, standard error.
Judge = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(path.parent for path in (ROOT / "examples").glob("*/problem.yaml"))
LABELLED = [
    (problem, entry) for problem in map(read_package, PACKAGES) for entry in problem.submissions if entry.program.files
]


@pytest.fixture(scope="module")
def service(short_root: Path) -> Iterator[Settings]:
    """judge up, warmed up; stopped as Ctrl-C does."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
    environ |= {"JUDGE_STATE_DIR": str(short_root / "up"), "JUDGE_METRICS_PORT": "0", "JUDGE_SELFTEST": "0"}
    environ |= {"JUDGE_SLOTS": "2", "JUDGE_LOG_LEVEL": "warning", "JUDGE_PACKAGE_STORE": str(short_root / "store")}
    (short_root / "store").mkdir()
    judge = str(Path(sys.executable).parent / "judge")
    process = subprocess.Popen([judge, "up"], env=environ, stdin=subprocess.DEVNULL, process_group=0)
    settings = load_settings(environ)
    try:
        until((settings.state.redis / "redis.sock").exists, "judge up", 60)
        with Client.open(settings) as client:
            until(lambda: worker_views(client.queue), "the worker", 60)
        yield settings
    finally:
        everything = _family(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert not [pid for pid in everything if process_stat(pid).alive]


@pytest.fixture
def judge(service: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Judge:
    """Runs a judge command against the service; returns exit code, standard output, standard error."""
    monkeypatch.setenv("JUDGE_STATE_DIR", service.state_dir)

    def run(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main(list(words))
        out, err = capfd.readouterr()
        return code, out, err

    return run


def test_every_example_submission_gets_its_label(judge: Judge) -> None:
    for number, (problem, entry) in enumerate(LABELLED):
        code, _, err = judge("submit", "--no-wait", "--id", f"example-{number}", problem.path, *_files(entry))
        assert code == 0, err
    wrong = []
    for number, (problem, entry) in enumerate(LABELLED):
        code, out, _ = judge("submit", "--json", "--id", f"example-{number}", problem.path, *_files(entry))
        report = json.loads(out)
        assert code == {"AC": 0, "JE": 5}.get(report["verdict"], 1)
        if report["verdict"] not in entry.expected.verdicts:
            wrong.append((problem.name, entry.path, report["verdict"], report["why"]))
    assert not wrong


def test_progress_and_verdict_are_shown_to_people(judge: Judge) -> None:
    problem, entry = next(item for item in LABELLED if item[1].expected.verdicts == (Verdict.AC,))
    code, out, err = judge("submit", problem.path, *_files(entry))
    assert code == 0
    assert out.startswith("AC")
    assert "test 1/" in err


def test_the_package_may_be_missing_or_broken(judge: Judge, tmp_path: Path) -> None:
    source = str(ROOT / "examples/sum/submissions/accepted/sum.c")
    code, _, err = judge("submit", str(tmp_path / "nothing"), source)
    assert (code, err.count("\n")) == (2, 1)
    (tmp_path / "problem.yaml").write_text("limits: [")
    code, out, _ = judge("submit", "--json", str(tmp_path), source)
    assert code == 5
    assert "problem.yaml" in json.loads(out)["why"]


def test_a_language_without_workers_is_said_at_once(judge: Judge, tmp_path: Path) -> None:
    (tmp_path / "x.zz").write_text("?")
    code, _, err = judge("submit", str(PACKAGES[0]), str(tmp_path / "x.zz"))
    assert code == 4
    assert err.count("\n") == 1


def test_tags_that_no_worker_has_are_said_at_once(judge: Judge) -> None:
    code, _, err = judge("submit", "--tags", "gpu", str(PACKAGES[0]), __file__)
    assert code == 2
    assert f"has all of the tags gpu; there are {os.uname().machine}" in err
    problem, entry = next(item for item in LABELLED if item[1].expected.verdicts == (Verdict.AC,))
    assert judge("submit", "--tags", os.uname().machine, problem.path, *_files(entry))[0] == 0


def test_a_submission_that_is_not_waited_for_is_named(judge: Judge) -> None:
    problem, entry = next(item for item in LABELLED if item[1].expected.verdicts == (Verdict.AC,))
    code, out, _ = judge("submit", "--no-wait", "--json", "--id", "named", problem.path, *_files(entry))
    assert (code, json.loads(out)) == (0, {"id": "named"})
    assert judge("submit", "--id", "named", problem.path, *_files(entry))[0] == 0


def test_an_unreachable_queue_is_one_line_with_the_next_step(judge: Judge) -> None:
    code, _, err = judge("queue", "--broker", "redis://127.0.0.1:1/0")
    assert code == 5
    assert err.count("\n") == 1
    assert "Connection refused" in err and "judge doctor --broker" in err


def test_the_looking_commands_answer_in_json(judge: Judge, service: Settings) -> None:
    workers = json.loads(judge("workers", "--json")[1])
    assert {"c", "cpp", "python3"} <= set(workers[0]["info"]["languages"])
    assert json.loads(judge("queue", "--json")[1])["waiting"] == 0
    assert judge("workers")[0] == judge("queue")[0] == 0


def test_a_rejudge_through_the_command_line(judge: Judge) -> None:
    problem, entry = next(item for item in LABELLED if item[1].expected.verdicts == (Verdict.AC,))
    judge("submit", "--json", "--id", "again", problem.path, *_files(entry))
    batch = json.loads(judge("rejudge", "start", "again", "--json")[1])["batch"]
    until(
        lambda: all(item["after"] for item in json.loads(judge("rejudge", "show", batch, "--json")[1])), "the rejudge"
    )
    (item,) = json.loads(judge("rejudge", "apply", batch, "--json")[1])
    assert (item["before"], item["after"], item["applied"]) == ("AC", "AC", True)


def test_a_package_by_digest_comes_from_the_store(judge: Judge, short_root: Path) -> None:
    problem, entry = next(item for item in LABELLED if item[1].expected.verdicts == (Verdict.AC,))
    code, out, _ = judge("publish", "--store", str(short_root / "store"), problem.path)
    assert code == 0
    code, out, _ = judge("submit", "--json", out.strip(), *_files(entry))
    assert json.loads(out)["verdict"] == "AC"


def test_the_demo_ends_well_and_leaves_nothing_also_after_a_kill() -> None:
    judge = str(Path(sys.executable).parent / "judge")
    words = [judge, "demo", "--json", str(ROOT / "examples" / "mean")]
    environ = os.environ | {"JUDGE_SELFTEST": "0"}
    before = set(Path(tempfile.gettempdir()).glob("judge-demo-*"))
    killed = subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(
        lambda: any("judge_workers.slot.pool" in command_line(pid) for pid in _family(killed.pid)),
        "the demo's slots",
        60,
    )
    family = _family(killed.pid)
    killed.kill()
    killed.wait()
    until(lambda: not any(process_stat(pid).alive for pid in family), "the killed demo's processes to go")
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert all(json.loads(line)["right"] for line in done.stdout.splitlines())
    assert set(Path(tempfile.gettempdir()).glob("judge-demo-*")) <= before


def _files(entry: JurySubmission) -> list[str]:
    return [host_path for _, host_path in entry.program.files]


def _family(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children(found[-1])
    return found


SLOW = b"""
x = 0
for i in range(100_000_000):
    x += i
a, b = map(int, input().split())
print(a + b)
"""


def test_a_cancelled_program_frees_its_slot_within_a_tenth_of_a_second(service: Settings, tmp_path: Path) -> None:
    package = _add_package(tmp_path / "add")
    with Client.open(service) as client:
        assert any(_cancel_and_claim_ms(client, package) <= 100 for _ in range(10))  # a busy host may be late at times


def _cancel_and_claim_ms(client: Client, package: Path) -> int:
    """From a cancellation to the claim of what waits behind it, by the server's clock (the ids of the events)."""
    endless = [_of(package, "python3", b"while True: pass", "practice") for _ in range(2)]
    for submission in endless:
        client.submit(submission)
        next(event for event in client.follow(submission.id) if isinstance(event, Compiled))
    waiting = _of(package, "python3", b"print(sum(map(int, input().split())))", "practice")
    client.submit(waiting)
    for submission in endless:
        client.cancel(submission.id)
    assert client.result(waiting.id).verdict is Verdict.AC
    cancelled = next(at for at, event in client.follow_from(endless[0].id, "0") if isinstance(event, Cancelled))
    claimed = next(at for at, event in client.follow_from(waiting.id, "0") if isinstance(event, Claimed))
    return int(claimed.partition("-")[0]) - int(cancelled.partition("-")[0])


def test_a_contest_submission_freezes_a_rejudge_and_its_clock_stops(service: Settings, tmp_path: Path) -> None:
    package = _add_package(tmp_path / "add")
    with Client.open(service) as client:
        slow = [_of(package, "python3", SLOW, "rejudge") for _ in range(2)]
        for submission in slow:
            client.submit(submission)
        for submission in slow:
            next(event for event in client.follow(submission.id) if isinstance(event, Compiled))
        urgent = _of(package, "python3", b"a, b = map(int, input().split())\nprint(a + b)\n", "contest")
        client.submit(urgent)
        claimed = next(event for event in client.follow(urgent.id) if isinstance(event, Claimed))
        assert claimed.worker.endswith("/2")
        assert client.result(urgent.id).verdict is Verdict.AC
        assert not any(client.state(submission.id).final for submission in slow)
        reports = [client.result(submission.id) for submission in slow]
        assert [(report.verdict, report.attempt) for report in reports] == [(Verdict.AC, 1)] * 2


def _add_package(root: Path) -> Path:
    secret = root / "data" / "secret"
    secret.mkdir(parents=True)
    (root / "problem.yaml").write_text("name: add\nlimits:\n  time_limit: 60\n")
    (secret / "1.in").write_text("20 22\n")
    (secret / "1.ans").write_text("42\n")
    return root


def _of(package: Path, language: str, source: bytes, priority_class: str) -> Submission:
    return Submission(
        id=new_id(),
        package=str(package),
        sources=(SourceFile(name="main.py", content=source),),
        language=language,
        priority_class=priority_class,
    )
