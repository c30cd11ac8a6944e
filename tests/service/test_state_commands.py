"""``judge state`` and ``judge program`` against a running service."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from service_harness import RedisServer, Worker

from judge.cli.main import main
from judge.client import Client, Sending, new_id, program_from

LEAVES = "from judge_program import carry, finish, inputs\ncarry(inputs.parameters.get('leave', '7'))\nfinish('AC')\n"

#: Runs a judge command: exit code, standard output, standard error.
Judge = Callable[..., tuple[int, str, str]]


@pytest.fixture
def judge(
    shared_redis: RedisServer,
    running_worker: Worker,
    short_root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Judge:
    monkeypatch.setenv("JUDGE_NAMESPACE", "running")
    monkeypatch.setenv("JUDGE_BLOB_STORE", str(short_root / "blobs"))

    def run(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([*words, "--broker", shared_redis.url])
        out, err = capfd.readouterr()
        return code, out, err

    return run


def test_states_are_listed_shown_and_removed(runs_client: Client, judge: Judge) -> None:
    name, tenant = new_id(), new_id()
    for text in ("7", "8"):
        program = program_from(LEAVES, "python3", name="main.py")
        report = runs_client.judge_by(
            program, Sending(tenant=tenant), timeout=60, state=name, parameters={"leave": text}
        )
    (view,) = json.loads(judge("state", "list", "--tenant", tenant, "--json")[1])
    assert (view["name"], view["versions"], view["by"]) == (name, 2, report.id)
    assert name in judge("state", "list", "--tenant", tenant)[1]
    assert judge("state", "get", name, "--tenant", tenant)[:2] == (0, "8")
    found = json.loads(judge("state", "get", name, "--tenant", tenant, "--json")[1])
    assert base64.b64decode(found["content"]) == b"8" and len(found["versions"]) == 2
    eldest = str(found["versions"][0])
    assert judge("state", "get", name, "--tenant", tenant, "--state-version", eldest)[:2] == (0, "7")
    assert judge("state", "remove", name, "--tenant", tenant)[:2] == (0, f"{name}: removed\n")
    assert judge("state", "remove", name, "--tenant", tenant)[0] == 2
    code, _, err = judge("state", "get", name, "--tenant", tenant)
    assert (code, "no state" in err) == (2, True)


def test_the_command_has_a_service_judge_files_and_earlier_work(
    runs_client: Client, judge: Judge, tmp_path: Path
) -> None:
    names = "from judge_program import case, finish, inputs\nfor one in inputs.submissions:\n    case(one.name, 'AC')\n"
    (tmp_path / "names.py").write_text(names + "finish('WA', feedback=inputs.data['f'].text())\n")
    (tmp_path / "a.py").write_text("print(1)\n")
    (tmp_path / "f").write_text("data here")
    run = runs_client.run(program_from("print(2)", "python3"), timeout=60)
    words = ("program", str(tmp_path / "names.py"), str(tmp_path / "a.py"), "--submission", run.id)
    code, out, err = judge(*words, "--data", str(tmp_path / "f"), "--json")
    report = json.loads(out)
    assert (code, report["verdict"], report["feedback"]) == (1, "WA", "data here"), err
    assert [case["name"] for case in report["cases"]] == ["a.py", run.id]


def test_a_judge_error_is_shown_and_ends_with_5(judge: Judge, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("x = 1\nx / 0\n")
    code, out, _ = judge("program", str(tmp_path / "broken.py"))
    assert code == 5 and "broken.py:2: ZeroDivisionError" in out
