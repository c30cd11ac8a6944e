"""A custom judge that starts submissions itself, as a judge program: what it is given of init.yml.

The program is :mod:`judge.package.dmoj.guest.judge`, with the package's own script beside it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from judge.model.problem import JudgeProgram, ProblemLimits, Program, TestCase, TestGroup, ValidatorKind
from judge.model.units import KIB, S_NS
from judge.package.dmoj.checker import Asker, plain
from judge.package.dmoj.custom_judge import CustomJudge
from judge.package.dmoj.guest import check as guest_check
from judge.package.dmoj.problem_files import DmojFiles
from judge.package.dmoj.test_cases import Batch, Test
from judge.package.files.yaml_tree import YamlMapping

#: What lies beside the custom judge, and what it is called in the folder of guests.
_BESIDE = (("main.py", "judge.py"), ("dmoj_check.py", "check.py"), ("dmoj_process.py", "process.py"))
_SETTINGS = "dmoj.json"
#: Before the names of the package's files.
_FILE = "file/"
#: At most this many of them.
_FILES_MAX = 1000
#: What DMOJ gives where init.yml says nothing.
_DEFAULTS: Mapping[str, object] = {"wall_time_factor": 3, "output_prefix_length": 64, "symlinks": {}}


def judge_program_of(
    judge: CustomJudge, entries: Sequence[Test | Batch], root: TestGroup, limits: ProblemLimits, given: Given
) -> JudgeProgram:
    """The judge program of a problem whose tests are ``root``."""
    guest = Path(guest_check.__file__).parent
    scripts = dict(test.checker.script for test in _tests(entries) if test.checker.script)
    asker = Asker(kind=ValidatorKind.KATTIS, scripts=tuple(scripts))
    files = [(name, str(guest / source)) for name, source in _BESIDE]
    files.append((guest_check.JUDGE_SCRIPT, judge.script[1]))
    files += [(asker.script_name(name), path) for name, path in scripts.items()]
    names = {int(case.name.rpartition("/")[2]) - 1: case.name for case in _cases(root)}
    settings = {
        "problem": {
            "id": given.name,
            "time_limit": limits.time_limit_ns / S_NS,
            "memory_limit": limits.memory_bytes // KIB,
            "config": {**_DEFAULTS, "output_limit_length": limits.output_bytes, **given.config},
        },
        "tests": {names[test.position]: _question(test, points, asker) for test, points in _with_points(entries)},
        "entries": [_entry(entry, names) for entry in entries],
    }
    return JudgeProgram(
        program=Program(name=judge.script[0], files=tuple(files), language="python3"),
        data=((_SETTINGS, given.written(settings)), *given.data),
    )


class Given:
    """What the judge program is given beside the tests. ``scratch``: a directory for what is made."""

    def __init__(self, name: str, top: YamlMapping, files: DmojFiles, scratch: Path) -> None:
        self.name = name
        self.config = {key: plain(node) for key, node in top.values.items() if not key.endswith("test_cases")}
        self.data = tuple((f"{_FILE}{one}", path) for one, path in files.all_files()[:_FILES_MAX])
        self._scratch = scratch

    def written(self, settings: object) -> str:
        """The path of a file with these settings."""
        with tempfile.NamedTemporaryFile("w", prefix=".settings-", dir=self._scratch, delete=False) as file:
            json.dump(settings, file, default=str)
        return file.name


def _question(test: Test, points: float, asker: Asker) -> dict[str, object]:
    known = {
        "point_value": points,
        "case_position": test.position,
        "batch": test.batch,
        "binary_data": test.is_binary,
        "config": {"points": points, "output_limit_length": test.output_bytes},
    }
    question: dict[str, object] = json.loads(asker.args(test.checker, known)[0])
    return question


def _entry(entry: Test | Batch, names: Mapping[int, str]) -> dict[str, object]:
    if isinstance(entry, Test):
        return {"batch": 0, "points": entry.points, "dependencies": [], "tests": [names[entry.position]]}
    return {
        "batch": entry.number,
        "points": entry.points,
        "dependencies": list(entry.dependencies),
        "tests": [names[test.position] for test in entry.tests],
    }


def _tests(entries: Sequence[Test | Batch]) -> Iterator[Test]:
    for entry in entries:
        yield from entry.tests if isinstance(entry, Batch) else (entry,)


def _with_points(entries: Sequence[Test | Batch]) -> Iterator[tuple[Test, float]]:
    """Each test with the points that it is worth: in a batch those of the batch."""
    for entry in entries:
        for test in entry.tests if isinstance(entry, Batch) else (entry,):
            yield test, entry.points


def _cases(group: TestGroup) -> Iterator[TestCase]:
    yield from group.cases
    for inner in group.groups:
        yield from _cases(inner)
