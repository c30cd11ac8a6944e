"""data/ of all formats: groups, order, inheritance, scores, the files of a case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from package_files import LEGACY, MODERN, Content, write_package

from judge.errors import PackageError
from judge.model.problem import Problem, ScoreAggregation, TestGroup
from judge.package.kattis.reader import inspect_package, read_package
from judge.package.reader import Inheritance, ReadOptions

SCORING = MODERN["problem.yaml"].replace("limits:", "type: scoring\nlimits:")  # type: ignore[arg-type]
LEGACY_SCORING = "name: Tiny\ntype: scoring\nlicense: public domain\n"


def cases(*names: str) -> dict[str, Content]:
    return {f"data/{name}.{end}": f"{name}\n" for name in names for end in ("in", "ans")}


def group(problem: Problem, name: str) -> TestGroup:
    stack = [problem.root]
    while stack:
        one = stack.pop()
        if one.name == name:
            return one
        stack += one.groups
    raise AssertionError(f"no group {name}")


def test_cases_and_groups_are_ordered_by_base_name(tmp_path: Path) -> None:
    package = write_package(tmp_path, cases("secret/b", "secret/a", "secret/a-b", "secret/c/1"), LEGACY)
    secret = group(read_package(package), "secret")
    assert secret.order == ("secret/1", "secret/a", "secret/a-b", "secret/b", "secret/c")
    assert [one.name for one in secret.cases] == ["secret/1", "secret/a", "secret/a-b", "secret/b"]


def test_everything_that_belongs_to_a_case(tmp_path: Path) -> None:
    package = write_package(
        tmp_path,
        {
            "data/secret/1.yaml": "args: [-n, '3']\noutput_validator_args: [case_sensitive]\nhint: look\n"
            "input_validator_args: {any.py: [x]}\nfull_feedback: true\ndescription: first\n",
            "data/secret/1.files/lib/extra.txt": "extra",
        },
    )
    case = group(read_package(package), "secret").cases[0]
    assert case.args == ("-n", "3")
    assert case.output_validator_args == ("case_sensitive",)
    assert case.compare.case_sensitive
    assert case.input_validator_args == (("any.py", ("x",)),)
    assert (case.hint, case.description, case.full_feedback) == ("look", "first", True)
    assert [name for name, _ in case.files] == ["lib/extra.txt"]
    assert Path(case.files[0][1]).read_text() == "extra"


def test_args_and_annotations_in_files_of_their_own(tmp_path: Path) -> None:
    files: dict[str, Content] = {"data/secret/1.args": "-n 'a b'\n", "data/secret/1.hint": "h\n"}
    files["data/secret/1.desc"] = b"d\xff\n"
    case = group(read_package(write_package(tmp_path, files, LEGACY)), "secret").cases[0]
    assert case.args == ("-n", "a b")
    assert case.hint == "h"
    assert case.description == "d\ufffd"


def test_legacy_groups_inherit_key_by_key(tmp_path: Path) -> None:
    files = {
        "problem.yaml": LEGACY_SCORING,
        "data/testdata.yaml": "on_reject: continue\nrange: 0 100\ngrader_flags: ignore_sample\n"
        "output_validator_flags: float_tolerance 1e-3\n",
        "data/secret/testdata.yaml": "grader_flags: max\n",
        "data/secret/g/testdata.yaml": "accept_score: 7\n",
        **cases("secret/g/1", "sample/1"),
    }
    problem = read_package(write_package(tmp_path, files, LEGACY))
    inner = group(problem, "secret/g")
    assert problem.root.policy.ignore_sample
    assert not problem.root.policy.on_reject_break
    assert inner.policy.aggregation is ScoreAggregation.MAX
    assert (inner.policy.accept_score, inner.policy.range_max) == (7.0, 100.0)
    assert not inner.policy.on_reject_break
    assert not group(problem, "sample").policy.ignore_sample
    assert inner.cases[0].compare.float_absolute_tolerance == 1e-3


def test_the_letter_of_the_specification_replaces_whole_files(tmp_path: Path) -> None:
    files = {
        "problem.yaml": LEGACY_SCORING,
        "data/testdata.yaml": "on_reject: continue\naccept_score: 5\n",
        "data/secret/g/testdata.yaml": "accept_score: 7\n",
        **cases("secret/g/1"),
    }
    problem = read_package(write_package(tmp_path, files, LEGACY), ReadOptions(inheritance=Inheritance.FILES))
    assert not group(problem, "secret").policy.on_reject_break
    assert group(problem, "secret/g").policy.on_reject_break


def test_old_grading_keys_of_problem_yaml_win(tmp_path: Path) -> None:
    files = {
        "problem.yaml": LEGACY_SCORING + "grading: {accept_score: 3, on_reject: grade, range: 0 9, objective: min}\n"
    }
    problem = read_package(write_package(tmp_path, files, LEGACY))
    policy = group(problem, "secret").policy
    assert problem.minimize
    assert (policy.accept_score, policy.on_reject_break, policy.range_max) == (3.0, False, 9.0)


def test_modern_groups_hand_down_arguments_but_no_scores(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "problem.yaml": SCORING,
        "data/secret/1.in": None,
        "data/secret/1.ans": None,
        "data/test_group.yaml": "output_validator_args: [float_tolerance, '1e-4']\n",
        "data/secret/test_group.yaml": "max_score: 30\nargs: [x]\n",
        "data/secret/g/test_group.yaml": "max_score: 30\nscore_aggregation: sum\n",
        "data/sample/test_group.yaml": "output_validator_args: []\n",
        **cases("secret/g/1", "secret/g/2", "secret/g/deep/3", "sample/1"),
    }
    problem = read_package(write_package(tmp_path, files))
    inner, sample = group(problem, "secret/g"), group(problem, "sample")
    assert [case.name for case in inner.cases] == ["secret/g/1", "secret/g/2", "secret/g/deep/3"]
    assert [case.max_score for case in inner.cases] == [10.0, 10.0, 10.0]
    assert inner.cases[0].args == ("x",)
    assert inner.cases[0].compare.float_relative_tolerance == 1e-4
    assert sample.cases[0].compare.float_relative_tolerance is None
    assert sample.cases[0].full_feedback
    assert not inner.cases[0].full_feedback
    assert group(problem, "secret").policy.max_score == 30.0


def test_a_minimum_group_gives_each_case_its_whole_maximum(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "problem.yaml": SCORING,
        "data/secret/test_group.yaml": "score_aggregation: min\nmax_score: 50\n",
        **cases("secret/2"),
    }
    secret = group(read_package(write_package(tmp_path, files)), "secret")
    assert [case.max_score for case in secret.cases] == [50.0, 50.0]


def test_draft_shares_out_what_is_left_unsaid(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "problem.yaml": str(SCORING).replace("2025-09", "2023-07-draft"),
        "data/secret/1.in": None,
        "data/secret/1.ans": None,
        "data/secret/a/test_group.yaml": "scoring: {score: 40, aggregation: sum}\n",
        **cases("secret/a/1", "secret/a/2", "secret/b/1", "secret/c/1"),
    }
    problem = read_package(write_package(tmp_path, files))
    assert [group(problem, f"secret/{name}").policy.max_score for name in "abc"] == [40.0, 30.0, 30.0]
    assert [case.max_score for case in group(problem, "secret/a").cases] == [20.0, 20.0]


def test_required_groups_must_exist_and_come_earlier(tmp_path: Path) -> None:
    def with_requirement(name: str) -> Problem:
        files: dict[str, Content | None] = {
            "problem.yaml": SCORING,
            "data/secret/1.in": None,
            "data/secret/1.ans": None,
            "data/secret/a/test_group.yaml": "max_score: 40\n",
            "data/secret/b/test_group.yaml": f"max_score: 60\nrequire_pass: {name}\n",
            **cases("secret/a/1", "secret/b/1", "sample/1"),
        }
        return read_package(write_package(tmp_path, files))

    assert group(with_requirement("secret/a"), "secret/b").policy.required_groups == ("secret/a",)
    assert group(with_requirement("[sample, secret/a]"), "secret/b").policy.required_groups == ("sample", "secret/a")
    with pytest.raises(PackageError, match="no group 'secret/x'"):
        with_requirement("secret/x")
    with pytest.raises(PackageError, match="comes later"):
        with_requirement("secret/b")


def test_a_pass_fail_group_without_a_maximum_blocks(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "problem.yaml": SCORING, "data/secret/1.in": None, "data/secret/1.ans": None, **cases("secret/g/1"),
    }  # fmt: skip
    with pytest.raises(PackageError, match="needs a max_score"):
        read_package(write_package(tmp_path, files))


def test_static_validation_needs_its_program(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "problem.yaml": SCORING,
        "data/secret/test_group.yaml": "static_validation_score: 20\nstatic_validator_args: [-x]\nmax_score: 100\n",
    }
    with pytest.raises(PackageError, match="no static validator"):
        read_package(write_package(tmp_path, files))
    problem = read_package(write_package(tmp_path, {**files, "static_validator/check.py": "pass\n"}))
    secret = group(problem, "secret")
    assert secret.static_validation is not None
    assert (secret.static_validation.max_score, secret.static_validation.args) == (20.0, ("-x",))
    assert secret.cases[0].max_score == 80.0


@pytest.mark.parametrize("ending", ["out", "ans.statement", "interaction"])
def test_an_answer_that_statements_do_not_show_is_marked(tmp_path: Path, ending: str) -> None:
    package = write_package(tmp_path, {**cases("sample/1", "sample/2"), f"data/sample/2.{ending}": "x\n"})
    assert [case.answer_overridden for case in group(read_package(package), "sample").cases] == [False, True]


def test_cases_for_the_validators_are_not_judged(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "data/invalid_input/1.in": "bad\n",
        "data/invalid_output/1.in": "1\n",
        "data/invalid_output/1.ans": "yes\n",
        "data/invalid_output/1.out": "no\n",
        "data/valid_output/deep/1.in": "1\n",
        "data/valid_output/deep/1.ans": "yes\n",
        "data/valid_output/deep/1.out": "YES\n",
        "data/valid_output/test_group.yaml": "output_validator_args: [space_change_sensitive]\n",
        "data/sample/1.out": "Yes\n",
        **cases("sample/1"),
    }
    problem = read_package(write_package(tmp_path, files))
    found = [(one.kind, one.name, one.compare.space_change_sensitive) for one in problem.validator_cases]
    assert found == [
        ("invalid_input", "invalid_input/1", False),
        ("invalid_output", "invalid_output/1", False),
        ("valid_output", "valid_output/deep/1", True),
        ("valid_output", "sample/1", False),
    ]
    assert problem.diagnostics == ()


@pytest.mark.parametrize(
    ("files", "where", "message"),
    [
        (
            {"data/secret/2.in": "2\n", "data/secret/2.yaml": "args: [x]\n"},
            "data/secret/2.in",
            "has no answer file 2.ans",
        ),
        (
            {"data/secret/2.in": "2\n", "include/python3/lib.py": "\n"},
            "data/secret/2.in",
            "has no answer file 2.ans",
        ),
        (
            {"data/secret/2.in": "2\n", "submissions/accepted/yes.py": None},
            "data/secret/2.in",
            "has no answer file 2.ans",
        ),
        ({"data/secret/1.in": None, "data/secret/1.ans": None}, "data", "has no test cases"),
        (
            {"data/secret/test_group.yaml": "output_validator_args: [flote]\n"},
            "data/secret/test_group.yaml:1: output",
            "no argument 'flote'",
        ),
        (
            {"data/secret/test_group.yaml": "output_validator_args: [float_tolerance]\n"},
            "data/secret",
            "needs a number",
        ),
        ({"data/secret/test_group.yaml": "args: {a: b}\n"}, "data/secret/test_group.yaml:1: args", "sequence"),
        ({"data/secret/1.yaml": "full_feedback: perhaps\n"}, "data/secret/1.yaml:1: full_feedback", "true or false"),
    ],
)
def test_what_makes_judging_meaningless_blocks_with_its_place(
    tmp_path: Path, files: dict[str, Content | None], where: str, message: str
) -> None:
    with pytest.raises(PackageError, match=message) as caught:
        read_package(write_package(tmp_path, files))
    assert caught.value.where.startswith(where)


def test_an_accepted_submission_makes_the_answers_that_are_missing(tmp_path: Path) -> None:
    files = {"data/secret/2.in": "2\n", "submissions/accepted/a.sh": "echo yes\n", "submissions/accepted/z.c": "\n"}
    problem = read_package(write_package(tmp_path, files))
    first, second = group(problem, "secret").cases
    assert first.solver is None
    assert second.solver is not None
    assert second.solver.program.name == "submissions/accepted/z.c"
    found = [(one.level, one.file) for one in problem.diagnostics if "no answer file" in one.message]
    assert found == [("error", "data/secret/2.in")]


def test_a_missing_answer_of_an_interactive_problem_is_empty(tmp_path: Path) -> None:
    yaml = str(MODERN["problem.yaml"]) + "type: interactive\n"
    files = {"problem.yaml": yaml, "output_validator/v.py": "\n", "data/secret/1.ans": None}
    case = group(read_package(write_package(tmp_path, files)), "secret").cases[0]
    assert (case.answer_path, case.solver) == ("", None)


@pytest.mark.parametrize(
    ("files", "place", "message"),
    [
        ({"data/secret/2.ans": "x\n"}, "data/secret/2.ans", "2.in is missing"),
        ({"data/secret/notes.doc": "x\n"}, "data/secret/notes.doc", "is no part of any test case"),
        ({"data/secret/1/2.in": "x\n", "data/secret/1/2.ans": "x\n"}, "data/secret/1", "the same name"),
        ({"data/secret/g/readme.hint": "x\n"}, "data/secret/g", "no test case"),
        ({"data/secret/test_group.yaml": "max_score: 3\n"}, "data/secret/test_group.yaml", "scoring problems only"),
        ({"data/secret/test_group.yaml": "colour: red\n"}, "data/secret/test_group.yaml", "unknown key"),
        ({"data/other/1.in": "x\n", "data/other/1.ans": "x\n"}, "data/other", "has no meaning"),
        ({"data/1.in": "x\n", "data/1.ans": "x\n"}, "data/1.in", "belong below"),
        ({"data/secret/a b.in": "x\n", "data/secret/a b.ans": "x\n"}, "data/secret/a b.in", "name"),
    ],
)
def test_what_can_still_be_judged_is_reported(
    tmp_path: Path, files: dict[str, Content | None], place: str, message: str
) -> None:
    problem = read_package(write_package(tmp_path, files))
    found = [d for d in problem.diagnostics if d.file == place and message in d.message]
    assert found, problem.diagnostics


def test_links_inside_the_package_are_tests_like_others(tmp_path: Path) -> None:
    package = write_package(tmp_path, {})
    (package / "data/secret/2.in").symlink_to("1.in")
    (package / "data/secret/2.ans").symlink_to("../secret/1.ans")
    secret = group(read_package(package), "secret")
    assert [case.name for case in secret.cases] == ["secret/1", "secret/2"]
    assert Path(secret.cases[1].input_path).read_text() == "1\n"


def test_links_out_of_the_package_are_refused(tmp_path: Path) -> None:
    package = write_package(tmp_path, {})
    (tmp_path / "outside").write_text("secret\n")
    (package / "data/secret/2.in").symlink_to("../../../outside")
    with pytest.raises(PackageError, match="leaves the package") as caught:
        read_package(package)
    assert caught.value.where == "data/secret/2.in"


def test_samples_that_only_show_something_need_no_input(tmp_path: Path) -> None:
    shown = {f"data/sample/1.{end}": "" for end in ("interaction", "in.statement", "ans.download")}
    problem = read_package(write_package(tmp_path, shown))
    assert [one.message for one in problem.diagnostics if one.file.startswith("data/sample/")] == []


def test_a_header_that_packages_share_may_lie_outside(tmp_path: Path) -> None:
    package = write_package(tmp_path, {"input_validators/check/main.cc": '#include "shared.h"'})
    (tmp_path / "shared.h").write_text("int shared;")
    (package / "input_validators/check/shared.h").symlink_to("../../../shared.h")
    problem = read_package(package)
    found = {program.name: program for program in problem.input_validators}["input_validators/check"]
    assert [name for name, _ in found.files] == ["main.cc", "shared.h"]
    assert "is a link to a header outside of the package" in [found.message for found in problem.diagnostics]


def test_a_header_outside_under_another_name_is_refused(tmp_path: Path) -> None:
    package = write_package(tmp_path, {"input_validators/check/main.cc": ""})
    (tmp_path / "password").write_text("secret")
    (package / "input_validators/check/shared.h").symlink_to("../../../password")
    with pytest.raises(PackageError, match="leaves the package"):
        read_package(package)


def test_a_link_to_its_own_parent_is_refused(tmp_path: Path) -> None:
    package = write_package(tmp_path, {})
    (package / "data/secret/loop").symlink_to("../..")
    with pytest.raises(PackageError, match="contains it"):
        read_package(package)


def test_a_fifo_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    import os

    package = write_package(tmp_path, {})
    os.mkfifo(package / "data/secret/2.in")
    with pytest.raises(PackageError, match="neither a regular file"):
        read_package(package)


@pytest.fixture
def nested(tmp_path: Path) -> Iterator[Path]:
    """A package with a thousand nested directories, taken down one by one: no path reaches the lowest."""
    import os

    package = write_package(tmp_path, {})
    secret = package / "data/secret"
    here = os.open(secret, os.O_RDONLY)
    for _ in range(1000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    yield package
    while (secret / "d").exists():
        if (secret / "d/d").exists():
            (secret / "d/d").rename(secret / "e")
            (secret / "d").rmdir()
            (secret / "e").rename(secret / "d")
        else:
            (secret / "d").rmdir()


def test_a_thousand_nested_directories_end_in_an_error(nested: Path) -> None:
    with pytest.raises(PackageError, match="nest deeper"):
        read_package(nested)


def test_names_that_are_not_utf8_survive_as_text(tmp_path: Path) -> None:
    import os

    import msgspec

    package = write_package(tmp_path, {})
    for end in (b"in", b"ans"):
        path = os.fsencode(package / "data/secret") + b"/caf\xe9." + end
        with open(path, "wb") as file:
            file.write(b"yes\n")
    problem, _ = inspect_package(package)
    case = group(problem, "secret").cases[-1]
    assert case.name == "secret/caf\\xe9"
    assert Path(case.input_path).read_bytes() == b"yes\n"
    msgspec.json.encode([problem.diagnostics, case.name])


def test_arguments_below_a_group_are_used_though_the_format_has_no_groups_there(tmp_path: Path) -> None:
    package = write_package(
        tmp_path,
        {
            **cases("secret/g/sub/1", "secret/g/2"),
            "data/secret/1.in": None,
            "data/secret/1.ans": None,
            "data/secret/g/test_group.yaml": "output_validator_args: [case_sensitive]\ninput_validator_args: [small]\n",
            "data/secret/g/sub/test_group.yaml": "input_validator_args: {any: []}\n",
        },
    )
    problem = read_package(package)
    one, other = group(problem, "secret/g").cases
    assert (one.name, one.input_validator_args) == ("secret/g/2", (("", ("small",)),))
    assert (other.name, other.input_validator_args) == ("secret/g/sub/1", (("any", ()),))
    assert other.compare.case_sensitive
    assert [(d.level, d.file) for d in problem.diagnostics] == [("warning", "data/secret/g/sub/test_group.yaml")]


def test_samples_alone_are_judged_with_a_warning(tmp_path: Path) -> None:
    without: dict[str, Content | None] = {"data/secret/1.in": None, "data/secret/1.ans": None, **cases("sample/1")}
    problem = read_package(write_package(tmp_path, without))
    assert [(d.level, d.file) for d in problem.diagnostics] == [("warning", "data/secret")]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("small", (("", ("small",)),)),
        ("{name: any, flags: small}", (("any", ("small",)),)),
        ("{any: small, other: -x 5}", (("any", ("small",)), ("other", ("-x", "5")))),
    ],
)
def test_flags_of_input_validators_in_every_spelling(
    tmp_path: Path, flags: str, expected: tuple[tuple[str, tuple[str, ...]], ...]
) -> None:
    package = write_package(tmp_path, {"data/secret/testdata.yaml": f"input_validator_flags: {flags}\n"}, LEGACY)
    assert group(read_package(package), "secret").cases[0].input_validator_args == expected


def test_arguments_of_answer_validators_are_those_of_bapctools(tmp_path: Path) -> None:
    package = write_package(tmp_path, {"data/secret/test_group.yaml": "answer_validator_args: {a: [-x]}\n"})
    problem = read_package(package)
    assert problem.diagnostics == ()
    assert group(problem, "secret").cases[0].answer_validator_args == (("a", ("-x",)),)


SCORED = "name: x\ntype: scoring\n"
COMMENTED = {"submissions/accepted/a.py": "# @EXPECTED_SCORE@: 30\nprint('yes')\n"}


@pytest.mark.parametrize(
    ("files", "dialect"),
    [
        ({}, ""),
        ({"domjudge-problem.ini": "timelimit = 1\n"}, "domjudge"),
        (COMMENTED, "domjudge"),
        ({**COMMENTED, "data/testdata.yaml": "grader_flags: sum ignore_sample\n"}, "domjudge"),
        ({**COMMENTED, "data/testdata.yaml": "grader_flags: accept_if_any_accepted\n"}, ""),
        ({**COMMENTED, "problem.yaml": "name: x\n"}, ""),
    ],
)
def test_a_package_says_by_itself_that_it_is_scored_by_domjudge(
    tmp_path: Path, files: dict[str, Content | None], dialect: str
) -> None:
    given: dict[str, Content | None] = {"problem.yaml": SCORED, **files}
    assert read_package(write_package(tmp_path, given, LEGACY)).score_dialect == dialect


def test_keys_of_domjudges_groups_are_their_own(tmp_path: Path) -> None:
    given: dict[str, Content | None] = {
        "problem.yaml": SCORED,
        "domjudge-problem.ini": "timelimit = 1\n",
        "data/testdata.yaml": "accept_score: 7\ngrader_flags: min\n",
        "data/secret/testdata.yaml": "on_reject: continue\n",
    }
    secret = read_package(write_package(tmp_path, given, LEGACY)).root.groups[0].policy
    assert (secret.from_file, secret.own_accept_score, secret.aggregation.value) == (True, None, "sum")
