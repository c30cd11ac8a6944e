"""Numbers of packages: what means nothing and what an operator does not allow is refused by file, line and key."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from package_files import LEGACY, MODERN, Content, write_package

from judge.config import LimitSettings, Settings
from judge.config.reading import ceilings_of
from judge.errors import PackageError
from judge.grading.scoring.score import Award, score_case
from judge.model.problem import PackageFormat, Problem, ScorePolicy, TestCase, TestGroup
from judge.model.units import MIB, S_NS
from judge.model.verdict import Verdict
from judge.package.ceilings import Ceilings
from judge.package.dmoj.reader import DmojReader
from judge.package.kattis.reader import read_package
from judge.package.polygon.reader import PolygonReader
from judge.package.reader import DEFAULT_READING, ReadOptions

CEILINGS = Ceilings(
    time_limit_ns=10 * S_NS,
    memory_bytes=512 * MIB,
    output_bytes=16 * MIB,
    code_bytes=MIB,
    compilation_time_ns=30 * S_NS,
    validation_time_ns=20 * S_NS,
    validation_passes=5,
    case_files=2,
    case_files_bytes=10,
)


def with_limits(line: str) -> dict[str, Content | None]:
    text = str(MODERN["problem.yaml"]).replace("  time_limit: 1\n", f"  {line}\n")
    return {"problem.yaml": text.replace("name:", "type: multi-pass\nname:"), "output_validator/v.py": "exit(42)\n"}


def refusal(package: Path, ceilings: Ceilings = CEILINGS) -> str:
    with pytest.raises(PackageError) as caught:
        read_package(package, ReadOptions(ceilings=ceilings))
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "key", "setting"),
    [
        ("time_limit: 11", "limits.time_limit", "limit_time_s_max"),
        ("time_resolution: 11", "limits.time_resolution", "limit_time_s_max"),
        ("memory: 513", "limits.memory", "limit_memory_bytes_max"),
        ("compilation_memory: 513", "limits.compilation_memory", "limit_memory_bytes_max"),
        ("validation_memory: 513", "limits.validation_memory", "limit_memory_bytes_max"),
        ("output: 17", "limits.output", "limit_output_bytes_max"),
        ("validation_output: 17", "limits.validation_output", "limit_output_bytes_max"),
        ("code: 1025", "limits.code", "limit_code_bytes_max"),
        ("compilation_time: 31", "limits.compilation_time", "limit_compilation_time_s_max"),
        ("validation_time: 21", "limits.validation_time", "limit_validation_time_s_max"),
        ("validation_passes: 6", "limits.validation_passes", "limit_validation_passes_max"),
    ],
)
def test_more_than_the_operator_allows_is_refused_by_key_and_setting(
    line: str, key: str, setting: str, tmp_path: Path
) -> None:
    package = write_package(tmp_path, with_limits(line))
    message = refusal(package)
    assert message.startswith(f"problem.yaml:7: {key}: must be at most ")
    assert setting in message
    for number in ("1e308", "1e30", "9223372036854775808", ".inf", "9" * 400):
        message = refusal(write_package(tmp_path, with_limits(f"{line.split(':')[0]}: {number}")), Ceilings())
        assert message.startswith(f"problem.yaml:7: {key}: must be at most "), number


@pytest.mark.parametrize("number", ["0", "-1", "1e-320", ".nan", "-.inf", "true", "[1]"])
@pytest.mark.parametrize("key", ["time_limit", "memory", "validation_memory", "compilation_time", "validation_passes"])
def test_a_limit_that_means_nothing_is_refused_by_key(key: str, number: str, tmp_path: Path) -> None:
    message = refusal(write_package(tmp_path, with_limits(f"{key}: {number}")))
    assert message.startswith(f"problem.yaml:7: limits.{key}: ")


def test_passes_are_a_whole_number(tmp_path: Path) -> None:
    assert "expected a whole number, not 2.5" in refusal(write_package(tmp_path, with_limits("validation_passes: 2.5")))


def test_what_a_format_gives_by_default_is_lowered_to_the_ceilings(tmp_path: Path) -> None:
    limits = read_package(write_package(tmp_path, {}), ReadOptions(ceilings=CEILINGS)).limits
    assert (limits.memory_bytes, limits.compilation_time_ns, limits.validation_time_ns) == (
        512 * MIB,
        30 * S_NS,
        20 * S_NS,
    )
    assert limits.time_limit_ns_max == 10 * S_NS


@pytest.mark.parametrize("name", [".timelimit", "domjudge-problem.ini"])
def test_time_limits_of_other_files_have_the_ceiling_too(name: str, tmp_path: Path) -> None:
    text = "11\n" if name == ".timelimit" else "timelimit = 1e308\n"
    message = refusal(write_package(tmp_path, {name: text}, LEGACY))
    assert message.startswith(f"{name}: the time limit must be at most 10")


def test_files_of_a_test_case_are_bounded(tmp_path: Path) -> None:
    many = {f"data/secret/1.files/{number}": "" for number in range(3)}
    message = refusal(write_package(tmp_path / "many", many))
    assert message.startswith("data/secret/1.files: has 3 files")
    assert "limit_case_files_max" in message
    message = refusal(write_package(tmp_path / "large", {"data/secret/1.files/a": "x" * 11}))
    assert "limit_case_files_bytes_max" in message


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("test_cases: [{in: 1.in, out: 1.in, output_limit_length: 1e30}]", "test_cases.output_limit_length", 1),
        ("test_cases: [{in: 1.in, out: 1.in, points: 1e308}]", "test_cases.points", 1),
        ("time_limit: 1e308\ntest_cases: [{in: 1.in, out: 1.in}]", "time_limit", 1),
        ("memory_limit: 1e308\ntest_cases: [{in: 1.in, out: 1.in}]", "memory_limit", 1),
        (
            "test_cases: [{generator: {source: 1.in, memory_limit: 1e30}}]",
            "generator.memory_limit",
            1,
        ),
        (
            "checker: {name: floats, args: {precision: 1e9}}\ntest_cases: [{in: 1.in, out: 1.in}]",
            "precision",
            1,
        ),
    ],
)
def test_numbers_of_dmoj_are_bounded_by_key(text: str, key: str, line: int, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "scratch").mkdir()
    (tmp_path / "p/init.yml").write_text(text)
    (tmp_path / "p/1.in").write_text("1\n")
    _, findings = DmojReader().inspect(tmp_path / "p", tmp_path / "scratch", DEFAULT_READING)
    found = [(one.file, one.line) for one in findings.blocking if one.key.endswith(key)]
    assert found == [("init.yml", line)]


@pytest.mark.parametrize("tag", ["time-limit", "memory-limit"])
@pytest.mark.parametrize("number", ["0", "-1", "1e3", "9223372036854775808", "9" * 400, ""])
def test_numbers_of_polygon_are_bounded_by_tag(tag: str, number: str, tmp_path: Path) -> None:
    values = {"time-limit": "1000", "memory-limit": "67108864", tag: number}
    limits = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    (tmp_path / "p").mkdir()
    (tmp_path / "scratch").mkdir()
    (tmp_path / "p/problem.xml").write_text(
        f"<problem><judging><testset>\n{limits}<input-path-pattern>%d</input-path-pattern>"
        "<answer-path-pattern>%d.a</answer-path-pattern><tests><test/></tests></testset></judging></problem>"
    )
    for name in ("1", "1.a"):
        (tmp_path / "p" / name).write_text("1\n")
    _, findings = PolygonReader().inspect(tmp_path / "p", tmp_path / "scratch", DEFAULT_READING)
    assert [(one.file, one.key) for one in findings.blocking] == [("problem.xml", tag)]


def test_scores_of_a_validator_that_cannot_be_added_up_are_a_judge_error() -> None:
    group = TestGroup(name="secret", policy=ScorePolicy())
    case = TestCase(name="secret/1", input_path="i", answer_path="a")
    problem = Problem(
        name="p", path="/p", format=PackageFormat.LEGACY, scoring=True, custom_score=True,
        root=TestGroup(name="data", groups=(group,)),
    )  # fmt: skip
    assert score_case(problem, group, case, Verdict.AC, Award(score=1e308)).verdict is Verdict.JE
    assert math.isfinite(score_case(problem, group, case, Verdict.AC, Award(score=1e99)).score or 0)


def test_settings_are_the_ceilings() -> None:
    assert ceilings_of(Settings().limits) == Ceilings()
    lowered = ceilings_of(Settings(limits=LimitSettings(time_s_max=1, output_bytes_max=5, case_files_max=0)).limits)
    assert (lowered.time_limit_ns, lowered.output_bytes, lowered.case_files) == (S_NS, 5, 0)
