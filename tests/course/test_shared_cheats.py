"""Cheats where the tests share a process with the student's code: each gets what its first line says, or says why not.

"open: ..." there is what the page docs/explanation/coursework.md lists as what remains: it is expected to fail.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cheat_corpus import CHEATS, cheats
from course_harness import CourseStand, coursework

from judge.model.assignment import Isolation
from judge.model.submission import Submission
from judge.package.source import open_package

#: The corpora, and the file that is handed in.
CORPORA = {
    "c": "bank.c",
    "cpp": "bank.cpp",
    "cpp_headers": "bank.hpp",
    "go": "bank.go",
    "python_shared": "bank.py",
    "rust": "bank.rs",
}


def is_open(path: Path, main: str) -> bool:
    file = path if path.is_file() else path / main
    return " open: " in file.read_text().splitlines()[0]


def students(language: str, *, is_open_wanted: bool) -> list[str]:
    folder = CHEATS / language / "students"
    return [path.stem for path in sorted(folder.iterdir()) if is_open(path, CORPORA[language]) is is_open_wanted]


def differences(course: CourseStand, language: str, wanted: list[str]) -> dict[str, str]:
    """What these have got that is not what they say."""
    found = {}
    corpus = CHEATS / language
    with open_package(str(corpus)) as problem:
        for cheat in cheats(corpus, CORPORA[language]):
            if cheat.name not in wanted:
                continue
            submission = Submission(id=cheat.name, package=str(corpus), sources=cheat.sources)
            report = coursework(course.grade(problem, submission))
            assert report.isolation is Isolation.SHARED and report.points_max > 0
            statuses = [str(test.status) for part in report.parts for test in part.tests]
            if abs(report.points - cheat.points) > 1e-6 or "judge_error" in {part.status for part in report.parts}:
                messages = [part.message for part in report.parts]
                found[cheat.name] = f"{report.points:g} points, not {cheat.points:g}: {statuses} {messages}"
    return found


def test_cheats_in_c_get_what_they_have_earned(course: CourseStand) -> None:
    assert differences(course, "c", students("c", is_open_wanted=False)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("language", [name for name in CORPORA if name != "c"])
def test_cheats_get_what_they_have_earned(course: CourseStand, language: str) -> None:
    assert differences(course, language, students(language, is_open_wanted=False)) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "name"), [(language, name) for language in CORPORA for name in students(language, is_open_wanted=True)]
)
@pytest.mark.xfail(strict=True, reason="it shares a process with the tests: the first line of each says more")
def test_what_remains_open(course: CourseStand, language: str, name: str) -> None:
    assert differences(course, language, [name]) == {}
