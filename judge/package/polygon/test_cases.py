"""Polygon's tests in the order of problem.xml; no groups yet.

Tests keep Polygon's numbers as their names. A standard package has neither generated tests nor answers: its generators
and its main solution make them, as its own doall script would.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from judge.errors import PackageError
from judge.model.problem import Generator, TestCase
from judge.package.ceilings import SCORE_MAX
from judge.package.files.xml_tree import Element
from judge.package.files.yaml_section import split_words
from judge.package.findings import Findings
from judge.package.polygon.package_files import FILE, PolygonFiles

_PATTERN = re.compile(r"[^%]*%(?:0?[0-9]{1,2})?d[^%]*")
_ADVICE = "unpack the full package, or run its doall script"


@dataclass(frozen=True)
class Test:
    """One test with its place in problem.xml. ``group``: Polygon's name of its group, empty = none."""

    __test__ = False

    case: TestCase
    group: str
    points: float


class TestReader:
    """Reads the tests of one testset."""

    __test__ = False

    def __init__(self, files: PolygonFiles, testset: Element) -> None:
        self._files = files
        self._root = files.root
        self._testset = testset
        self._executables = {
            Path(source.get("path")).stem: source for source in files.root.all("files/executables/executable/source")
        }

    def tests(self) -> list[Test]:
        """All tests. Raises PackageError when there are none, or their files cannot be named."""
        inputs, answers = self._pattern("input-path-pattern"), self._pattern("answer-path-pattern")
        elements = list(self._testset.all("tests/test"))
        if not elements:
            raise PackageError("has no tests", where=f"{FILE}:{self._testset.line}: tests")
        width = len(str(len(elements)))
        return [self._test(one, f"{i:0{width}d}", inputs % i, answers % i) for i, one in enumerate(elements, 1)]

    def _pattern(self, tag: str) -> str:
        pattern = self._testset.text_of(tag)
        if not _PATTERN.fullmatch(pattern):
            raise PackageError(f"{pattern[:80]!r} is no pattern of file names", where=f"{FILE}:{self._testset.line}")
        return pattern

    def _test(self, element: Element, number: str, input_name: str, answer_name: str) -> Test:
        group = element.get("group")
        input_path, generator = self._input(input_name, element)
        answer_path, solver = self._answer(answer_name, element.line)
        flags = ("--testset", self._testset.get("name", "tests"), *(("--group", group) if group else ()))
        case = TestCase(
            name="/".join(filter(None, ["secret", group.replace("/", "_"), number])),
            input_path=input_path,
            answer_path=answer_path,
            generator=generator,
            solver=solver,
            input_validator_args=(("", flags),),
            full_feedback=element.get("sample") == "true",
            description=element.get("cmd") or element.get("description"),
        )
        return Test(case, group, points_of(element, self._files.findings))

    def _input(self, name: str, element: Element) -> tuple[str, Generator | None]:
        """The input's file, or the generator that writes it."""
        words = split_words(element.get("cmd"))
        source = self._executables.get(words[0]) if words else None
        if self._files.find(name) or source is None or element.get("method") != "generated":
            return self._files.test_data(name, element.line, _ADVICE), None
        return "", Generator(program=self._files.program(source), args=words[1:], answers=False)

    def _answer(self, name: str, line: int) -> tuple[str, Generator | None]:
        """The answer's file, or the main solution that writes it; an interactor has to do without."""
        if self._files.find(name):
            return self._files.test_data(name, line), None
        if self._root.first("assets/interactor") is not None:
            return "", None
        if self._solver is None:
            return self._files.path(name, line, _ADVICE), None
        return "", self._solver

    @cached_property
    def _solver(self) -> Generator | None:
        """The main solution, with what is compiled with it."""
        main = next((one for one in self._root.all("assets/solutions/solution") if one.get("tag") == "main"), None)
        source = main.first("source") if main else None
        if source is None:
            return None
        program = self._files.solution(source)
        stubs = dict(self._files.stubs()).get(program.language, ())
        return Generator(program=msgspec.structs.replace(program, files=(*program.files, *stubs)))


def points_of(element: Element, findings: Findings) -> float:
    """The points of a test or group; 0, with a finding, for what is no number of points."""
    text = element.get("points", "0")
    try:
        points = float(text)
    except ValueError:
        points = -1.0
    if not 0 <= points <= SCORE_MAX:
        findings.block(FILE, f"expected points, not {text[:40]!r}", line=element.line, key="points")
        return 0.0
    return points
