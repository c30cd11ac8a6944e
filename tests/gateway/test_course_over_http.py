"""A class graded by a service over HTTP: the assignment is published first, the gradebook is as from here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from gateway_harness import Gateway

from judge.gradebook.judging.journal import FILE, Judged
from judge.gradebook.results.writing import read_book
from judge.gradebook.starter import starter_assignment
from judge.model.report import Report
from judge.queue.api_keys import Scope


def _class(root: Path, more: str = "") -> None:
    for name, text in starter_assignment("python3").items():
        path = root / "words" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            text.replace("# due: 2030-12-01T23:59:00+01:00", f"due: 2026-03-01T00:00:00Z{more}").replace(
                "# late", "late"
            )
        )
    for key, source in (("amy", "submissions/right/words.py"), ("ben", "submissions/begun/words.py")):
        (root / "handed-in" / key).mkdir(parents=True)
        (root / "handed-in" / key / "words.py").write_bytes((root / "words" / source).read_bytes())


class _Grading:
    """The command that grades the class with a key of its own tenant."""

    def __init__(self, gateway: Gateway, make_key: Callable[..., str], root: Path, tenant: str) -> None:
        key = make_key(tenant, Scope.SUBMIT, Scope.READ, Scope.PACKAGES, Scope.MARKER)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
        self._environment = kept | {"JUDGE_KEY": key, "JUDGE_STATE_DIR": str(root / "state")}
        self._address, self._root = gateway.address, root

    def grade(self, out: str, *more: str) -> dict[str, Report]:
        """The reports by their judgings' keys."""
        words = ["course", "grade", "words", "handed-in", "--out", out, "--times", "times.csv"]
        words += ["--server", self._address, *more]
        done = subprocess.run(
            [sys.executable, "-m", "judge", *words],
            env=self._environment, cwd=self._root, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (done.stdout, done.stderr)
        lines = (self._root / out / FILE).read_bytes().splitlines()
        return {one.key: one.report for one in (msgspec.json.decode(line, type=Judged) for line in lines)}

    def points(self, out: str) -> dict[str, float | None]:
        """By student."""
        return {entry.key: entry.points for entry in read_book(self._root / out).entries}


def test_a_class_is_graded_over_http_and_by_the_same_ids_again(
    gateway: Gateway, make_key: Callable[..., str], tmp_path: Path
) -> None:
    _class(tmp_path)
    grading = _Grading(gateway, make_key, tmp_path, "course")
    (tmp_path / "times.csv").write_text("student,handed_in,attempt\nben,2026-03-01T00:30Z,2\n")
    first = grading.grade("grades")
    assert grading.points("grades") == {"amy": 90, "ben": 27}  # amy's time is not known, ben is half an hour late
    ben = {entry.key: entry.coursework for entry in read_book(tmp_path / "grades").entries}["ben"]
    assert ben is not None and (ben.student, ben.attempt, ben.late_ns) == ("ben", 2, 1_800 * 10**9)
    again = grading.grade("other")  # nothing is known here, all of it there
    assert {key: one.finished_at_ms for key, one in again.items()} == {
        key: one.finished_at_ms for key, one in first.items()
    }
    assert grading.grade("grades") == first


def test_of_attempts_that_are_limited_a_class_uses_none_however_often_it_is_graded_over_http(
    gateway: Gateway, make_key: Callable[..., str], tmp_path: Path
) -> None:
    _class(tmp_path, "\nattempts: {max: 1}")
    (tmp_path / "times.csv").write_text("student,attempt\nben,2\n")
    grading = _Grading(gateway, make_key, tmp_path, "limited")
    for more in ((), ("--again",)):
        grading.grade("grades", *more)
        assert grading.points("grades") == {"amy": 90, "ben": 0}  # by the table ben has no attempt left
