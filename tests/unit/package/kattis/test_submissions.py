"""submissions/: labels by directory, submissions.yaml, comments in sources."""

from __future__ import annotations

from pathlib import Path

import pytest
from package_files import LEGACY, MODERN, Content, write_package

from judge.errors import PackageError
from judge.model.problem import ExpectedResult, JurySubmission, Problem
from judge.model.verdict import Verdict
from judge.package.kattis.reader import read_package

AC, WA, TLE, RTE, MLE, OLE, CE = (Verdict(word) for word in ("AC", "WA", "TLE", "RTE", "MLE", "OLE", "CE"))


def submission(problem: Problem, path: str) -> JurySubmission:
    return next(one for one in problem.submissions if one.path == f"submissions/{path}")


def read(tmp_path: Path, files: dict[str, Content | None], base: dict[str, Content] = MODERN) -> Problem:
    return read_package(write_package(tmp_path, files, base))


def expected(tmp_path: Path, path: str, base: dict[str, Content], source: str = "print()\n") -> ExpectedResult:
    return submission(read(tmp_path, {f"submissions/{path}": source}, base), path).expected


@pytest.mark.parametrize(
    ("directory", "verdicts", "permitted", "required", "time_limit"),
    [
        ("accepted", {AC}, {AC}, set(), "lower"),
        ("rejected", {WA, TLE, RTE, MLE, OLE}, set(), {WA, TLE, RTE, MLE, OLE}, ""),
        ("wrong_answer", {WA, OLE}, {AC, WA, OLE}, {WA, OLE}, "lower"),
        ("time_limit_exceeded", {TLE, OLE}, {AC, TLE, OLE}, {TLE, OLE}, "upper"),
        ("run_time_error", {RTE, MLE, OLE}, {AC, RTE, MLE, OLE}, {RTE, MLE, OLE}, "lower"),
        ("brute_force", {RTE, MLE, OLE, TLE}, {AC, RTE, MLE, OLE, TLE}, {RTE, MLE, OLE, TLE}, ""),
        ("memory_limit_exceeded", {MLE}, set(), set(), ""),
        ("output_limit", {OLE}, set(), set(), ""),
        ("no_output", {WA}, set(), set(), ""),
        ("compiler_error", {CE}, set(), set(), ""),
        ("slow_accepted", {AC, TLE}, set(), set(), ""),
    ],
)
def test_directories_of_modern_packages(
    tmp_path: Path,
    directory: str,
    verdicts: set[Verdict],
    permitted: set[Verdict],
    required: set[Verdict],
    time_limit: str,
) -> None:
    label = expected(tmp_path, f"{directory}/x.py", MODERN)
    assert set(label.verdicts) == verdicts
    assert set(label.permitted) == permitted
    assert set(label.required) == required
    assert label.use_for_time_limit == time_limit
    assert label.rules == ()


def test_directories_of_legacy_packages_differ_where_the_specification_does(tmp_path: Path) -> None:
    assert set(expected(tmp_path, "time_limit_exceeded/x.py", LEGACY).permitted) == {AC, WA, TLE, OLE}
    assert expected(tmp_path, "run_time_error/x.py", LEGACY).permitted == ()
    assert expected(tmp_path, "wrong_answer/x.py", LEGACY) == ExpectedResult(verdicts=(WA, OLE))
    assert expected(tmp_path, "accepted/x.py", LEGACY).use_for_time_limit == "lower"


def test_legacy_scoring_goes_by_the_final_verdict(tmp_path: Path) -> None:
    base = {**LEGACY, "problem.yaml": "name: x\ntype: scoring\n"}
    assert expected(tmp_path, "wrong_answer/x.py", base) == ExpectedResult(verdicts=(WA, OLE))
    partial = expected(tmp_path, "partially_accepted/x.py", base)
    assert (partial.verdicts, partial.full_score) == ((AC,), False)


def test_directories_that_say_nothing(tmp_path: Path) -> None:
    problem = read(tmp_path, {"submissions/mixed/x.py": "", "submissions/drafts/y.py": "", "submissions/z.py": ""})
    assert [one.labelled for one in problem.submissions] == [True, False, False, False]
    assert [d.file for d in problem.diagnostics if "nothing says" in d.message] == [
        "submissions/drafts/y.py",
        "submissions/mixed/x.py",
        "submissions/z.py",
    ]


@pytest.mark.parametrize(
    ("comment", "verdicts"),
    [
        ("# @EXPECTED_RESULTS@: WRONG-ANSWER", (WA,)),
        ("// @EXPECTED_RESULTS@: TIMELIMIT, correct", (TLE, OLE, AC)),
        ("/* @EXPECTED_RESULTS@: run-error */", (RTE, MLE)),
        ("# @EXPECTED_RESULTS@:COMPILER-ERROR", (CE,)),
        ("# @EXPECTED_RESULTS@: WRONG_ANSWER, NO-OUTPUT", (WA,)),
        ("# @EXPECTED_SCORE@: CORRECT", (AC,)),
        ("# @EXPECTED_RESULTS@: CHECK-MANUALLY", ()),
    ],
)
def test_comments_in_sources_win_over_the_directory(
    tmp_path: Path, comment: str, verdicts: tuple[Verdict, ...]
) -> None:
    source = f"x = 1\r\n{comment}\r\nprint(x)\n"
    for place in ("mixed/x.py", "x.py", "rejected/x.py"):
        label = expected(tmp_path, place, LEGACY, source)
        if verdicts:
            lower = "lower" if verdicts == (AC,) and place != "rejected/x.py" else ""
            assert label == ExpectedResult(verdicts=verdicts, use_for_time_limit=lower)


