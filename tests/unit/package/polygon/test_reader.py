"""Polygon's packages become the same Problem; hostile or unsupported ones become one error."""

from __future__ import annotations

from pathlib import Path

import pytest
from package_files import read_files, secret_group, write_package

from judge.errors import PackageError
from judge.model.problem import NamedFiles, ScoreAggregation, ValidatorKind
from judge.model.verdict import Verdict
from judge.package.source import open_package

POLYGON = """<?xml version="1.0" encoding="utf-8"?>
<problem revision="1" short-name="a-plus-b">
  <names><name language="russian" value="R"/><name language="english" value="Sum"/></names>
  <judging input-file="" output-file="">
    <testset name="tests">
      <time-limit>1500</time-limit><memory-limit>268435456</memory-limit><test-count>4</test-count>
      <input-path-pattern>tests/%02d</input-path-pattern>
      <answer-path-pattern>tests/%02d.a</answer-path-pattern>
      <tests>
        <test method="manual" sample="true" TEST0/>
        <test cmd="gen 1" method="generated" TEST1/>
        <test cmd="gen 2" method="generated" TEST1/>
        <test cmd="gen 3" method="generated" TEST2/>
      </tests>GROUPS
    </testset>
  </judging>
  <files><resources>
    <file path="files/testlib.h" type="h.g++"/>
    <file path="files/lib.cpp" type="cpp.g++17" for-types="cpp.*"><assets><asset name="solution"/></assets></file>
  </resources></files>
  <assets>
    <checker name="check.cpp" type="testlib"><source path="files/check.cpp" type="cpp.g++17"/></checker>ASSETS
    <validators><validator><source path="files/validator.cpp" type="cpp.g++17"/></validator></validators>
    <solutions>
      <solution tag="main"><source path="solutions/main.cpp" type="cpp.g++17"/></solution>
      <solution tag="time-limit-exceeded-or-accepted"><source path="solutions/slow.py" type="python.3"/></solution>
      <solution tag="do-not-run"><source path="solutions/old.py" type="python.3"/></solution>
    </solutions>
  </assets>
</problem>
"""
PROGRAMS = (
    "files/testlib.h files/lib.cpp files/check.cpp files/validator.cpp files/talk.cpp "
    "solutions/main.cpp solutions/slow.py solutions/old.py"
)
FILES = {
    **{f"tests/{n:02d}{end}": f"{n}\n" for n in range(1, 5) for end in ("", ".a")},
    **dict.fromkeys(PROGRAMS.split(), ""),
}


def polygon(**parts: str) -> str:
    text = POLYGON
    for part in ("TEST0", "TEST1", "TEST2", "GROUPS", "ASSETS"):
        text = text.replace(part, parts.get(part, ""))
    return text


def test_polygon_package_without_points(tmp_path: Path) -> None:
    problem = read_files(tmp_path, {"problem.xml": polygon(), **FILES})
    assert (problem.name, problem.title, problem.scoring) == ("a-plus-b", "Sum", False)
    assert (problem.limits.time_limit_ns, problem.limits.memory_bytes) == (1_500_000_000, 256 << 20)
    cases = secret_group(problem).cases
    assert [case.name for case in cases] == ["secret/1", "secret/2", "secret/3", "secret/4"]
    assert [case.full_feedback for case in cases] == [True, False, False, False]
    assert problem.validator_kind is ValidatorKind.TESTLIB
    assert problem.output_validator is not None
    assert [name for name, _ in problem.output_validator.files] == ["check.cpp", "testlib.h"]
    assert [program.name for program in problem.input_validators] == ["files/validator.cpp"]
    assert [(language, [name for name, _ in files]) for language, files in problem.include] == [("cpp", ["lib.cpp"])]
    labels = {one.path: (one.program.language, one.expected.verdicts[0]) for one in problem.submissions}
    assert labels == {"solutions/main.cpp": ("cpp", Verdict.AC), "solutions/slow.py": ("python3", Verdict.AC)}


def test_polygon_groups_and_points(tmp_path: Path) -> None:
    groups = (
        '<groups><group name="0" points="0" points-policy="complete-group"/>'
        '<group name="1" points-policy="complete-group"/>'
        '<group name="2" points-policy="each-test"><dependencies><dependency group="1"/></dependencies></group>'
        "</groups>"
    )
    text = polygon(
        GROUPS=groups, TEST0='group="0"', TEST1='group="1" points="15.0"', TEST2='group="2" points="70.0"'
    )  # fmt: skip
    problem = read_files(tmp_path, {"problem.xml": text, **FILES})
    first, second, third = secret_group(problem).groups
    assert problem.scoring
    assert [group.name for group in (first, second, third)] == ["secret/0", "secret/1", "secret/2"]
    assert second.policy.aggregation is ScoreAggregation.MIN
    assert [case.max_score for case in second.cases] == [30.0, 30.0]
    assert third.policy.aggregation is ScoreAggregation.SUM
    assert third.policy.required_groups == ("secret/1",)
    assert [case.max_score for case in third.cases] == [70.0]


