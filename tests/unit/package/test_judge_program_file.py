"""judge_program.yaml names what judges a package; what is wrong with it names its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from package_files import MODERN, Content, write_package

from judge.errors import PackageError
from judge.model.problem import Problem
from judge.model.units import MIB, S_NS
from judge.package.source import open_package

FILES: dict[str, Content] = {
    **MODERN,
    "judging/main.py": "import judge_program\n",
    "judging/rules.py": "",
    "board.txt": "....\n",
    "words.txt": "a\n",
}


def read(tmp_path: Path, text: str) -> Problem:
    package = write_package(tmp_path, {"judge_program.yaml": text}, FILES)
    with open_package(str(package), tmp_path) as problem:
        return problem


def test_everything_that_it_may_say(tmp_path: Path) -> None:
    text = (
        "program: judging\nlanguage: python3\ndata: {board: board.txt}\nbeside: [words.txt]\n"
        "parameters: {rounds: 3, word: yes}\nstate: standings\nquotas: {cpu_time: 0.5, runs: 7, data: 2}\n"
    )
    judging = read(tmp_path, text).judge_program
    assert judging is not None
    assert ([name for name, _ in judging.program.files], judging.program.language) == (
        ["main.py", "rules.py"],
        "python3",
    )
    assert [name for name, _ in judging.data] == ["board"]
    assert [name for name, _ in judging.beside] == ["words.txt"]
    assert judging.parameters == (("rounds", "3"), ("word", "yes"))
    assert judging.state == "standings"
    assert (judging.quotas.cpu_time_ns, judging.quotas.runs, judging.quotas.data_bytes) == (S_NS // 2, 7, 2 * MIB)


def test_one_file_is_enough_and_without_the_naming_file_there_is_none(tmp_path: Path) -> None:
    judging = read(tmp_path, "program: judging/main.py\n").judge_program
    assert judging is not None
    assert [name for name, _ in judging.program.files] == ["main.py"]
    with open_package(str(write_package(tmp_path / "b", {})), tmp_path) as problem:
        assert problem.judge_program is None


def test_a_judge_program_may_do_without_tests(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {"data/secret/1.in": None, "data/secret/1.ans": None}
    with open_package(
        str(write_package(tmp_path, {"judge_program.yaml": "program: judging\n", **files}, FILES))
    ) as problem:
        assert problem.root.groups == ()
        assert problem.judge_program is not None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}\n", "judge_program.yaml:1: program: names no program"),
        ("program: nothing.py\n", "judge_program.yaml:1: program: there is no file 'nothing.py'"),
        ("program: ../../x.py\n", "judge_program.yaml:1: program: there is no file"),
        ("program: judging\nbeside: [judging]\n", "judge_program.yaml:2: beside: there is no file 'judging'"),
        ("program: judging\ndata: {a: {b: c}}\n", "judge_program.yaml:2: data: expected the path of a file"),
        ("program: judging\ndata: 1\n", "judge_program.yaml:2: data: expected a map"),
        ("program: judging\nparameters: {a: []}\n", "judge_program.yaml:2: parameters: expected text"),
        ("program: judging\nquotas: {runs: -1}\n", "judge_program.yaml:2: quotas.runs: must be at least 0"),
        ("program: judging\nquotas: {cpu_time: 1e9}\n", "judge_program.yaml:2: quotas.cpu_time: must be at most"),
        ("program: judging\nbeside: [words.txt, words.txt]\n", "judge_program.yaml:2: beside: there are two files"),
    ],
)
def test_what_is_wrong_names_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PackageError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(told)


def test_an_unknown_key_is_an_error_with_advice(tmp_path: Path) -> None:
    found = read(tmp_path, "program: judging\nparameter: {}\n").diagnostics
    assert [(one.file, one.line, one.level) for one in found] == [("judge_program.yaml", 2, "error")]
    assert "did you mean 'parameters'" in found[0].message
