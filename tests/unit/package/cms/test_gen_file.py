"""gen/GEN: lines become tests and subtasks, and what is wrong with one is a finding about it."""

from __future__ import annotations

from judge.package.cms.gen_file import GenFile, read_gen
from judge.package.findings import Findings, location


def read(text: str) -> tuple[GenFile, list[str]]:
    findings = Findings()
    gen = read_gen(text.encode(), findings)
    return gen, [f"{location(one)}: {one.message}" for one in findings.diagnostics]


def test_lines_are_tests_and_comments_are_for_people() -> None:
    gen, found = read("# hello\n\n1 2 3\n  4   5 # six\n#COPY: gen/a.txt\n# COPY:b.txt\n")
    assert [(test.line, test.args, test.copy) for test in gen.tests] == [
        (3, ("1", "2", "3"), ""),
        (4, ("4", "5"), ""),
        (5, (), "gen/a.txt"),
        (6, (), "b.txt"),
    ]
    assert (gen.subtasks, found) == ((), [])


def test_subtasks_have_points_and_the_tests_up_to_the_next_one() -> None:
    gen, found = read("#ST: 0\n1\n# ST:30\n1\n2\n#ST: 70\n3\n")
    assert (gen.subtasks, len(gen.tests), found) == (((0.0, 1), (30.0, 2), (70.0, 1)), 4, [])


def test_a_total_that_cms_does_not_take_is_an_error_that_still_can_be_judged() -> None:
    gen, found = read("#ST: 30\n1\n")
    assert gen.subtasks == ((30.0, 1),)
    assert found == ["gen/GEN: its subtasks are worth 30 points together; CMS wants 100"]


def test_what_is_wrong_names_its_line() -> None:
    _, found = read("1\n#ST: 50\n2 #COPY: a\n#ST: lots\n")
    assert found[:3] == [
        "gen/GEN:2: has tests before its first subtask",
        "gen/GEN:3: has a test and a command in one line",
        "gen/GEN:4: expected points behind ST:, not 'lots'",
    ]