@pytest.mark.parametrize("base", [LEGACY, MODERN])
def test_a_comment_in_the_source_leaves_the_bound_of_the_time_limit(tmp_path: Path, base: dict[str, Content]) -> None:
    cases = [
        ("accepted", "CORRECT", "lower"),
        ("accepted", "CORRECT, WRONG-ANSWER", "lower"),
        ("accepted", "CORRECT, TIMELIMIT", ""),
        ("time_limit_exceeded", "CORRECT", ""),
        ("time_limit_exceeded", "TIMELIMIT", "" if base is LEGACY else "upper"),
        ("wrong_answer", "CORRECT, WRONG-ANSWER", "" if base is LEGACY else "lower"),
    ]
    for number, (directory, words, bound) in enumerate(cases):
        source = f"# @EXPECTED_RESULTS@: {words}\n"
        label = expected(tmp_path / str(number), f"{directory}/x.py", base, source)
        assert label.use_for_time_limit == bound, (directory, words)


def test_a_rule_that_bounds_the_time_limit_survives_a_comment_in_the_source(tmp_path: Path) -> None:
    rules = "accepted/x.py:\n  secret/1: {use_for_time_limit: lower, permitted: [AC]}\n"
    files: dict[str, Content | None] = {
        "submissions/submissions.yaml": rules,
        "submissions/accepted/x.py": "# @EXPECTED_RESULTS@: CORRECT\n",
    }
    found = submission(read(tmp_path, files), "accepted/x.py").expected
    assert found.verdicts == (AC,)
    assert ("secret/1", ExpectedResult(use_for_time_limit="lower")) in found.rules


def test_an_expected_score_keeps_the_verdict_of_the_directory(tmp_path: Path) -> None:
    label = expected(tmp_path, "accepted/x.py", LEGACY, "# @EXPECTED_SCORE@: 42.5\n")
    assert (label.score_min, label.score_max) == (42.5, 42.5)
    assert label.verdicts == (AC,)


def test_submissions_yaml_replaces_built_in_rules_and_adds_others(tmp_path: Path) -> None:
    text = (
        "time_limit_exceeded:\n  permitted: [AC, WA, TLE]\n"
        "time_limit_exceeded/x.{py,cpp}:\n  language: python3\n  entrypoint: x.py\n  message: too slow\n"
        "  sample: {permitted: [AC]}\n  secret/*-hard: {required: [TLE], permitted: [AC, TLE]}\n"
    )
    files: dict[str, Content | None] = {
        "submissions/submissions.yaml": text, "submissions/time_limit_exceeded/x.py": "",
    }  # fmt: skip
    problem = read(tmp_path, files)
    found = submission(problem, "time_limit_exceeded/x.py")
    label = found.expected
    assert (found.program.language, found.entrypoint) == ("python3", "x.py")
    rules = dict(label.rules)
    whole = [rule for glob, rule in label.rules if glob == ""]
    assert [set(rule.permitted) for rule in whole] == [{AC, WA, OLE, TLE}, set()]
    assert [set(rule.required) for rule in whole] == [{TLE, OLE}, set()]
    assert whole[1].message == "too slow"
    assert rules["sample"].permitted == (AC,)
    assert set(rules["secret/*-hard"].required) == {TLE, OLE}
    assert rules["secret/*-hard"].use_for_time_limit == "upper"
    assert problem.diagnostics == ()


def test_a_custom_directory_gets_its_rule_from_the_file(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "submissions/submissions.yaml": "greedy:\n  permitted: [AC, WA]\n  required: [WA]\n",
        "submissions/greedy/x.py": "",
    }
    label = submission(read(tmp_path, files), "greedy/x.py").expected
    assert (set(label.verdicts), set(label.required), label.rules) == ({WA, OLE}, {WA, OLE}, ())


