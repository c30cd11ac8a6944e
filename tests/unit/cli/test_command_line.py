"""The command itself: terminals of any encoding, mistyped commands, help."""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from judge.cli.commands import COMMANDS
from judge.cli.main import main
from judge.cli.options import memory_bytes, size_bytes
from judge.errors import UsageError
from judge.model.report import CaseReport, GroupReport, Report
from judge.model.run import Outcome, RunResult
from judge.model.verdict import Verdict
from judge.observe.metrics.exporter import listen
from judge.sandbox import zygote_client
from judge.sandbox.cgroups.hierarchy import delegate_command
from judge.sandbox.protocol import StageRoot


def test_a_terminal_of_letters_alone_changes_neither_exit_code_nor_sense(tmp_path: Path) -> None:
    case = CaseReport(name="secret/1", verdict=Verdict.WA, run=RunResult(outcome=Outcome.EXITED), reason="found ü")
    root = GroupReport(name="", verdict=Verdict.WA, cases=(case,))
    report = Report(submission="s", problem="p", language="c", verdict=Verdict.WA, reason="found ü", root=root)
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


@pytest.mark.parametrize(
    ("text", "size"), [("64M", 64 << 20), ("1g", 1 << 30), ("65536", 65536), ("100B", 100), ("1.5 KiB", 1536)]
)
def test_sizes_have_units(text: str, size: int) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize("text", ["64", "0", "-1", "x", "1T", "", "64 M M"])
def test_a_size_that_is_likely_a_mistake_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        size_bytes(text)


def test_memory_too_small_for_any_program_is_refused() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="too little to start anything in"):
        memory_bytes("64K")


def test_what_is_mounted_below_a_layer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote_client, "mount_points", lambda: ["/", "/proc", "/usr/bin/x", "/usrlocal"])
    request = StageRoot("r0", [("", ["state/base"]), ("/usr", ["/usr"])])
    assert zygote_client._about_mounts_below(request).startswith("/usr/bin/x is mounted below")
    assert zygote_client._about_mounts_below(StageRoot("r0", [("/lib", ["/lib"])])) == ""


def test_a_plain_user_is_told_the_command_for_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    command = delegate_command()
    assert command.endswith(" host delegate root")
    assert "judge" in command


def test_a_taken_port_names_the_option(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=r"Address already in use; --metrics-port 0 takes any free port"):
            listen("127.0.0.1", port)


def test_completion_is_a_script_that_bash_reads_and_that_knows_commands_and_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    ask = 'COMP_WORDS=(judge grade --vi); COMP_CWORD=2; _judge; echo "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", f"{script}\n{ask}"], capture_output=True, text=True, check=True)
    assert done.stdout == "--view\n"
    assert all(f" {command} " in f" {script} ".replace('"', " ") for command, _, _ in COMMANDS)


def test_the_readmes_commands_name_files_that_are_there() -> None:
    root = Path(__file__).parents[3]
    paths = re.findall(r"\bexamples/[\w./]+", (root / "README.md").read_text())
    assert len(paths) >= 5
    assert [path for path in paths if not (root / path).exists()] == []
