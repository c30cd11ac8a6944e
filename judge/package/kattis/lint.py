"""Lint that has to read files: equal inputs, line ends, encodings, sizes. Warnings only; nothing here stops judging."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator

from judge.kernel.files import open_resolved
from judge.model.problem import Problem, Program, TestCase
from judge.model.units import KIB, MIB
from judge.package.encoding import HEAD_BYTES, odd_encoding
from judge.package.faults import fault_of
from judge.package.findings import Findings
from judge.package.kattis.constants import unknown_tags
from judge.package.kattis.test_data import data_cases
from judge.text import shown

#: The format advises against larger files.
FILE_BYTES_ADVISED = 100 * MIB
_BLOCK_BYTES = 1 << 20
_SOURCE_BYTES_MAX = 1 << 20


def check_contents(problem: Problem, findings: Findings) -> None:
    """Look into all test data and programs of a package. Blocks for as long as reading takes.

    Raises PackageError or HostError for a file that cannot be read.
    """
    try:
        _check(problem, findings)
    except OSError as error:
        where = _relative(problem, str(error.filename or ""))
        raise fault_of(error, "cannot be read", where) from error


def _check(problem: Problem, findings: Findings) -> None:
    cases = data_cases(problem.root)
    _check_equal_inputs(cases, findings)
    for case in cases:
        for path in (case.input_path, case.answer_path):
            if path:
                _check_file(path, _relative(problem, path), findings)
        for _, path in case.files:
            _check_encoding(path, _relative(problem, path), findings)
    for one in problem.validator_cases:
        for path in filter(None, (one.input_path, one.answer_path, one.output_path)):
            _check_encoding(path, _relative(problem, path), findings)
    programs = tuple(dict.fromkeys(_programs(problem)))
    for program in programs:
        for _, path in program.files:
            if path:
                _check_encoding(path, _relative(problem, path), findings)
    _check_sizes(problem, findings)
    if problem.constants:
        _check_tags(programs, problem, findings)


def _programs(problem: Problem) -> Iterator[Program]:
    """Everything that is compiled or run."""
    yield from (one.program for one in problem.submissions)
    yield from (*problem.further_output_validators, *problem.input_validators, *problem.answer_validators)
    yield from filter(None, (problem.output_validator, problem.graders, problem.static_validator))
    for case in data_cases(problem.root):
        yield from (one.program for one in (case.generator, case.solver) if one is not None)
    yield from (Program(name=f"include/{language}", files=files) for language, files in problem.include)


def _check_sizes(problem: Problem, findings: Findings) -> None:
    """A submission of the jury that the problem's own code limit refuses."""
    limit = problem.limits.code_bytes
    for one in problem.submissions:
        size = sum(os.path.getsize(path) for _, path in one.program.files if path)
        if size > limit and not problem.submit_answer:
            needed = -(-size // KIB)
            findings.warning(
                one.path,
                f"has {size} bytes and is refused: limits.code allows {limit // KIB} KiB ({needed} would allow it)",
            )


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
    if _check_encoding(path, name, findings):
        return
    last = b"\n"
    for block in _blocks(path):
        if b"\r" in block:
            findings.warning(name, "has carriage returns (Windows line ends)")
            return
        last = block[-1:]
    if last != b"\n":
        findings.warning(name, "does not end with a newline")


def _check_encoding(path: str, name: str, findings: Findings) -> bool:
    """Whether a file has a mark or encoding that programs stumble over, which is then a finding."""
    with open(path, "rb", opener=open_resolved) as file:
        what = odd_encoding(file.read(HEAD_BYTES))
    if what:
        findings.warning(name, what)
    return bool(what)


def _check_tags(programs: Iterable[Program], problem: Problem, findings: Findings) -> None:
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
