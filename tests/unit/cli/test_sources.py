"""Which files the command line hands in, and which of them is the main one."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.cli.options import first_named, read_sources
from judge.errors import LanguageError, UsageError
from judge.toolchain.definitions import Languages


def tree(top: Path, *names: str) -> str:
    for name in names:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return str(top)


def test_a_directory_gives_its_programs_and_no_environments_or_caches(tmp_path: Path) -> None:
    clutter = (
        ".venv/x.py",
        ".git/HEAD",
        "env/pyvenv.cfg",
        "env/lib/y.py",
        "a/__pycache__/z.pyc",
        "node_modules/m/i.js",
    )
    top = tree(tmp_path, "main.py", "a/b.py", "a/.hidden", *clutter)
    assert [file.name for file in read_sources([top])] == ["a/b.py", "main.py"]


def test_a_directory_of_too_many_files_is_no_submission(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="1001 files; a submission has at most 1000"):
        read_sources([tree(tmp_path, *(f"{number}.py" for number in range(1001)))])


@pytest.mark.parametrize(
    ("paths", "language", "main"),
    [
        (["x/app.py", "x/main.py"], "", "app.py"),
        (["main.py", "app.py"], "", "main.py"),
        (["table.txt", "app.py", "main.py"], "", "app.py"),
        (["a.h", "b.cpp", "main.cpp"], "", "b.cpp"),
        (["main.py"], "", ""),
        (["1.ans", "2.ans"], "", ""),
        (["Helper.kt", "x.py"], "kotlin", "Helper.kt"),
    ],
)
def test_of_several_named_files_the_first_program_is_the_main_one(paths: list[str], language: str, main: str) -> None:
    assert first_named(paths, Languages.open(), language) == main


def test_in_a_directory_the_main_file_is_found(tmp_path: Path) -> None:
    assert first_named([tree(tmp_path, "a.py"), "b.py"], Languages.open(), "") == ""


def test_a_language_that_there_is_not_is_refused() -> None:
    with pytest.raises(LanguageError):
        first_named(["a.py", "b.py"], Languages.open(), "klingon")
