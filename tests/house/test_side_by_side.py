"""Two pytests beside each other say what one would."""

from __future__ import annotations

import sys

import pytest
import side_by_side


def printing(*lines: str, status: int = 0) -> list[str]:
    return [sys.executable, "-c", f"import sys\nfor line in {lines!r}: print(line)\nsys.exit({status})"]


def test_every_folder_is_in_one_of_them() -> None:
    first, second = side_by_side.commands([])
    names = [word for word in first + second if word.startswith("tests/")]
    folders = {path.relative_to(side_by_side.ROOT).parts[1] for path in side_by_side.ROOT.glob("tests/*/**/test_*.py")}
    assert sorted(names) == sorted(f"tests/{folder}" for folder in folders)
    assert set(side_by_side.FIRST) <= folders


def test_what_failed_is_said_last_and_is_the_status(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    failing = printing("..F", "=== FAILURES", "why", status=3)
    passing = printing("...", "=== short test summary", "3 passed")
    assert side_by_side.main([failing, passing]) == 3
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert sorted(lines[:2]) == ["...", "..F"]
    assert lines[2:] == ["=== short test summary", "3 passed", "=== FAILURES", "why"]


def test_both_that_pass_are_a_pass() -> None:
    assert side_by_side.main([printing("."), printing(".")]) == 0
