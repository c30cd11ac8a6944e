"""CMS's tasks become the same Problem; the type of a task follows from its files."""

from __future__ import annotations

from pathlib import Path

import pytest
from package_files import Content, read_files, secret_group

from judge.errors import PackageError
from judge.model.compare_flags import CompareFlags
from judge.model.problem import Copies, NamedFiles, Problem, ScoreAggregation, ValidatorKind
from judge.model.units import MIB, S_NS

TASK = "name: tiny\ntitle: Tiny\ntime_limit: 0.5\nmemory_limit: 64\n"
FILES: dict[str, Content | None] = {
    "task.yaml": TASK,
    "statement/statement.pdf": "",
    **{f"{side}/{side}{number}.txt": f"{number}\n" for number in range(4) for side in ("input", "output")},
    "sol/soluzione.cpp": "",
    "sol/slow.py": "",
}


def read(tmp_path: Path, files: dict[str, Content | None]) -> Problem:
    return read_files(tmp_path, {**FILES, **files})


def refusal(tmp_path: Path, files: dict[str, Content | None]) -> str:
    with pytest.raises(PackageError) as caught:
        read(tmp_path, files)
    return str(caught.value)


def test_a_plain_task_is_a_batch_of_equal_tests(tmp_path: Path) -> None:
    problem = read(tmp_path, {})
    secret = secret_group(problem)
    assert (problem.name, problem.title, problem.format) == ("tiny", "Tiny", "cms")
    assert (problem.limits.time_limit_ns, problem.limits.memory_bytes) == (S_NS // 2, 64 * MIB)
    assert [(case.name, case.max_score) for case in secret.cases] == [(f"secret/00{n}", 25.0) for n in range(4)]
    assert secret.cases[0].compare == CompareFlags(case_sensitive=True, line_sensitive=True, empty_lines_count=True)
    assert (problem.validator_kind, problem.named_files) == (
        ValidatorKind.DEFAULT,
        NamedFiles(input="input.txt", output="output.txt"),
    )
    assert [(one.path, one.labelled) for one in problem.submissions] == [
        ("sol/slow.py", False),
        ("sol/soluzione.cpp", True),
    ]
    assert problem.diagnostics == ()


def test_the_older_italian_keys_mean_the_same(tmp_path: Path) -> None:
    text = 'nome_breve: vecchio\nnome: "Vecchio"\ntimeout: 2\nmemlimit: 32\nrisultati: "0, 3"\ninfile: ""\n'
    problem = read(tmp_path, {"task.yaml": text + "n_input: 4\ntoken_initial: 2\nmin_user_test_interval: 60\n"})
    assert (problem.name, problem.title) == ("vecchio", "Vecchio")
    assert (problem.limits.time_limit_ns, problem.limits.memory_bytes) == (2 * S_NS, 32 * MIB)
    assert [case.full_feedback for case in secret_group(problem).cases] == [True, False, False, True]
    assert problem.named_files == NamedFiles(output="output.txt")
    assert problem.diagnostics == ()


def test_subtasks_of_gen_are_groups_worth_their_least_test(tmp_path: Path) -> None:
    secret = secret_group(read(tmp_path, {"gen/GEN": "#ST: 40\n1\n#ST: 60\n1\n1\n1\n"}))
    assert [(group.name, group.policy.max_score, len(group.cases)) for group in secret.groups] == [
        ("secret/subtask-01", 40.0, 1),
        ("secret/subtask-02", 60.0, 3),
    ]
    assert {group.policy.aggregation for group in secret.groups} == {ScoreAggregation.MIN}


def test_declared_score_types_win_over_gen(tmp_path: Path) -> None:
    text = TASK + 'n_input: 4\nscore_type: GroupMul\nscore_type_parameters: [[10, "00[02]"], [90, "00."]]\n'
    secret = secret_group(read(tmp_path, {"task.yaml": text, "gen/GEN": "1\n1\n1\n1\n"}))
    assert [[case.name for case in group.cases] for group in secret.groups] == [
        ["secret/subtask-01/000", "secret/subtask-01/002"],
        [f"secret/subtask-02/00{number}" for number in range(4)],
    ]
    assert {group.policy.aggregation for group in secret.groups} == {ScoreAggregation.PRODUCT}


def test_a_threshold_bounds_the_outcomes_of_its_subtask(tmp_path: Path) -> None:
    text = TASK + "score_type: GroupThreshold\nscore_type_parameters: [[10, 1, 2.5], [90, 3, 7]]\n"
    secret = secret_group(read(tmp_path, {"task.yaml": text}))
    assert [[case.outcome_max for case in group.cases] for group in secret.groups] == [[2.5], [7.0, 7.0, 7.0]]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("[[10, 9]]", "asks for 9 tests where 4 are left"),
        ("[[10]]", "expected [points, tests]"),
        ("[[10, 'x']]", "no test is called like 'x'"),
        ("[[10, '(']]", "a regular expression, not '('"),
        ("[[10, '((a{9}){9}){9}']]", "a regular expression"),
        ("7", "expected a list of subtasks"),
        (str([[0, "."]] * 201), "has 201 subtasks; at most 200 are taken"),
    ],
)
def test_parameters_that_mean_nothing_are_refused_by_line(tmp_path: Path, parameters: str, message: str) -> None:
    text = TASK + f"score_type: GroupMin\nscore_type_parameters: {parameters}\n"
    told = refusal(tmp_path, {"task.yaml": text})
    assert told.startswith("task.yaml:6: score_type_parameters: ")
    assert message in told


