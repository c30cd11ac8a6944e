"""DMOJ's packages become the same Problem; hostile or unsupported ones become one error."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import msgspec
import pytest
from package_files import read_files, secret_group, write_package

from judge.compare.byte_source import BytesInMemory
from judge.compare.default_validator import compare
from judge.errors import PackageError
from judge.model.problem import NamedFiles, ScoreAggregation, ValidatorKind
from judge.model.verdict import Verdict
from judge.package.dmoj import patterns as dmoj_patterns
from judge.package.source import open_package

TESTS = {f"{n}.{end}": f"{n}\n" for n in range(1, 6) for end in ("in", "out")}


def test_dmoj_cases_batches_and_dependencies(tmp_path: Path) -> None:
    text = (
        "test_cases:\n- {in: 1.in, out: 1.out, points: 10}\n"
        "- batched:\n  - {in: 2.in, out: 2.out}\n  - {in: 3.in, out: 3.out}\n  points: 30\n"
        "- batched:\n  - {in: 4.in, out: 4.out}\n  points: 60\n  dependencies: [1]\n"
        "checker: {name: floats, args: {precision: 4}}\n"
    )
    problem = read_files(tmp_path, {"init.yml": text, **TESTS})
    group = secret_group(problem)
    assert group.order == ("secret/0001", "secret/batch-001", "secret/batch-002")
    assert group.cases[0].max_score == 10.0
    assert group.cases[0].compare.float_absolute_tolerance == pytest.approx(1e-4)
    first, second = group.groups
    assert first.policy.aggregation is ScoreAggregation.MIN
    assert [case.max_score for case in first.cases] == [30.0, 30.0]
    assert second.policy.required_groups == ("secret/batch-001",)
    assert problem.scoring
    assert problem.validator_kind is ValidatorKind.DEFAULT


def test_a_python_checker_of_dmoj_is_a_validator_that_each_test_tells_its_points(tmp_path: Path) -> None:
    text = (
        "test_cases:\n- {in: 1.in, out: 1.out, points: 10}\n- batched:\n  - {in: 2.in, out: 2.out}\n  points: 30\n"
        "checker: {name: mine.py, args: {a: [1, {b: x}]}}\n"
    )
    problem = read_files(tmp_path, {"init.yml": text, "mine.py": "def check(*_, **__): return True\n", **TESTS})
    assert problem.validator_kind is ValidatorKind.KATTIS
    assert problem.output_validator is not None
    assert [name for name, _ in problem.output_validator.files] == ["main.py", "checker.py"]
    group = secret_group(problem)
    asked = [json.loads(case.output_validator_args[0]) for case in (*group.cases, *group.groups[0].cases)]
    common = {"binary_data": False, "name": "", "script": "checker.py", "args": {"a": [1, {"b": "x"}]}}
    assert asked == [
        {**common, "point_value": 10, "case_position": 0, "batch": 0},
        {**common, "point_value": 30, "case_position": 1, "batch": 1},
    ]


def test_a_test_of_dmoj_inherits_from_its_batch_and_from_the_problem(tmp_path: Path) -> None:
    text = (
        "points: 4\nout: 5.out\nchecker: identical\noutput_limit_length: 1000\n"
        "test_cases:\n- {in: 1.in}\n- {in: 2.in, out: 2.out, points: 7, checker: standard}\n"
        "- points: 9\n  checker: floats\n  batched:\n  - {in: 3.in, out: 3.out}\n"
        "  - {in: 4.in, checker: {name: floats, args: {precision: 1}}, output_limit_length: 2000}\n"
    )
    problem = read_files(tmp_path, {"init.yml": text, **TESTS})
    group = secret_group(problem)
    first, second = group.cases
    third, fourth = group.groups[0].cases
    assert [Path(case.answer_path).name for case in (first, second, third, fourth)] == [
        "5.out", "2.out", "3.out", "5.out",
    ]  # fmt: skip
    assert [case.max_score for case in (first, second, third, fourth)] == [4, 7, 9, 9]
    assert (first.compare.space_change_sensitive, second.compare.space_change_sensitive) == (True, False)
    assert [case.compare.float_absolute_tolerance for case in (second, third, fourth)] == [None, 1e-6, 0.1]
    assert problem.validator_kind is ValidatorKind.DEFAULT
    assert problem.limits.output_bytes == 2000
    assert any("different limits; 2000 bytes" in one.message for one in problem.diagnostics)


@pytest.mark.parametrize(
    ("checker", "output", "is_right"),
    [
        ("rstripped", b"a  b \nc\n", True),
        ("rstripped", b"a b\nc\n", False),
        ("rstripped", b" a  b\nc\n", False),
        ("identical", b"a  b \nc\n", False),
        ("identical", b"a  b\nc\n", True),
    ],
)
def test_checkers_of_dmoj_that_are_comparisons(tmp_path: Path, checker: str, output: bytes, is_right: bool) -> None:
    text = f"checker: {checker}\ntest_cases:\n- {{in: 1.in, out: 1.out}}\n"
    (case,) = secret_group(read_files(tmp_path, {"init.yml": text, **TESTS})).cases
    difference = compare(BytesInMemory(b"a  b\nc\n"), BytesInMemory(output), case.compare)
    assert (difference is None) is is_right


def test_tests_of_dmoj_with_different_checkers_are_all_asked_by_one_validator(tmp_path: Path) -> None:
    text = (
        "test_cases:\n- {in: 1.in, out: 1.out}\n- {in: 2.in, checker: one.py}\n- {in: 3.in, checker: two.py}\n"
        "- {in: 4.in, out: 4.out, checker: {name: floats, args: {precision: 2}}}\n"
    )
    problem = read_files(tmp_path, {"init.yml": text, "one.py": "", "two.py": "", **TESTS})
    assert problem.output_validator is not None
    assert [Path(path).name for _, path in problem.output_validator.files[1:]] == ["one.py", "two.py"]
    names = [name for name, _ in problem.output_validator.files[1:]]
    asked = [json.loads(case.output_validator_args[0]) for case in secret_group(problem).cases]
    assert [one.get("script") for one in asked] == [None, *names, None]
    assert [one["name"] for one in asked] == ["standard", "", "", "floats"]
    assert asked[3]["args"] == {"precision": 2}


def test_what_comes_behind_a_worthless_test_of_dmoj_requires_it(tmp_path: Path) -> None:
    text = (
        "pretest_test_cases:\n- {in: 1.in, out: 1.out, points: 5}\n- batched: [{in: 2.in, out: 2.out}]\n"
        "test_cases:\n- batched: [{in: 3.in, out: 3.out}]\n- {in: 4.in, out: 4.out, points: 0}\n"
        "- {batched: [{in: 5.in, out: 5.out}], dependencies: [1]}\n"
    )
    group = secret_group(read_files(tmp_path, {"init.yml": text, **TESTS}))
    first, second, _, fourth = group.groups
    assert group.order == tuple(f"secret/part-00{number}" for number in range(1, 5))
    assert first.order == ("secret/part-001/0004", "secret/part-001/batch-003")
    assert (first.policy.on_reject_break, second.policy.on_reject_break) == (True, False)
    assert first.cases[0].max_score == first.groups[0].policy.max_score == 0
    assert second.policy.required_groups == ("secret/part-001",)
    assert fourth.policy.required_groups == ("secret/part-001", "secret/part-003")
    assert fourth.groups[0].policy.required_groups == ("secret/part-002/batch-001",)


def test_a_judge_of_dmoj_talks_or_looks_at_the_output(tmp_path: Path) -> None:
    talker = (
        "from dmoj import graders\nif 1:\n class Grader(graders.InteractiveGrader):\n  def interact(self, c, i): pass\n"
    )
    text = "custom_judge: talk.py\ntest_cases: [{in: 1.in}, {points: 2}]\n"
    problem = read_files(tmp_path / "a", {"init.yml": text, "talk.py": talker, **TESTS})
    assert (problem.interactive, problem.validator_kind) == (True, ValidatorKind.KATTIS)
    assert problem.output_validator is not None
    assert [name for name, _ in problem.output_validator.files] == ["main.py", "grader.py"]
    assert json.loads(secret_group(problem).cases[1].output_validator_args[0])["judge"] == "interact"
    looker = "class Grader ( StandardGrader ) :\n    def check_result(self, case, result): pass\n"
    text = "custom_judge: look.py\nchecker: mine.py\ntest_cases: [{in: 1.in, out: 1.out}]\n"
    problem = read_files(tmp_path / "b", {"init.yml": text, "look.py": looker, "mine.py": "", **TESTS})
    assert not problem.interactive
    asked = json.loads(secret_group(problem).cases[0].output_validator_args[0])
    assert (asked["judge"], asked["script"]) == ("check", "checker.py")


STARTS = """\
from dmoj.graders.standard import StandardGrader
class Grader(StandardGrader):
    def grade(self, case):
        pass
