"""Questions of PrairieLearn as assignments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from judge.errors import UsageError
from judge.gradebook.imports.prairielearn import import_question
from judge.gradebook.imports.writing import Wanted
from judge.model.assignment import Autograder
from judge.model.units import S_NS
from judge.package.source import open_package

OPTIONS: dict[str, Any] = {
    "enabled": True,
    "image": "prairielearn/grader-python",
    "serverFilesCourse": ["lib/"],
    "entrypoint": "/grade/serverFilesCourse/lib/run.sh -v",
    "timeout": 5,
    "environment": {"A": "b", "GONE": None},
}


def question(root: Path, options: object = OPTIONS) -> Path:
    folder = root / "course" / "questions" / "addition"
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "test.py").write_text("x = 1\n")
    (folder / "info.json").write_text(json.dumps({"title": "Addition", "externalGradingOptions": options}))
    library = root / "course" / "serverFilesCourse" / "lib"
    library.mkdir(parents=True)
    (library / "run.sh").write_text("#!/bin/sh\n")
    return folder


def test_a_question_becomes_an_assignment(tmp_path: Path) -> None:
    imported = import_question(question(tmp_path), tmp_path / "out", Wanted(points=7))
    assert imported.remarks == (
        "info.json: image prairielearn/grader-python is not used: name what it has in packages",
    )
    with open_package(str(tmp_path / "out")) as problem:
        assert problem.title == "Addition"
        assert problem.assignment is not None
        (part,) = problem.assignment.parts
        assert (part.framework, part.points, part.wall_time_ns) == ("prairielearn", 7.0, 5 * S_NS)
        assert part.command == ("/grade/serverFilesCourse/lib/run.sh", "-v")
        assert [name for name, _ in part.test_files] == ["serverFilesCourse/lib/run.sh", "tests/test.py"]
        assert part.autograder == Autograder(environment=(("A", "b"),))


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (None, "has no externalGradingOptions"),
        (OPTIONS | {"serverFilesCourse": ["other"]}, "there is no 'other'"),
        (OPTIONS | {"serverFilesCourse": ["../questions"]}, "there is no '../questions'"),
        (OPTIONS | {"entrypoint": None}, "entrypoint is missing"),
        (OPTIONS | {"entrypoint": "/grade/tests/none.sh"}, "there is no /grade/tests/none.sh"),
        (OPTIONS | {"timeout": 601}, "expected seconds up to 600"),
        (OPTIONS | {"environment": []}, None),
        (OPTIONS | {"environment": [1]}, "environment: expected an object"),
    ],
)
def test_what_cannot_be_taken_over_is_named(tmp_path: Path, options: object, complaint: str | None) -> None:
    folder = question(tmp_path, options)
    if complaint is None:
        import_question(folder, tmp_path / "out", Wanted())
        return
    with pytest.raises(UsageError, match=complaint):
        import_question(folder, tmp_path / "out", Wanted())