def test_a_checkers_source_is_built_and_an_executable_alone_is_run(tmp_path: Path) -> None:
    with_source = read(tmp_path / "a", {"check/checker.cpp": "", "check/testlib.h": "", "check/checker": b"\x7fELF"})
    validator = with_source.output_validator
    assert validator is not None
    assert with_source.validator_kind is ValidatorKind.CMS
    assert (validator.name, validator.language) == ("check/checker.cpp", "cpp")
    assert [name for name, _ in validator.files] == ["checker.cpp", "testlib.h"]
    alone = read(tmp_path / "b", {"cor/correttore": b"\x7fELF"}).output_validator
    assert alone is not None
    assert (alone.name, [name for name, _ in alone.files]) == ("cor/correttore", ["run"])


def test_graders_are_compiled_with_submissions_of_their_languages_alone(tmp_path: Path) -> None:
    problem = read(tmp_path, {"sol/grader.cpp": "", "sol/grader.pas": "", "sol/tiny.h": "", "sol/tinylib.pas": ""})
    assert {language: [name for name, _ in files] for language, files in problem.include} == {
        "cpp": ["grader.cpp", "tiny.h", "tinylib.pas"],
        "pascal": ["grader.pas", "tiny.h", "tinylib.pas"],
    }
    assert (problem.languages, problem.entry, problem.source_name) == (("cpp", "pascal"), "grader", "tiny")
    assert [(one.path, one.labelled) for one in problem.submissions] == [
        ("sol/slow.py", False),
        ("sol/soluzione.cpp", True),
    ]


def test_a_solution_that_no_grader_fits_promises_nothing(tmp_path: Path) -> None:
    problem = read(tmp_path, {"sol/grader.pas": ""})
    assert [(one.path, one.labelled) for one in problem.submissions] == [
        ("sol/slow.py", False),
        ("sol/soluzione.cpp", False),
    ]


def test_output_only_takes_directories_of_outputs(tmp_path: Path) -> None:
    text = "name: tiny\noutput_only: True\n"
    problem = read(tmp_path, {"task.yaml": text, "sol/solution/output_000.txt": "0\n"})
    assert problem.submit_answer
    assert [one.path for one in problem.submissions] == ["sol/solution"]


@pytest.mark.parametrize(
    ("keys", "stub", "copies"),
    [
        ("", False, Copies()),
        ("", True, Copies(by_path=True)),
        ("num_processes: 3\n", True, Copies(count=3, by_path=True)),
        ("user_io: std_io\n", True, Copies()),
        ("user_io: fifo_io\n", False, Copies(by_path=True)),
    ],
)
def test_a_manager_makes_a_communication_task(tmp_path: Path, keys: str, stub: bool, copies: Copies) -> None:
    files: dict[str, Content | None] = {"task.yaml": TASK + keys, "check/manager.cpp": "", "output/output0.txt": None}
    problem = read(tmp_path, files | ({"sol/stub.cpp": ""} if stub else {}))
    assert (problem.interactive, problem.copies, problem.entry) == (True, copies, "stub" if stub else "")
    assert secret_group(problem).cases[0].answer_path == ""


def test_a_manager_in_sol_makes_a_task_of_two_steps(tmp_path: Path) -> None:
    problem = read(tmp_path, {"sol/manager.cpp": "", "sol/first.h": "", "sol/solution/first.cpp": ""})
    assert problem.copies == Copies(count=2, by_path=True, two_steps=True)
    assert (problem.interactive, problem.entry) == (False, "manager")
    assert [one.path for one in problem.submissions] == ["sol/solution"]


def test_tests_that_are_not_there_are_made_by_generator_and_solution(tmp_path: Path) -> None:
    nothing: dict[str, Content | None] = {
        f"{side}/{side}{number}.txt": None for number in range(4) for side in ("input", "output")
    }
    problem = read(tmp_path, {**nothing, "gen/GEN": "7 8\n", "gen/generatore.py": "print(1)\n"})
    case = secret_group(problem).cases[0]
    assert case.generator is not None
    assert case.solver is not None
    assert (case.generator.args, case.generator.answers) == (("7", "8"), False)
    assert case.solver.program.name == "sol/soluzione.cpp"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"task.yaml": TASK + "n_input: 5\n"}, "input/input4.txt: is missing"),
        (
            {"task.yaml": TASK + "n_input: 3\n", "gen/GEN": "1\n"},
            "task.yaml:5: n_input: says 3 tests, but gen/GEN has 1",
        ),
        ({"output/output2.txt": None, "sol/soluzione.cpp": None}, "output/output2.txt: is missing"),
        ({"gen/GEN": "#COPY: ../x\n", "input/input0.txt": None}, "gen/GEN:1: COPY: there is no file"),
        ({"task.yaml": TASK + "score_type: Magic\nscore_type_parameters: 1\n"}, "task.yaml:5: score_type: 'Magic'"),
        ({"task.yaml": TASK + "infile: ../x\n"}, "task.yaml:5: infile: '../x' is no name of a file"),
        ({"task.yaml": "time_limit: 1e9\n"}, "task.yaml:1: time_limit: must be at most"),
        ({"task.yaml": TASK + "exponent: 6\n"}, "task.yaml:5: exponent: is not supported"),
        ({"gen/GEN": "1\n" * 10_001}, "gen/GEN: has 10001 tests; at most 10000 are taken"),
        ({"task.yaml": "- 1\n"}, "task.yaml:1: expected a map"),
    ],
)
def test_what_cannot_be_judged_is_refused_by_name(tmp_path: Path, files: dict[str, Content | None], told: str) -> None:
    assert refusal(tmp_path, files).startswith(told)
