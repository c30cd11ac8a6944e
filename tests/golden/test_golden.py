"""Every golden package, verified for real: what each submission, check and file must come to.

``packages/NAME`` is a package with one feature or one fault of a setter; the worked examples of judge programs that
are packages stand in examples/judge-programs. ``expected/NAME.json`` is what verifying one must give: ``ok``,
``error`` (its beginning), ``submissions`` (verdict, score, ok, and parts of the differences by path), ``checks``
(kind and case of those that fail), ``diagnostics`` (level, file, line, key, part of the message),
``time_limit_ns``. What is not named is not compared, but checks and submissions are complete lists.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from golden_judges import verify

from judge.grading.pipeline import Judge
from judge.model.verification import PackageResult

HERE = Path(__file__).parent
pytestmark = pytest.mark.timeout(1800)  # the fixture verifies all packages, within the first test's time

NAMES = sorted(path.stem for path in (HERE / "expected").glob("*.json"))

#: Name -> where the package lies.
PLACES = {path.name: path for path in (HERE / "packages").iterdir()} | {
    path.parent.name: path.parent for path in HERE.parents[1].glob("examples/judge-programs/*/problem.yaml")
}


@pytest.fixture(scope="module")
def results(judges: list[Judge], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, PackageResult]]:
    """All packages verified in one go, as many at once as there are slots."""
    specs = [str(PLACES[name]) for name in NAMES]
    yield dict(zip(NAMES, verify(specs, judges, tmp_path_factory.mktemp("golden")).packages, strict=True))


def test_each_package_has_its_expectations_and_the_other_way_round() -> None:
    assert sorted(PLACES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_golden_package(results: dict[str, PackageResult], name: str) -> None:
    compare(results[name], name)


@pytest.fixture
def busy_host() -> Iterator[None]:
    """Four loops on every core, of nobody that we know."""
    command = [sys.executable, "-I", "-S", "-c", "while True: pass"]
    loops = [subprocess.Popen(command) for _ in range(4 * len(os.sched_getaffinity(0)))]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


#: Quick ones of every kind: what computes, converses, sleeps, floods, is generated, is scored.
ON_A_BUSY_HOST = [
    "modern-interactive",
    "dmoj-python-checker",
    "fault-validator-floods",
    "dmoj-generator",
    "polygon-points",
]


@pytest.mark.slow
def test_what_others_do_on_the_host_changes_no_verdict(
    busy_host: None, judges: list[Judge], tmp_path_factory: pytest.TempPathFactory
) -> None:
    specs = [str(PLACES[name]) for name in ON_A_BUSY_HOST]
    packages = verify(specs, judges, tmp_path_factory.mktemp("busy")).packages
    for name, result in zip(ON_A_BUSY_HOST, packages, strict=True):
        compare(result, name)


def compare(result: PackageResult, name: str) -> None:
    expected = json.loads((HERE / "expected" / f"{name}.json").read_text(encoding="utf-8"))
    assert result.error.startswith(expected.get("error", ""))
    assert bool(result.error) == bool(expected.get("error")), result.error
    assert {one.path: facts(one) for one in result.submissions} == {
        path: (one["verdict"], one["ok"]) for path, one in expected["submissions"].items()
    }
    for one in result.submissions:
        compare_submission(one, expected["submissions"][one.path])
    assert [[one.kind, one.case] for one in result.checks] == expected.get("checks", []), result.checks
    for wanted in expected.get("diagnostics", []):
        assert any(same_finding(wanted, one) for one in result.diagnostics), (wanted, result.diagnostics)
    assert result.time_limit_ns == expected.get("time_limit_ns", result.time_limit_ns)
    assert result.ok is expected["ok"]


def facts(one: Any) -> tuple[str, bool]:
    return (one.verdict, one.ok)


def compare_submission(one: Any, expected: dict[str, Any]) -> None:
    if "score" in expected:
        assert one.score == pytest.approx(expected["score"])
    for part in expected.get("differences", []):
        assert any(part in line for line in one.differences), one.differences
    assert bool(one.differences) is not one.ok


def same_finding(wanted: list[Any], one: Any) -> bool:
    level, file, line, key, message = wanted
    return (one.level, one.file, one.line, one.key) == (level, file, line, key) and message in one.message
