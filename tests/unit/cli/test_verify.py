"""``judge package`` and the parts of ``judge verify`` that need no sandbox."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from judge.cli.main import main

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
PROBLEM_YAML = "name: Tiny\nlicense: public domain\n"


def make(root: Path, problem_yaml: str = PROBLEM_YAML, answer: str | None = "2\n") -> str:
    for name, text in {
        "problem.yaml": problem_yaml,
        "problem_statement/problem.tex": "",
        "input_validators/v.py": "",
        "data/secret/1.in": "1\n",
        "data/secret/1.ans": answer,
        "submissions/accepted/a.py": "print(2)\n",
    }.items():
        if text is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
    return str(root)


def test_a_good_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["package", "check", "--strict", str(EXAMPLES / "sum"), str(EXAMPLES / "mean")]) == 0
    assert "2025-09; 6 test cases, 21 submissions" in capsys.readouterr().out


def test_exit_codes_of_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = make(tmp_path / "good")
    odd = make(tmp_path / "odd", PROBLEM_YAML + "nmae: x\n")
    broken = make(tmp_path / "broken", PROBLEM_YAML + "name: again\n")
    refused = make(tmp_path / "refused", answer=None)
    (tmp_path / "refused/submissions/accepted/a.py").rename(tmp_path / "refused/submissions/a.py")
    assert main(["package", "check", good, odd]) == 0
    assert main(["package", "check", "--strict", good, odd]) == 1
    assert main(["package", "check", good, broken]) == 1
    assert main(["package", "check", broken, refused]) == 3
    assert main(["package", "check", str(tmp_path / "nowhere")]) == 2
    output = capsys.readouterr()
    assert "problem.yaml:3: nmae: unknown key (did you mean 'name'?)" in output.out
    assert "cannot be judged: data/secret/1.in: has no answer file 1.ans" in output.out
    assert "there is no package" in output.err


def test_check_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    specs = [make(tmp_path / "good"), make(tmp_path / "bad", "name: [\n")]
    assert main(["package", "check", "--json", *specs]) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is False
    good, bad = document["packages"]
    assert (good["ok"], good["format"], good["test_cases"], good["diagnostics"]) == (True, "legacy", 1, [])
    assert bad["error"].startswith("problem.yaml:2: not valid YAML")


def test_digests_are_the_same_wherever_a_package_lies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    specs = [make(tmp_path / "a"), make(tmp_path / "b")]
    assert main(["package", "digest", "--json", *specs]) == 0
    digests = json.loads(capsys.readouterr().out)
    assert len(set(digests.values())) == 1
    assert main(["package", "digest", specs[0]]) == 0
    assert capsys.readouterr().out == f"{digests[specs[0]]} {specs[0]}\n"


@pytest.mark.parametrize("arguments", [["nowhere"], ["--slots", "-1", "."], ["--time-limit", "nan", "."]])
def test_verify_refuses_nonsense_before_it_opens_a_sandbox(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", *arguments]) == 2
    assert capsys.readouterr().err.startswith("judge verify: ")


def test_a_package_without_data_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = make(tmp_path / "empty")
    for name in ("1.in", "1.ans"):
        (tmp_path / "empty/data/secret" / name).unlink()
    assert main(["package", "check", package]) == 3
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if "data" in line.rpartition("empty")[2] and "test case" in line] == [
        "error data: has no test cases"
    ]
    assert "the group is empty" not in out
    assert "cannot be judged because of the error above" in out


def test_a_directory_without_a_package_is_named_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nothing").mkdir()
    (tmp_path / "a.py").write_text("print()")
    nothing = str(tmp_path / "nothing")
    for command in (["grade", nothing, str(tmp_path / "a.py")], ["package", "digest", nothing]):
        assert main(command) == 3
        said = capsys.readouterr().err
        assert said.count("nothing") == 1, said
        assert "is no problem package" in said


def test_a_file_system_is_no_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["package", "check", "/"]) == 3
    assert main(["package", "digest", "/"]) == 3
    assert "is no problem package" in capsys.readouterr().err


def test_sigterm_ends_a_command_and_removes_what_it_unpacked(tmp_path: Path) -> None:
    """The signal comes after the package was unpacked, before a slot is opened."""
    package = tmp_path / "p.zip"
    with zipfile.ZipFile(package, "w") as archive:
        for name, text in {
            "problem.yaml": "name: x\nlimits: {time_limit: 1}\n", "data/secret/1.in": "1", "data/secret/1.ans": "1",
        }.items():  # fmt: skip
            archive.writestr(name, text)
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    program = (
        "import os, signal, sys\n"
        "import judge.cli.grade as grade\n"
        "from judge.cli.main import main\n"
        "grade.slots_for = lambda tests: os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.exit(main(['grade', sys.argv[1], sys.argv[2]]))\n"
    )
    (tmp_path / "a.py").write_text("print(1)")
    done = subprocess.run(
        [sys.executable, "-c", program, str(package), str(tmp_path / "a.py")],
        env={**os.environ, "TMPDIR": str(scratch)}, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 128 + signal.SIGTERM
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("word", ["1e308", "9" * 400, "0", "-1", "nan", "inf", "1e300G", "9" * 400 + "G"])
def test_amounts_on_the_command_line_are_numbers_that_mean_something(word: str) -> None:
    for option in ("--time", "--memory", "--stderr"):
        with pytest.raises(SystemExit) as ended:
            main(["run", option, word, "a.py"])
        assert ended.value.code == 2
    assert main(["verify", "--time-limit", "1e308", "."]) == 2
