"""An assignment made of an exercise of Exercism: its tests as unit tests, its solution as labelled work.

Source: ``.meta/config.json`` of exercises (https://exercism.org/docs/building/tracks/practice-exercises).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from judge.errors import UsageError
from judge.gradebook.imports.writing import Imported, Wanted, write_assignment
from judge.text import printable, shown

#: Ending of a test's file -> the framework that it is written for, and the language of the solution.
FRAMEWORKS = {
    ".py": ("pytest", "python3"),
    ".js": ("jest", "javascript"),
    ".java": ("junit5", "java"),
    ".go": ("go", "go"),
    ".rs": ("rust", "rust"),
    ".cpp": ("catch2", "cpp"),
}


def solution_files(exercise: Path) -> tuple[str, ...]:
    """The names of the files that a student of this exercise hands in. Raises UsageError."""
    return _names(_files(exercise), "solution")


def import_exercise(exercise: Path, out: Path, wanted: Wanted) -> Imported:
    """Write the assignment of an exercise's directory. Raises UsageError."""
    files = _files(exercise)
    tests, solution = _names(files, "test"), _names(files, "solution")
    framework = FRAMEWORKS.get(Path(tests[0]).suffix) if tests else None
    if not tests or not solution or framework is None:
        raise UsageError(f"{shown(str(exercise))}: no tests that are known here; {', '.join(FRAMEWORKS)} are")
    part = {
        "name": "tests",
        "kind": "unit_tests",
        "framework": framework[0],
        "points": wanted.points,
        "files": list(tests),
        "module": Path(solution[0]).stem,
    }
    document = {
        "assignment": 1,
        "title": wanted.title or exercise.resolve().name,
        "languages": [framework[1]],
        "files": {"required": list(solution)},
        "parts": [part],
    }
    made = {name: _read(exercise, name) for name in tests}
    write_assignment(out, document, made)
    return Imported(out)


def _files(exercise: Path) -> Mapping[str, Any]:
    path = exercise / ".meta" / "config.json"
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{shown(str(path))}: {printable(str(error), 200)}") from error
    files = document.get("files") if isinstance(document, dict) else None
    if not isinstance(files, dict):
        raise UsageError(f"{shown(str(path))}: there is no object files")
    return files


def _names(files: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = files.get(key)
    if not isinstance(names, list):
        return ()
    for name in names:
        if not isinstance(name, str) or name.startswith("/") or not {"", ".", ".."}.isdisjoint(name.split("/")):
            raise UsageError(f"config.json: files.{key}: {printable(str(name), 80)!r} is no path in the exercise")
    return tuple(names)


def _read(exercise: Path, name: str) -> bytes:
    try:
        return (exercise / name).read_bytes()
    except OSError as error:
        raise UsageError(f"{shown(str(exercise / name))}: {error.strerror}") from error
