"""Which Python runs the jury's submissions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from judge.errors import LanguageError
from judge.grading.jury_python import speaks_python, under_cpython, with_jury_python
from judge.model.problem import ExpectedResult, JurySubmission, PackageFormat, Problem, Program, TestGroup


class FakeWorkshop:
    """Has PyPy or has not."""

    def __init__(self, *, pypy: bool) -> None:
        self._pypy = pypy

    @property
    def languages(self) -> Any:
        return self

    def get(self, name: str) -> str:
        return name

    def toolchain(self, language: str) -> None:
        if language == "pypy3" and not self._pypy:
            raise LanguageError("not installed")


def submission(directory: Path, sources: dict[str, str], language: str = "") -> JurySubmission:
    files = []
    for name, text in sources.items():
        (directory / name).write_text(text)
        files.append((name, str(directory / name)))
    program = Program(name="p", files=tuple(files), language=language)
    return JurySubmission(path="p", program=program, expected=ExpectedResult())


def problem(*submissions: JurySubmission, **fields: Any) -> Problem:
    return Problem(
        name="p", path="/p", format=PackageFormat.LEGACY, root=TestGroup(name="data"), submissions=submissions, **fields
    )


def languages(one: Problem, python: str = "auto", *, pypy: bool = True) -> list[str]:
    build_context: Any = FakeWorkshop(pypy=pypy)
    return [entry.program.language for entry in with_jury_python(one, build_context, python).submissions]


@pytest.mark.parametrize(
    ("sources", "language", "speaks"),
    [
        ({"a.py": "print(1)\n"}, "", True),
        ({"a.py": "#!/usr/bin/env python3\n"}, "", True),
        ({"a.py": "#!/usr/bin/env pypy3\n"}, "", False),
        ({"a.py": "#!/usr/bin/python2\n"}, "", False),
        ({"a.py": "", "b.py": "", "words.txt": ""}, "python3", True),
        ({"a.py": ""}, "python2", False),
        ({"a.cpp": "", "helper.py": ""}, "", False),
        ({"a.c": ""}, "", False),
    ],
)
def test_what_is_python_without_a_word_about_its_interpreter(
    tmp_path: Path, sources: dict[str, str], language: str, speaks: bool
) -> None:
    assert speaks_python(submission(tmp_path, sources, language)) is speaks


def test_pypy_is_used_when_it_is_there_and_allowed(tmp_path: Path) -> None:
    one = submission(tmp_path, {"a.py": ""})
    other = submission(tmp_path, {"a.c": ""})
    assert languages(problem(one, other)) == ["pypy3", ""]
    assert languages(problem(one), pypy=False) == [""]
    assert languages(problem(one), "python3") == [""]
    assert languages(problem(one, languages=("python3",))) == [""]
    with pytest.raises(LanguageError):
        languages(problem(one), "pypy3", pypy=False)


def test_stubs_for_python_go_with_pypy_too(tmp_path: Path) -> None:
    build_context: Any = FakeWorkshop(pypy=True)
    stubs = (("python3", (("main.py", "/x"),)), ("c", ()))
    found = with_jury_python(problem(submission(tmp_path, {"a.py": ""}), include=stubs), build_context, "auto")
    assert dict(found.include)["pypy3"] == (("main.py", "/x"),)


def test_only_pypy_has_a_second_opinion(tmp_path: Path) -> None:
    under_pypy = under_cpython(submission(tmp_path, {"a.py": ""}, "pypy3"))
    assert under_pypy is not None
    assert under_pypy.program.language == "python3"
    assert under_cpython(submission(tmp_path, {"a.c": ""})) is None
