"""A first assignment is one in every language: it is read without a complaint. (tests/course grades them.)"""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.gradebook.starter import LANGUAGES, starter_assignment
from judge.package.check import check_directory
from judge.package.reader import DEFAULT_READING


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_read_without_a_complaint(tmp_path: Path, language: str) -> None:
    root = tmp_path / "a"
    for name, text in starter_assignment(language).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (tmp_path / "unpacked").mkdir()
    problem, findings = check_directory(root, tmp_path / "unpacked", DEFAULT_READING)
    assert findings.diagnostics == ()
    assert problem.assignment is not None
    assert sum(part.points for part in problem.assignment.parts) == 100
    assert len(problem.submissions) == 2
