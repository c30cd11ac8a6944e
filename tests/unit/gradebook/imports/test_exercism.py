"""Exercises of Exercism as assignments."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from judge.errors import UsageError
from judge.gradebook.imports.exercism import import_exercise, solution_files
from judge.gradebook.imports.writing import Wanted
from judge.package.source import open_package


def exercise(root: Path, files: object) -> Path:
    folder = root / "two-fer"
    (folder / ".meta").mkdir(parents=True)
    (folder / ".meta" / "config.json").write_text(json.dumps({"files": files}))
    (folder / "two_fer_test.py").write_text("from two_fer import two_fer\n")
    return folder


def test_an_exercise_becomes_an_assignment_of_unit_tests(tmp_path: Path) -> None:
    folder = exercise(tmp_path, {"solution": ["two_fer.py"], "test": ["two_fer_test.py"], "example": [".meta/x.py"]})
    assert solution_files(folder) == ("two_fer.py",)
    import_exercise(folder, tmp_path / "out", Wanted(points=1))
    with open_package(str(tmp_path / "out")) as problem:
        assert problem.title == "two-fer"
        assert problem.assignment is not None
        assert problem.assignment.required == ("two_fer.py",)
        (part,) = problem.assignment.parts
        assert (part.framework, part.module, [name for name, _ in part.test_files]) == (
            "pytest",
            "two_fer",
            ["two_fer_test.py"],
        )


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        (None, "there is no object files"),
        ({"solution": ["a.py"], "test": ["a_test.zig"]}, "no tests that are known here"),
        ({"solution": ["a.py"], "test": ["../a_test.py"]}, "is no path in the exercise"),
        ({"solution": ["a.py"], "test": ["missing_test.py"]}, "No such file or directory"),
    ],
)
def test_what_cannot_be_taken_over_is_named(tmp_path: Path, files: object, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        import_exercise(exercise(tmp_path, files), tmp_path / "out", Wanted())