def test_scores_and_time_limit_words(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "problem.yaml": str(MODERN["problem.yaml"]) + "type: scoring\n",
        "submissions/submissions.yaml": "a:\n  score: 10\nb:\n  score: [1, 2.5]\n  use_for_time_limit: upper\n"
        "accepted:\n  use_for_time_limit: false\nc:\n  use_for_time_limit: lower\n",
        "submissions/a/x.py": "",
        "submissions/b/x.py": "",
        "submissions/c/x.py": "",
    }
    problem = read(tmp_path, files)
    a, b = (submission(problem, f"{name}/x.py").expected for name in "ab")
    assert (a.score_min, a.score_max, b.score_min, b.score_max) == (10.0, 10.0, 1.0, 2.5)
    assert b.use_for_time_limit == "upper"
    assert set(b.required) == {TLE, OLE}
    lower = submission(problem, "c/x.py").expected
    assert (TLE in lower.permitted, WA in lower.permitted, lower.use_for_time_limit) == (False, True, "lower")
    accepted = submission(problem, "accepted/yes.py").expected
    assert (accepted.use_for_time_limit, accepted.permitted) == ("", (AC,))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("accepted:\n  permitted: [OK]\n", "submissions/submissions.yaml:2: accepted.permitted"),
        ("x:\n  permitted: [AC]\n  required: [WA]\n", "submissions/submissions.yaml:3: x.required"),
        ("x:\n  score: [2, 1]\n", "submissions/submissions.yaml:2: x.score"),
        ("x:\n  use_for_time_limit: maybe\n", "submissions/submissions.yaml:2: x.use_for_time_limit"),
        ("'a{b': {permitted: [AC]}\n", "submissions/submissions.yaml:1: a{b"),
        ("accepted: AC\n", "submissions/submissions.yaml:1: accepted"),
    ],
)
def test_faults_in_submissions_yaml_have_a_place(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(PackageError) as caught:
        read(tmp_path, {"submissions/submissions.yaml": text})
    assert caught.value.where == where


def test_globs_without_a_submission_and_unknown_keys_are_reported(tmp_path: Path) -> None:
    problem = read(tmp_path, {"submissions/submissions.yaml": "typo/*: {permitted: [AC], colour: red}\n"})
    assert {(d.level, d.key) for d in problem.diagnostics} == {("warning", "typo/*"), ("error", "typo/*.colour")}


def test_programs_are_files_and_directories_and_nothing_else(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "submissions/accepted/dir/main.cpp": "",
        "submissions/accepted/dir/sub/x.h": "",
        "submissions/accepted/a b #1.py": "",
        "submissions/accepted/README.md": "",
        "submissions/accepted/VALIDATE.CC": "",
        "submissions/accepted/.hidden.py": "",
        "submissions/accepted/Füße.java": "",
    }
    problem = read(tmp_path, files)
    assert [one.path.removeprefix("submissions/accepted/") for one in problem.submissions] == [
        "Füße.java", "VALIDATE.CC", "a b #1.py", "dir", "yes.py",
    ]  # fmt: skip
    assert submission(problem, "accepted/VALIDATE.CC").program.files[0][0] == "VALIDATE.cc"
    inside = submission(problem, "accepted/dir").program
    assert [name for name, _ in inside.files] == ["main.cpp", "sub/x.h"]


def test_output_only_submissions_are_directories_of_outputs(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "problem.yaml": str(MODERN["problem.yaml"]) + "type: submit-answer\n",
        "submissions/accepted/yes.py": None,
        "submissions/accepted/good/1.out": "yes\n",
    }
    problem = read(tmp_path, files)
    assert problem.submit_answer
    assert submission(problem, "accepted/good").program.files[0][0] == "1.out"


def test_a_label_may_stand_in_a_text_file_of_the_submission(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "submissions/multiple/two/expected.txt": "@EXPECTED_RESULTS@: CORRECT, NO-OUTPUT\n",
        "submissions/multiple/two/main.py": "# The @EXPECTED_RESULTS@: tag of the other file counts\n",
    }
    assert set(submission(read(tmp_path, files), "multiple/two").expected.verdicts) == {AC, WA}


def test_prolog_is_told_from_perl_by_its_clauses(tmp_path: Path) -> None:
    prolog = ":- use_module(library(readutil)).\nmain :-\n  read(X), write(X).\n"
    perl = "use strict;\nmy %h = (a => 1); # :- not a clause\nprint $h{a};\n"
    problem = read(tmp_path, {"submissions/accepted/a.pl": prolog, "submissions/accepted/b.pl": perl})
    languages = {one.path.rpartition("/")[2]: one.program.language for one in problem.submissions}
    assert (languages["a.pl"], languages["b.pl"]) == ("prolog", "")


def test_domjudge_says_languages_and_entry_points_in_a_file_of_its_own(tmp_path: Path) -> None:
    hints = (
        '{"submissions/accepted/two/": {"entry_point": "start.py"},\n'
        ' "submissions/accepted/yes.py": {"language": "py3", "team_id": 5}, "x": 1}'
    )
    problem = read(
        tmp_path,
        {
            "submissions.json": hints,
            "submissions/accepted/two/start.py": "",
            "submissions/accepted/two/main.py": "",
        },
        LEGACY,
    )
    assert submission(problem, "accepted/two").entrypoint == "start.py"
    assert submission(problem, "accepted/yes.py").program.language == "py3"


@pytest.mark.parametrize("name", ["a.f95", "a.scm", "a.pp", "a.plg", "a.cjs", "a.raku", "a.PP"])
def test_less_common_endings_are_programs_too(tmp_path: Path, name: str) -> None:
    problem = read(tmp_path, {f"submissions/accepted/{name}": ""})
    assert submission(problem, f"accepted/{name}")