"""


def test_a_judge_of_dmoj_that_starts_submissions_is_a_judge_program(tmp_path: Path) -> None:
    text = "custom_judge: own.py\nchecker: mine.py\ntest_cases: [{in: 1.in, points: 3}, {batched: [{in: 2.in}]}]\n"
    problem = read_files(tmp_path, {"init.yml": text, "own.py": STARTS, "mine.py": "", **TESTS})
    judging = problem.judge_program
    assert judging is not None
    assert (problem.interactive, problem.output_validator) == (False, None)
    names = [name for name, _ in judging.program.files]
    assert names == ["main.py", "dmoj_check.py", "dmoj_process.py", "grader.py", "checker.py"]
    assert {"dmoj.json", "file/1.in", "file/own.py"} <= {name for name, _ in judging.data}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("from dmoj.cptbox import TracedPopen", "own.py:1: .*dmoj.cptbox is not there"),
        ("from dmoj.utils.helper_files import mktemp", "own.py:1: .*dmoj.utils.helper_files has no mktemp here"),
        ("import dmoj.judge", "own.py:1: .*dmoj.judge is not there"),
        ("case = fd = None; case.input_data_fd()", "own.py:1: .*input_data_fd: no descriptor leads"),
        ("print 'python 2'", "own.py:1: .*is no Python 3"),
        ("(" * 9999, "own.py:.*is no Python 3"),
    ],
)
def test_what_such_a_judge_asks_and_is_not_there_is_refused_by_line(tmp_path: Path, line: str, told: str) -> None:
    files = {"init.yml": "custom_judge: own.py\ntest_cases: [{in: 1.in}]\n", "own.py": f"{line}\n{STARTS}", **TESTS}
    with pytest.raises(PackageError, match=told):
        read_files(tmp_path, files)


def test_named_files_beside_such_a_judge_are_refused(tmp_path: Path) -> None:
    text = "custom_judge: own.py\nfile_io: {input: in.txt}\ntest_cases: [{in: 1.in}]\n"
    with pytest.raises(PackageError, match=r"init\.yml:2: file_io: beside a custom judge"):
        read_files(tmp_path, {"init.yml": text, "own.py": STARTS, **TESTS})


def test_a_generator_of_dmoj_makes_what_a_test_does_not_name(tmp_path: Path) -> None:
    text = (
        "generator: {source: [gen.cpp, lib.h], language: CPP17, flags: -O2, time_limit: 2, memory_limit: 1024,"
        " args: [7]}\n"
        "test_cases:\n- {in: 1.in, out: 1.out}\n- {generator_args: [1, a b]}\n- {in: 2.in}\n"
        "- {out: 3.out, generator: own.py, generator_args: '1 2'}\n"
    )
    problem = read_files(tmp_path, {"init.yml": text, "gen.cpp": "", "lib.h": "", "own.py": "", **TESTS})
    named, made, fed, own = secret_group(problem).cases
    assert named.generator is None
    assert (made.input_path, made.answer_path) == ("", "")
    assert made.generator is not None
    assert [name for name, _ in made.generator.program.files] == ["gen.cpp", "lib.h"]
    assert made.generator.program.language == "cpp"
    assert made.generator.args == ("1", "a b")
    assert (made.generator.time_limit_ns, made.generator.memory_bytes) == (2_000_000_000, 1 << 20)
    assert fed.generator == msgspec.structs.replace(made.generator, args=("7",))
    assert (Path(fed.input_path).name, fed.answer_path) == ("2.in", "")
    assert own.generator is not None
    assert (own.generator.program.name, own.generator.args, own.input_path) == ("own.py", ("1", "2"), "")
    assert Path(own.answer_path).name == "3.out"


@pytest.mark.parametrize(
    ("content", "lines"),
    [(b"a\r\nb\r\n", b"a\nb\n"), (b"a\rb", b"a\nb\n"), (b"", b""), (b"\r\r\n\r", b"\n\n\n"), (b"a\n", b"a\n")],
)
@pytest.mark.parametrize("block_bytes", [1, 2, 3, 1 << 20])
def test_lines_of_dmojs_tests_end_as_unix_has_them_unless_they_are_binary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, lines: bytes, block_bytes: int
) -> None:
    monkeypatch.setattr("judge.package.files.line_ends._BLOCK_BYTES", block_bytes)
    text = "test_cases: [{in: t, out: t}, {in: t, out: 1.out, binary_data: true}]\n"
    package = write_package(tmp_path, {"init.yml": text, "t": content, **TESTS}, {})
    with open_package(str(package), tmp_path) as problem:
        plain, binary = secret_group(problem).cases
        assert Path(plain.input_path).read_bytes() == Path(plain.answer_path).read_bytes() == lines
        assert Path(binary.input_path).read_bytes() == content


def test_signature_grading_of_dmoj(tmp_path: Path) -> None:
    text = "signature_grader: {entry: main.cpp, header: sum.h}\ntest_cases: [{in: 1.in, out: 1.out}]\n"
    problem = read_files(tmp_path / "a", {"init.yml": text, "main.cpp": "", "sum.h": "", **TESTS})
    assert problem.languages == ("c", "cpp")
    assert [(code, [name for name, _ in files]) for code, files in problem.include] == [
        ("c", ["dmoj_signature_entry.c", "sum.h"]),
        ("cpp", ["dmoj_signature_entry.cpp", "sum.h"]),
    ]
    preamble = '#define SIGNATURE_GRADER 1\n#include "sum.h"\n#define main main_of_submission\n#line 1\n'
    assert problem.preambles == (("c", preamble), ("cpp", preamble))
    text = text.replace("header:", "allow_main: true, header:")
    problem = read_files(tmp_path / "b", {"init.yml": text, "main.cpp": "", "sum.h": "", **TESTS})
    assert dict(problem.preambles)["c"] == '#define SIGNATURE_GRADER 1\n#include "sum.h"\n#line 1\n'


@pytest.mark.parametrize(("mode", "absolute", "relative"), [("absolute", 1e-6, None), ("relative", None, 1e-6)])
def test_dmojs_floats_know_an_error_mode(
    tmp_path: Path, mode: str, absolute: float | None, relative: float | None
) -> None:
    text = f"test_cases: [{{in: 1.in, out: 1.out}}]\nchecker: {{name: floats, args: {{error_mode: {mode}}}}}\n"
    flags = secret_group(read_files(tmp_path, {"init.yml": text, **TESTS})).cases[0].compare
    assert (flags.float_absolute_tolerance, flags.float_relative_tolerance) == (absolute, relative)


def test_dmoj_tests_may_lie_in_a_zip(tmp_path: Path) -> None:
    archive = tmp_path / "tests.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in TESTS.items():
            file.writestr(f"data/{name}", content)
    text = "archive: tests.zip\ntest_cases:\n- {in: data/1.in, out: data/1.out}\n"
    package = write_package(tmp_path, {"init.yml": text, "tests.zip": archive.read_bytes()}, {})
    with open_package(str(package), tmp_path) as problem:
        assert Path(secret_group(problem).cases[0].input_path).read_text() == "1\n"
        assert not Path(secret_group(problem).cases[0].input_path).is_relative_to(package)


def test_dmoj_tests_without_a_list_are_paired_by_their_numbers(tmp_path: Path) -> None:
    problem = read_files(tmp_path, {"init.yml": "points: 100\n", **TESTS, "README": "1 in\n"})
    assert [case.name for case in secret_group(problem).cases] == [f"secret/{n:04d}" for n in range(1, 6)]


def test_dmoj_tests_by_pattern_stand_where_their_numbers_say(tmp_path: Path) -> None:
    names = ["3", "10", "2-2", "2-1", "x-1"]
    files: dict[str, str | bytes | None] = {f"T{name}.{end}": "1\n" for name in names for end in ("in", "OUT")}
    formats = "'^t((?P<batch>\\w+)-)?(?P<case>\\d+)\\.%s$'"
    text = f"test_cases:\n  input_format: {formats % 'in'}\n  output_format: {formats % 'out'}\n"
    problem = read_files(tmp_path / "a", {"init.yml": f"points: 3\n{text}", **files})
    group = secret_group(problem)
    assert group.order == ("secret/batch-001", "secret/batch-002", "secret/0004", "secret/0005")
    batches = [[Path(case.input_path).name for case in batch.cases] for batch in group.groups]
    assert batches == [["Tx-1.in"], ["T2-1.in", "T2-2.in"]]
    pairs = [(Path(case.input_path).name, Path(case.answer_path).name) for case in group.cases]
    assert pairs == [("T3.in", "T3.OUT"), ("T10.in", "T10.OUT")]
    assert [batch.policy.max_score for batch in group.groups] == [3, 3]
    problem = read_files(tmp_path / "b", {"init.yml": f"{text}  case_points: [1, 2, 3, 4]\n", **files})
    group = secret_group(problem)
    assert [batch.policy.max_score for batch in group.groups] == [1, 2]
    assert [case.max_score for case in group.cases] == [3, 4]


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (("test.1", "test-2"), ("0001", "0002")),
        (("1", "2.1", "2.2", "3"), ("0001", "batch-001", "0004")),
        (("test-batch-1-case-2", "test-1-1"), ("batch-001",)),
    ],
)
def test_dmojs_own_patterns_for_names(tmp_path: Path, names: tuple[str, ...], order: tuple[str, ...]) -> None:
    archive = tmp_path / "tests.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name in names:
            file.writestr(f"{name}.in", "1\n")
            file.writestr(f"{name}.out", "1\n")
    problem = read_files(tmp_path, {"init.yml": "archive: tests.zip\n", "tests.zip": archive.read_bytes()})
    assert secret_group(problem).order == tuple(f"secret/{name}" for name in order)


def test_a_pattern_that_never_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dmoj_patterns, "_CPU_S", 1)
    text = "test_cases:\n  input_format: '(a+)+(?P<case>z)$'\n"
    with pytest.raises(PackageError, match=r"init\.yml:2: test_cases\.input_format.*too long"):
        read_files(tmp_path, {"init.yml": text, "a" * 60: "", **TESTS})


def test_dmoj_testlib_programs(tmp_path: Path) -> None:
    bridged = "{name: bridged, args: {files: check.cpp, type: testlib, lang: CPP17}}"
    text = f"test_cases: [{{in: 1.in, out: 1.out}}]\nchecker: {bridged}\n"
    problem = read_files(tmp_path / "a", {"init.yml": text, "check.cpp": "", **TESTS})
    assert problem.validator_kind is ValidatorKind.TESTLIB
    assert problem.output_validator is not None
    assert problem.output_validator.language == "cpp"
    text = "interactive: {files: [talk.cpp, lib.h], type: testlib}\ntest_cases: [{in: 1.in}]\n"
    problem = read_files(tmp_path / "b", {"init.yml": text, "talk.cpp": "", "lib.h": "", **TESTS})
    assert problem.interactive
    assert problem.output_validator is not None
    assert [name for name, _ in problem.output_validator.files] == ["talk.cpp", "lib.h"]
    assert problem.validator_kind is ValidatorKind.TESTLIB
    text = "interactive: {files: talk.cpp}\ntest_cases: [{in: 1.in}]\n"
    problem = read_files(tmp_path / "c", {"init.yml": text, "talk.cpp": "", **TESTS})
    assert (problem.interactive, problem.validator_kind) == (True, ValidatorKind.TESTLIB_WITHOUT_OUTPUT)


def test_dmoj_test_submissions_carry_limits_and_labels(tmp_path: Path) -> None:
    files: dict[str, str | bytes | None] = {
        "init.yml": "test_cases: [{in: 1.in, out: 1.out}]\n",
        "tests/slow/test.yml": "language: PY3\ntime: 3\nmemory: 65536\nsource: slow.py\nexpect: TLE\n",
        "tests/slow/slow.py": "",
        "tests/good/test.yml": "language: CPP17\ntime: 1\nmemory: 1024\nsource: good.cpp\n",
        "tests/good/good.cpp": "",
        **TESTS,
    }
    problem = read_files(tmp_path, files)
    assert problem.limits.time_limit_ns == 3_000_000_000
    assert problem.limits.memory_bytes == 64 << 20
    labels = {one.path: (one.program.language, one.expected.verdicts[0]) for one in problem.submissions}
    assert labels == {
        "tests/good/good.cpp": ("cpp", Verdict.AC),
        "tests/slow/slow.py": ("python3", Verdict.TLE),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("test_cases: [{in: 9.in, out: 1.out}]\n", "no file '9.in'"),
        ("test_cases: [{in: ../../etc/passwd, out: 1.out}]\n", "no file"),
        ("test_cases: [{in: /etc/passwd, out: 1.out}]\n", "no file"),
        ("test_cases: [{in: 1.in}]\n", "is missing"),
        ("test_cases: []\n", "no test cases"),
        ("test_cases: [{batched: 5}]\n", "list of test cases"),
        ("test_cases: [{in: 1.in, out: 1.out}]\nchecker: mine.py\n", "no file 'mine.py'"),
        ("test_cases: [{in: 1.in, out: 1.out}]\nchecker: mine\n", "'mine' is not supported"),
        ("test_cases: [{in: 1.in, out: 1.out}]\nchecker: {name: sorted, args: 1}\n", "map"),
        ("test_cases: [{in: 1.in, out: 1.out}]\ncustom_judge: j.py\n", "no file 'j.py'"),
        ("test_cases: [{in: 1.in}]\ncustom_judge: none.py\n", "none.py: .*has no class Grader"),
        ("test_cases: [{in: 1.in, out: 1.out}]\ngrader: own.py\n", "grader.*inside DMOJ"),
        ("test_cases: [{in: 1.in, out: 1.out}]\ncommunication: {manager: own.py}\n", "communication.*inside DMOJ"),
        ("test_cases: {input_format: '(a+$'}\n", "input_format.*no regular expression"),
        ("test_cases: {output_format: 'a+$'}\n", "output_format.*called case"),
        ("test_cases: {output_format: '.*(?P<case>[0-9])?'}\n", "output_format.*no case number"),
        ("test_cases: {case_points: [1]}\n", "case_points.*1 numbers for 5"),
        ("test_cases: {case_points: 1}\n", "case_points.*list"),
        ("test_cases: 5\n", "patterns"),
        ("test_cases++: 'for i in range(3): yield {}'\n", r"test_cases\+\+.*inside DMOJ"),
        ("test_cases: [{in: 1.in, out: 1.out, checker: mine}]\n", "'mine' is not supported"),
        (
            "test_cases: [{in: 1.in, out: 1.out, checker: {name: bridged, args: {files: own.py}}}, {in: 2.in}]\n",
            "is missing",
        ),
        (
            "out: 1.out\ntest_cases: [{in: 1.in, checker: {name: bridged, args: {files: own.py}}}, {in: 2.in}]\n",
            "native checker",
        ),
        (
            "out: 1.out\ntest_cases: [{in: 1.in}]\ncustom_judge: look.py\n"
            "checker: {name: bridged, args: {files: own.py}}\n",
            "beside a custom judge",
        ),
        ("test_cases: [{batched: [{batched: [{in: 1.in, out: 1.out}]}]}]\n", "another"),
        ("pretest_test_cases: 1\ntest_cases: [{in: 1.in, out: 1.out}]\n", "pretest_test_cases.*list"),
        ("test_cases: [{in: 1.in, out: 1.out}]\nsignature_grader: {entry: own.py, header: 1.in}\n", "neither C nor"),
        ("test_cases: [{in: 1.in, out: 1.out}]\nsignature_grader: {header: 1.in}\n", "entry.*missing"),
        ("test_cases: [{in: 1.in, out: 1.out}]\nsignature_grader: {entry: a.c, header: 1.in}\n", "no file 'a.c'"),
        ("test_cases: [{in: 1.in, generator: g.c}]\n", "generator.*no file 'g.c'"),
        ("generator: {language: C}\ntest_cases: [{in: 1.in}]\n", "generator.name.*no source file"),
        ("generator: []\ntest_cases: [{in: 1.in}]\n", "generator.*no source file"),
        ("generator: {source: own.py, flags: [-DX]}\ntest_cases: [{in: 1.in}]\n", "flags.*'-DX' is not supported"),
        ("generator: {source: own.py, time_limit: x}\ntest_cases: [{in: 1.in}]\n", "time_limit.*number"),
        ("archive: none.zip\ntest_cases: [{in: 1.in, out: 1.out}]\n", "no file 'none.zip'"),
        ("archive: 1.in\ntest_cases: [{in: 1.in, out: 1.out}]\n", "zip"),
        ("test_cases: [{batched: [{in: 1.in, out: 1.out}], dependencies: [1]}]\n", "earlier batches"),
        ("[]", "map"),
    ],
)
def test_what_cannot_be_imported_from_dmoj_is_named(tmp_path: Path, text: str, message: str) -> None:
    judge = "class Grader(StandardGrader):\n    def _interact_with_process(self, case, result, input): pass\n"
    scripts: dict[str, str | bytes | None] = {
        "own.py": judge,
        "look.py": judge.replace("_interact_with_process", "check_result"),
        "none.py": "def grade(): pass\n",
    }
    with pytest.raises(PackageError, match=message):
        read_files(tmp_path, {"init.yml": text, **scripts, **TESTS})


def test_an_output_limit_of_nothing_is_the_default(tmp_path: Path) -> None:
    text = "output_limit_length: 0\ntest_cases:\n- {in: 1.in, out: 1.out}\n"
    assert read_files(tmp_path, {"init.yml": text, **TESTS}).limits.output_bytes == 24 << 20


def test_limits_and_checker_arguments_that_stand_beside_in_init_yml(tmp_path: Path) -> None:
    text = (
        "test_cases:\n- {in: 1.in, out: 1.out}\nchecker: floats\nchecker_args: {precision: 3}\n"
        "time_limit: 0.5\nmemory_limit: 65536\n"
    )
    problem = read_files(tmp_path, {"init.yml": text, **TESTS})
    assert (problem.limits.time_limit_ns, problem.limits.memory_bytes) == (500_000_000, 64 << 20)
    assert secret_group(problem).cases[0].compare.float_absolute_tolerance == pytest.approx(1e-3)
    assert problem.diagnostics == ()


def test_files_named_for_the_streams(tmp_path: Path) -> None:
    text = "file_io: {input: a.in}\ntest_cases:\n- {in: 1.in, out: 1.out}\n"
    assert read_files(tmp_path / "b", {"init.yml": text, **TESTS}).named_files == NamedFiles(input="a.in")
    with pytest.raises(PackageError, match="no name of a file"):
        read_files(tmp_path / "c", {"init.yml": text.replace("a.in", "/etc/a"), **TESTS})
