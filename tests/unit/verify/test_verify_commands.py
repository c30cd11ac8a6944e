"""``judge package`` and the parts of ``judge verify`` that need no sandbox."""

from __future__ import annotations

import json
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
