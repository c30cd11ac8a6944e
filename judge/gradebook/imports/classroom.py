"""An assignment made of GitHub Classroom's tests: ``.github/classroom/autograding.json``, or a workflow that uses its
actions (``.github/workflows/classroom.yml``).

Source: https://github.com/education/autograding and the actions of https://github.com/classroom-resources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import yaml

from judge.errors import UsageError
from judge.gradebook.imports.writing import Imported, Wanted, write_assignment
from judge.package.autograder.setup_script import read_setup
from judge.text import printable, shown

FOLDER = "classroom"
TESTS_MAX = 200
_FILE_BYTES_MAX = 1 << 20
_TIMEOUT_MIN = 10.0
#: Of CPU: the operator's ceiling is 300 s unless he says otherwise.
_CPU_S_MAX = 60.0
_ACTION = re.compile(r"[\w.-]+/autograding-(command|io|python)-grader@.+")
_COMPARISONS = ("exact", "included", "contains", "regex")
_IMPORT = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class _Test:
    """One test. ``kind``: "command", "io" or "python"."""

    name: str
    kind: str
    points: float
    timeout_min: float
    command: str = ""
    setup: str = ""
    input: str = ""
    expected: str = ""
    comparison: str = "included"


def import_tests(file: Path, out: Path, wanted: Wanted) -> Imported:
    """Write the assignment: a part for each test. Raises UsageError."""
    tests = tuple(_tests(file))
    if not tests or len(tests) > TESTS_MAX:
        raise UsageError(f"{shown(str(file))}: {len(tests)} tests; 1 to {TESTS_MAX} are taken")
    names = _unique([test.name for test in tests])
    made: dict[str, bytes] = {}
    parts, remarks = [], []
    for name, test in zip(names, tests, strict=True):
        part, beside, said = _part(test, len(made), _repository(file))
        parts.append({"name": name, **part, "points": test.points, **_times(test)})
        made |= beside
        remarks += [f"{name}: {one}" for one in said]
    if not any(test.points for test in tests):
        share = wanted.points / len(tests)
        parts = [{**part, "points": share} for part in parts]
        remarks.append(f"no test has points: each is given {share:g}")
    title = wanted.title or out.name
    write_assignment(out, {"assignment": 1, "title": title, "parts": parts}, made)
    return Imported(out, remarks=tuple(remarks))


def _unique(names: list[str]) -> list[str]:
    found: list[str] = []
    for number, name in enumerate(names, 1):
        plain = printable(name, 80).replace("/", " ").strip() or f"test {number}"
        found.append(plain if plain not in found else f"{plain} ({number})")
    return found


# --- what there is ----------------------------------------------------------------------------------------


def _tests(file: Path) -> Iterator[_Test]:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{shown(str(file))}: {error.strerror}") from error
    if len(data) > _FILE_BYTES_MAX:
        raise UsageError(f"{shown(str(file))}: larger than {_FILE_BYTES_MAX} bytes")
    try:
        document = json.loads(data) if file.suffix == ".json" else yaml.safe_load(data)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise UsageError(f"{shown(str(file))}: {printable(str(error), 200)}") from error
    if not isinstance(document, dict):
        raise UsageError(f"{shown(str(file))}: neither a list of tests nor a workflow")
    if isinstance(document.get("tests"), list):
        for number, test in enumerate(document["tests"], 1):
            yield _of_list(_object(test, f"tests[{number}]"), number)
        return
    for step in _steps(document):
        action = _ACTION.fullmatch(str(step.get("uses", "")))
        if action:
            yield _of_step(action[1], _object(step.get("with") or {}, "with"), str(step.get("name", "")))


def _steps(document: Mapping[Any, Any]) -> Iterator[Mapping[str, Any]]:
    jobs = _object(document.get("jobs") or {}, "jobs")
    for job in jobs.values():
        steps = _object(job, "a job").get("steps")
        for step in steps if isinstance(steps, list) else ():
            yield _object(step, "a step")


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{what}: expected an object")
    return value


def _of_list(test: Mapping[str, Any], number: int) -> _Test:
    expected, given = str(test.get("output") or ""), str(test.get("input") or "")
    return _checked(
        _Test(
            name=str(test.get("name") or f"test {number}"),
            kind="io" if expected or given else "command",
            points=_number(test, "points", 0.0),
            timeout_min=_number(test, "timeout", 1.0),
            command=str(test.get("run") or ""),
            setup=str(test.get("setup") or ""),
            input=given,
            expected=expected,
            comparison=str(test.get("comparison") or "included"),
        )
    )


def _of_step(kind: str, given: Mapping[str, Any], name: str) -> _Test:
    return _checked(
        _Test(
            name=str(given.get("test-name") or name or kind),
            kind=kind,
            points=_number(given, "max-score", 0.0),
            timeout_min=_number(given, "timeout", _TIMEOUT_MIN),
            command=str(given.get("command") or ""),
            setup=str(given.get("setup-command") or ""),
            input=str(given.get("input") or "").strip(),
            expected=str(given.get("expected-output") or ""),
            comparison=str(given.get("comparison-method") or "exact"),
        )
    )


def _checked(test: _Test) -> _Test:
    if test.kind != "python" and not test.command.strip():
        raise UsageError(f"{printable(test.name)}: there is no command")
    if test.comparison not in _COMPARISONS:
        raise UsageError(f"{printable(test.name)}: {test.comparison!r} is none of {', '.join(_COMPARISONS)}")
    return test


def _number(given: Mapping[str, Any], key: str, default: float) -> float:
    value = given.get(key)
    if value in (None, ""):
        return default
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1e6:
        raise UsageError(f"{key}: {printable(str(value), 40)!r} is no number from 0 to 1000000")
    return number


# --- what becomes of it -----------------------------------------------------------------------------------

_Made = tuple[dict[str, Any], dict[str, bytes], list[str]]


def _part(test: _Test, number: int, repository: Path) -> _Made:
    if test.kind == "python":
        return _python(test, repository)
    command, remarks = _with_setup(test)
    if test.kind == "command":
        return {"kind": "command", "command": ["/bin/sh", "-c", command]}, {}, remarks
    name = f"{FOLDER}/{number}.json"
    given = {"command": command, "input": test.input, "expected": test.expected, "comparison": test.comparison}
    script = resources("judge.gradebook.imports").joinpath("guest/classroom_io.py").read_bytes()
    files = {f"{FOLDER}/compare.py": script, name: json.dumps(given, indent=1).encode()}
    part = {"kind": "command", "command": ["python3", f"{FOLDER}/compare.py", name], "files": list(files)}
    return part, files, remarks


def _with_setup(test: _Test) -> tuple[str, list[str]]:
    """The command with its setup before it, unless that only installs packages."""
    if not test.setup.strip():
        return test.command, []
    setup = read_setup(test.setup, lambda name: None)
    names = [*setup.debian, *setup.pypi]
    remarks = [f"needs {', '.join(names)}: there is no network when it runs"] if names else []
    return (f"({test.setup}) && {test.command}" if setup.has_rest else test.command), remarks


def _repository(file: Path) -> Path:
    folder = file.resolve().parent
    return next((one.parent for one in (folder, *folder.parents) if one.name == ".github"), folder)


def _python(test: _Test, repository: Path) -> _Made:
    """Unit tests that lie in the repository, away from what is handed in from now on."""
    tests = sorted(
        path for path in repository.rglob("*.py") if path.name.startswith("test_") or path.name.endswith("_test.py")
    )[:TESTS_MAX]
    if not tests:
        raise UsageError(f"{printable(test.name)}: there are no tests of pytest in {shown(str(repository))}")
    files = {f"tests/{path.relative_to(repository)}": path.read_bytes() for path in tests}
    imported = {name for content in files.values() for name in _IMPORT.findall(content.decode("utf-8", "replace"))}
    modules = sorted(name for name in imported if (repository / f"{name}.py").is_file())
    part: dict[str, Any] = {"kind": "unit_tests", "framework": "pytest", "files": list(files)}
    remarks = []
    if len(modules) == 1:
        part["module"] = modules[0]
    else:
        remarks.append("say in module what of the student's the tests import")
    return part, files, remarks


def _times(test: _Test) -> dict[str, str]:
    wall_s = max(1.0, test.timeout_min * 60)
    return {"time": f"{min(wall_s, _CPU_S_MAX):g}s", "wall_time": f"{wall_s:g}s"}
