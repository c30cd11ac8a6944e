"""Lint that has to read the test data: equal inputs, line ends, sizes. Warnings only; nothing here stops judging."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

from judge.errors import PackageError
from judge.kernel.files import open_resolved
from judge.model.problem import Problem, TestCase
from judge.model.units import MIB
from judge.package.constants import unknown_tags
from judge.package.findings import Findings
from judge.package.names import shown
from judge.package.testdata import data_cases

#: The format advises against larger files.
FILE_BYTES_ADVISED = 100 * MIB
_BLOCK_BYTES = 1 << 20
_SOURCE_BYTES_MAX = 1 << 20


def check_contents(problem: Problem, findings: Findings) -> None:
    """Look into all test data and programs of a package. Blocks for as long as reading takes.

    Raises PackageError for a file that cannot be read.
    """
    try:
        _check(problem, findings)
    except OSError as error:
        where = _relative(problem, str(error.filename or ""))
        raise PackageError(f"cannot be read: {error.strerror}", where=where) from error


def _check(problem: Problem, findings: Findings) -> None:
    cases = data_cases(problem.root)
    _check_equal_inputs(cases, findings)
    for case in cases:
        for path in (case.input_path, case.answer_path):
            if path:
                _check_file(path, _relative(problem, path), findings)
    if problem.constants:
        _check_tags(problem, findings)


def _check_equal_inputs(cases: tuple[TestCase, ...], findings: Findings) -> None:
    """Two secret cases with one input are a waste; empty inputs are not: the answer file may hold what differs."""
    seen: dict[tuple[bytes, ...], str] = {}
    for case in cases:
        if not case.input_path or case.name.startswith("sample/"):
            continue
        files = [case.input_path, *(path for _, path in case.files)]
        key = (repr(case.args).encode(), *(_digest(path) for path in files))
        if key in seen and os.path.getsize(case.input_path):
            findings.warning(f"data/{case.name}.in", f"is the same input as {seen[key]}")
        seen.setdefault(key, case.name)


def _check_file(path: str, name: str, findings: Findings) -> None:
    size = os.path.getsize(path)
    if size > FILE_BYTES_ADVISED:
        findings.warning(name, f"has {size // MIB} MiB; the format advises against more than 100 MiB")
    last = b"\n"
    for block in _blocks(path):
        if b"\r" in block:
            findings.warning(name, "has carriage returns (Windows line ends)")
            return
        last = block[-1:]
    if last != b"\n":
        findings.warning(name, "does not end with a newline")


def _check_tags(problem: Problem, findings: Findings) -> None:
    programs = [one.program for one in problem.submissions]
    programs += [*problem.further_output_validators, *problem.input_validators]
    programs += [problem.output_validator] if problem.output_validator else []
    for program in programs:
        for name, path in program.files:
            with open(path, "rb", opener=open_resolved) as file:
                for tag in unknown_tags(file.read(_SOURCE_BYTES_MAX), problem.constants):
                    findings.warning(
                        f"{program.name} ({name})", f"no constant is called {tag!r}: the tag stays as it is"
                    )


def _digest(path: str) -> bytes:
    with open(path, "rb", opener=open_resolved) as file:
        return hashlib.file_digest(file, "sha256").digest()


def _blocks(path: str) -> Iterator[bytes]:
    with open(path, "rb", opener=open_resolved) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def _relative(problem: Problem, path: str) -> str:
    return shown(os.path.relpath(path, problem.path)) if path.startswith(problem.path + os.sep) else shown(path)
