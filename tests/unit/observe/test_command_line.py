"""The command itself: terminals of any encoding, mistyped commands, help."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from judge.cli.main import main
from judge.model.report import CaseReport, GroupReport, Report
from judge.model.run import Outcome, RunResult
from judge.model.verdict import Verdict


def test_a_terminal_of_letters_alone_changes_neither_exit_code_nor_sense(tmp_path: Path) -> None:
    case = CaseReport(name="secret/1", verdict=Verdict.WA, run=RunResult(outcome=Outcome.EXITED), why="found ü")
    root = GroupReport(name="", verdict=Verdict.WA, cases=(case,))
    report = Report(submission="s", problem="p", language="c", verdict=Verdict.WA, why="found ü", root=root)
    file = tmp_path / "report.json"
    file.write_bytes(msgspec.json.encode(report))
    for command in (["report", str(file)], ["report", str(file), "--html", "-"], ["help"]):
        done = subprocess.run(
            [sys.executable, "-m", "judge", *command],
            env=os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""},
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"WA . p, c" in done.stdout or command != ["report", str(file)]


def test_a_mistyped_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["submt"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "judge: no command 'submt'; did you mean 'submit'?\n"


@pytest.mark.parametrize("words", [["help"], ["help", "submit"], ["--help"]])
def test_help_is_a_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 0
    assert "usage: judge" in capsys.readouterr().out
