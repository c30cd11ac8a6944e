"""judge_program.yaml names what judges a package; what is wrong with it names its line."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from package_files import MODERN, Content, write_package

from judge.config import Settings
from judge.config.reading import reading_of
from judge.errors import PackageError
from judge.model.problem import Problem
from judge.model.program import ProgramQuotas
from judge.model.units import MIB, S_NS
from judge.package.reader import ReadOptions
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


@pytest.mark.parametrize(
    ("quota", "setting", "unit"),
    [
        ("cpu_time", "program_cpu_s_max", 1),
        ("wall_time", "program_wall_s_max", 1),
        ("runs", "program_runs_max", 1),
        ("programs", "program_compiled_max", 1),
        ("at_once", "program_at_once_max", 1),
        ("data", "program_data_bytes_max", MIB),
        ("kept", "program_kept_bytes_max", MIB),
        ("state", "state_bytes_max", MIB),
        ("own_cpu_time", "program_own_cpu_s_max", 1),
        ("own_memory", "program_own_memory_bytes_max", MIB),
    ],
)
@pytest.mark.parametrize("most", [16, 4000])
def test_more_than_the_operator_allows_names_line_key_and_setting(
    tmp_path: Path, quota: str, setting: str, unit: int, most: int
) -> None:
    most = 16 if quota == "state" else most
    section, _, field = setting.partition("_")
    settings = Settings()
    name = {"program": "programs", "state": "states"}[section]
    changed = msgspec.structs.replace(getattr(settings, name), **{field: most * unit})
    options = reading_of(msgspec.structs.replace(settings, **{name: changed}))

    def read_with(amount: int) -> Problem:
        text = f"program: judging\nquotas:\n  {quota}: {amount}\n"
        package = write_package(tmp_path, {"judge_program.yaml": text}, FILES)
        with open_package(str(package), tmp_path, options) as problem:
            return problem

    judging = read_with(most).judge_program
    assert judging is not None
    with pytest.raises(PackageError) as caught:
        read_with(most + 1)
    told = f"must be at most {most}, the operator's ceiling ({setting}), not {most + 1}"
    assert str(caught.value).startswith(f"judge_program.yaml:3: quotas.{quota}: {told}")


def test_a_usual_quota_above_the_operator_s_is_lowered_without_a_finding(tmp_path: Path) -> None:
    options = ReadOptions(quotas=ProgramQuotas(runs=7))
    package = write_package(tmp_path, {"judge_program.yaml": "program: judging\n"}, FILES)
    with open_package(str(package), tmp_path, options) as problem:
        assert problem.judge_program is not None
        assert (problem.judge_program.quotas.runs, problem.diagnostics) == (7, ())


def test_an_unknown_key_is_an_error_with_advice(tmp_path: Path) -> None:
    found = read(tmp_path, "program: judging\nparameter: {}\n").diagnostics
    assert [(one.file, one.line, one.level) for one in found] == [("judge_program.yaml", 2, "error")]
    assert "did you mean 'parameters'" in found[0].message
