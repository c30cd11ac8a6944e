"""The check of a whole package: everything that breaks its format. Nothing in it is run."""

from __future__ import annotations

from pathlib import Path

import msgspec

from judge.model.problem import Diagnostic, Problem
from judge.package.findings import Findings, location
from judge.package.kattis.lint import check_contents
from judge.package.kattis.test_data import data_cases
from judge.package.reader import ReadOptions
from judge.package.source import inspect_any


def course_tests(problem: Problem) -> int:
    """How many tests an assignment lists; those of unit tests are collected when they are run."""
    return sum(len(part.tests) for part in problem.assignment.parts) if problem.assignment is not None else 0


class CheckedPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One package as ``judge package check --json`` prints it. ``ok``: it can be judged and has no errors."""

    package: str
    ok: bool
    name: str = ""
    title: str = ""
    format: str = ""
    error: str = ""
    test_cases: int = 0
    submissions: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()


def check_directory(directory: Path, unpacked: Path, options: ReadOptions) -> tuple[Problem, Findings]:
    """The problem in a package directory, and all that is wrong with it. Raises as :func:`inspect_any`."""
    problem, findings = inspect_any(directory, unpacked, options)
    check_contents(problem, findings)
    return problem, findings


def checked_package(package: str, problem: Problem, findings: Findings, *, strict: bool) -> CheckedPackage:
    """The outcome of a check. ``strict``: warnings count, too."""
    errors = any(strict or diagnostic.level == "error" for diagnostic in findings.diagnostics)
    return CheckedPackage(
        package=package,
        ok=not errors,
        name=problem.name,
        title=problem.title,
        format=problem.format,
        error=f"{location(findings.blocking[0])}: {findings.blocking[0].message}" if findings.blocking else "",
        test_cases=len(data_cases(problem.root)) + course_tests(problem),
        submissions=len(problem.submissions),
        diagnostics=findings.diagnostics,
    )