def test_polygon_interactor(tmp_path: Path) -> None:
    talk = '<interactor><source path="files/talk.cpp" type="cpp.g++17"/></interactor>'
    problem = read_files(tmp_path, {"problem.xml": polygon(ASSETS=talk), **FILES})
    assert problem.interactive
    assert problem.output_validator is not None
    assert problem.output_validator.name == "files/talk.cpp"


def test_polygon_tests_that_are_not_there_are_made_by_generators_and_the_main_solution(tmp_path: Path) -> None:
    executable = '<executables><executable><source path="files/gen.cpp" type="cpp.g++17"/></executable></executables>'
    text = polygon().replace("</resources></files>", f"</resources>{executable}</files>")
    files = {**FILES, "files/gen.cpp": "", **dict.fromkeys(["tests/04", "tests/04.a", "tests/01.a"])}
    cases = secret_group(read_files(tmp_path, {"problem.xml": text, **files})).cases
    assert [bool(case.generator) for case in cases] == [False, False, False, True]
    assert [bool(case.solver) for case in cases] == [True, False, False, True]
    generator, solver = cases[3].generator, cases[3].solver
    assert generator is not None
    assert solver is not None
    assert (generator.program.name, generator.args) == ("files/gen.cpp", ("3",))
    assert [name for name, _ in generator.program.files] == ["gen.cpp", "testlib.h"]
    assert [name for name, _ in solver.program.files] == ["main.cpp", "lib.cpp"]


def test_polygon_validators_are_told_testset_and_group(tmp_path: Path) -> None:
    cases = secret_group(read_files(tmp_path, {"problem.xml": polygon(TEST0='group="a"'), **FILES}))
    assert cases.groups[0].cases[0].input_validator_args == (("", ("--testset", "tests", "--group", "a")),)
    assert cases.cases[0].input_validator_args == (("", ("--testset", "tests")),)


def test_files_named_for_the_streams(tmp_path: Path) -> None:
    text = polygon().replace('input-file="" output-file=""', 'input-file="sum.in" output-file="sum.out"')
    named = read_files(tmp_path, {"problem.xml": text, **FILES}).named_files
    assert named == NamedFiles(input="sum.in", output="sum.out")


def test_an_interactive_polygon_problem_may_lack_answers(tmp_path: Path) -> None:
    talk = '<interactor><source path="files/talk.cpp" type="cpp.g++17"/></interactor>'
    files = {**FILES, "tests/01.a": None}
    case = secret_group(read_files(tmp_path, {"problem.xml": polygon(ASSETS=talk), **files})).cases[0]
    assert (case.answer_path, case.solver) == ("", None)


def test_polygon_tests_made_for_windows_get_the_line_ends_of_here(tmp_path: Path) -> None:
    files = {**FILES, "tests/01": b"1 2\r\n3\r\n"}
    package = write_package(tmp_path, {"problem.xml": polygon(), **files}, {})  # type: ignore[dict-item]
    with open_package(str(package), tmp_path) as problem:
        assert Path(secret_group(problem).cases[0].input_path).read_bytes() == b"1 2\n3\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("tests/%02d<", "tests/%s<"), "no pattern"),
        (("tests/%02d<", "tests/%99999999d<"), "no pattern"),
        (("tests/%02d<", "../%02d<"), "no file"),
        (("<time-limit>1500", "<time-limit>soon"), "whole number"),
        (('input-file=""', 'input-file="../in.txt"'), "no name of a file"),
        (("solutions/main.cpp", "solutions/gone.cpp"), "no file"),
        (("<problem ", '<!DOCTYPE x [<!ENTITY a "b">]><problem '), "document type"),
        (("</problem>", ""), "not valid XML"),
        (("<testset name", "<other name"), "not valid XML"),
        (('sample="true"', 'points="many"'), "points"),
    ],
)
def test_what_cannot_be_imported_from_polygon_is_named(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    text = polygon().replace(*change)
    assert text != polygon()
    with pytest.raises(PackageError, match=message):
        read_files(tmp_path, {"problem.xml": text, **FILES})
