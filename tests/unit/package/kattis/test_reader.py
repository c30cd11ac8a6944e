"""Programs, includes and rules about the whole package; the examples that ship with the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from package_files import LEGACY, MODERN, Content, write_package

from judge.errors import PackageError
from judge.model.problem import Problem, ValidatorKind
from judge.package.kattis.reader import read_package

EXAMPLES = Path(__file__).resolve().parents[4] / "examples"
CUSTOM = {**LEGACY, "problem.yaml": "name: x\nvalidation: custom\n"}


def read(tmp_path: Path, files: dict[str, Content | None], base: dict[str, Content] = MODERN) -> Problem:
    return read_package(write_package(tmp_path, files, base))


def validator_files(problem: Problem) -> list[str]:
    assert problem.validator_kind is ValidatorKind.KATTIS
    assert problem.output_validator is not None
    return [name for name, _ in problem.output_validator.files]


@pytest.mark.parametrize(
    ("files", "base", "expected"),
    [
        ({"output_validator/check.py": ""}, MODERN, ["check.py"]),
        ({"output_validator/check.cc": "", "output_validator/check.h": ""}, MODERN, ["check.cc", "check.h"]),
        ({"output_validator/own/check.cc": "", "output_validator/own/x.h": ""}, MODERN, ["check.cc", "x.h"]),
        ({"output_validator/build": "", "output_validator/src/a.weird": ""}, MODERN, ["build", "src/a.weird"]),
        ({"output_validators/VALIDATE.cc": ""}, CUSTOM, ["VALIDATE.cc"]),
        ({"output_validators/v/validate.cc": "", "output_validators/v/validate.h": ""}, CUSTOM,
         ["validate.cc", "validate.h"]),
        ({"output_validators/v.cc": "", "output_validators/v.h": ""}, CUSTOM, ["v.cc", "v.h"]),
        ({"output_validators/v/run": ""}, CUSTOM, ["run"]),
    ],
)  # fmt: skip
def test_output_validators_in_all_their_places(
    tmp_path: Path, files: dict[str, Content | None], base: dict[str, Content], expected: list[str]
) -> None:
    problem = read(tmp_path, files, base)
    assert validator_files(problem) == expected
    assert not [d for d in problem.diagnostics if d.file.startswith("output_validator")]


def test_a_validator_in_the_other_formats_directory_is_used_and_reported(tmp_path: Path) -> None:
    problem = read(tmp_path, {"output_validators/check.py": ""})
    assert validator_files(problem) == ["check.py"]
    assert [d.file for d in problem.diagnostics] == ["output_validators"]


def test_legacy_default_validation_ignores_a_validator(tmp_path: Path) -> None:
    problem = read(tmp_path, {"output_validators/check.py": ""}, LEGACY)
    assert problem.validator_kind is ValidatorKind.DEFAULT
    assert [d.key for d in problem.diagnostics] == ["validation"]


@pytest.mark.parametrize(
    ("yaml", "base"),
    [
        ("validation: custom\n", LEGACY),
        ("type: interactive\n", MODERN),
        ("type: multi-pass\n", MODERN),
    ],
)
def test_a_missing_validator_blocks(tmp_path: Path, yaml: str, base: dict[str, Content]) -> None:
    with pytest.raises(PackageError, match="needs an output validator"):
        read(tmp_path, {"problem.yaml": str(base["problem.yaml"]) + yaml}, base)


def test_custom_grading_needs_one_grader(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {"data/secret/testdata.yaml": "grading: custom\ngrader_flags: any thing\n"}
    with pytest.raises(PackageError, match="no program in graders"):
        read(tmp_path, files, LEGACY)
    files["graders/sum.py"] = ""
    problem = read(tmp_path, files, LEGACY)
    assert problem.graders is not None
    assert problem.root.groups[0].policy.custom_grader
    assert problem.root.groups[0].policy.grader_flags == ("any", "thing")
    files["graders/other.py"] = ""
    with pytest.raises(PackageError, match="at most one grader"):
        read(tmp_path, files, LEGACY)


def test_includes_by_language(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "include/default/shared.txt": "",
        "include/cpp/main.cpp": "",
        "include/cpp/deep/lib.h": "",
        "include/stray.h": "",
    }
    problem = read(tmp_path, files)
    assert [(language, [name for name, _ in found]) for language, found in problem.include] == [
        ("cpp", ["deep/lib.h", "main.cpp"]),
        ("default", ["shared.txt"]),
    ]
    assert [d.file for d in problem.diagnostics] == ["include/stray.h"]


def test_input_validators_of_all_kinds(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "input_validators/v.ctd": "EOF\n",
        "input_validators/w/w.cpp": "",
        "input_format_validators/old.py": "",
        "answer_validators/a.py": "",
    }
    problem = read(tmp_path, files)
    assert [program.name for program in problem.input_validators] == [
        "input_format_validators/old.py", "input_validators/any.py", "input_validators/v.ctd", "input_validators/w",
    ]  # fmt: skip
    assert [program.name for program in problem.answer_validators] == ["answer_validators/a.py"]


@pytest.mark.parametrize(
    ("files", "time_limit_ns"),
    [
        ({".timelimit": "2.5\n"}, 2_500_000_000),
        ({"domjudge-problem.ini": "name = 'x'\ntimelimit='3'\ncolor=red\n"}, 3_000_000_000),
        ({"domjudge-problem.ini": "timelimit = 1.5\n", ".timelimit": "4"}, 4_000_000_000),
        ({}, 0),
    ],
)
def test_time_limits_outside_problem_yaml(tmp_path: Path, files: dict[str, Content | None], time_limit_ns: int) -> None:
    assert read(tmp_path, files, LEGACY).limits.time_limit_ns == time_limit_ns


def test_problem_yaml_wins_over_other_time_limits_and_nonsense_blocks(tmp_path: Path) -> None:
    assert read(tmp_path, {".timelimit": "9\n"}).limits.time_limit_ns == 1_000_000_000
    with pytest.raises(PackageError, match="seconds"):
        read(tmp_path, {".timelimit": "soon\n"}, LEGACY)


def test_a_missing_problem_yaml_or_directory(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="no problem package"):
        read(tmp_path, {"problem.yaml": None})
    with pytest.raises(PackageError, match="not a directory"):
        read_package(tmp_path / "nowhere")


def test_the_name_is_the_directorys(tmp_path: Path) -> None:
    problem = read(tmp_path, {})
    assert (problem.name, problem.path, problem.diagnostics) == ("tiny", str(tmp_path / "tiny"), ())


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/problem.yaml")))
def test_the_examples_have_no_findings(name: str) -> None:
    problem = read_package(EXAMPLES / name)
    assert problem.diagnostics == ()
    assert all(one.labelled for one in problem.submissions)


@pytest.mark.parametrize(
    ("statement", "findings"),
    [
        ("statement/problem.en.md", []),
        ("statement/problem.pt-BR.pdf", []),
        ("problem.pdf", []),
        ("problem_statement/problem.tex", ["problem_statement"]),
        ("statement/notes.txt", ["statement"]),
    ],
)
def test_a_statement_is_looked_for(tmp_path: Path, statement: str, findings: list[str]) -> None:
    problem = read(tmp_path, {"statement/problem.en.md": None, statement: ""})
    assert [d.file for d in problem.diagnostics] == findings
