"""Reads a Polygon package (problem.xml, testlib programs) into the same Problem as our own formats.

Points make it a scoring problem. The checker is a testlib program; in an interactive problem it is asked about what the
interactor wrote, once that accepts.

::

    problem.xml -> test_cases (package_files) -> groups -> Problem
                   solutions
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from judge.errors import PackageError
from judge.model.problem import NamedFiles, PackageFormat, Problem, ProblemLimits, ValidatorKind
from judge.model.units import MIB, MS_NS
from judge.package.ceilings import Bound, Ceilings
from judge.package.files.file_names import is_plain_name
from judge.package.files.package_dir import PackageDir, is_no_document
from judge.package.files.xml_tree import XML_BYTES_MAX, Element, parse_xml
from judge.package.findings import Findings
from judge.package.polygon.groups import data_of
from judge.package.polygon.package_files import FILE, PolygonFiles
from judge.package.polygon.solutions import read_solutions
from judge.package.polygon.test_cases import TestReader
from judge.package.reader import ReadOptions
from judge.text import shown

_OUTPUT_BYTES = 64 * MIB


class PolygonReader:
    """Reads Polygon's format."""

    title = "Polygon"
    marker = FILE
    reads_in_place = False

    def inspect(self, directory: Path, unpacked: Path, options: ReadOptions) -> tuple[Problem, Findings]:
        """See :class:`~judge.package.reader.Reader`; copies of tests go into ``unpacked``.

        Raises PackageError when problem.xml is no XML or has no tests.
        """
        findings = Findings()
        package = PackageDir(directory, findings, is_no_document)
        entry = package.find(FILE)
        if entry is None or entry.is_directory:
            raise PackageError("there is no such file", where=FILE)
        root = parse_xml(package.read(entry, XML_BYTES_MAX), FILE)
        files = PolygonFiles(package, root, findings, unpacked)
        problem = _ProblemFile(files, _testset(root), findings, options.ceilings).problem()
        return msgspec.structs.replace(problem, diagnostics=findings.diagnostics), findings


def _testset(root: Element) -> Element:
    """The one that is judged: called tests, else the first. Raises PackageError."""
    testsets = list(root.all("judging/testset"))
    if not testsets:
        raise PackageError("has no judging/testset", where=FILE)
    return next((one for one in testsets if one.get("name") == "tests"), testsets[0])


@dataclass(frozen=True)
class _ProblemFile:
    """One problem.xml and what it speaks of."""

    files: PolygonFiles
    testset: Element
    findings: Findings
    ceilings: Ceilings

    def problem(self) -> Problem:
        """Everything together."""
        root = self.files.root
        tests = TestReader(self.files, self.testset).tests()
        groups = list(self.testset.all("groups/group"))
        scoring = bool(groups) or any("points" in one.attributes for one in self.testset.all("tests/test"))
        interactor = self.files.asset("assets/interactor")
        checker = self.files.asset("assets/checker")
        validator = interactor or checker
        if validator is None:
            self.findings.warning(FILE, "has no checker: outputs are compared token by token", key="assets")
        return Problem(
            name=root.get("short-name") or shown(Path(self.files.package.path).name),
            path=self.files.package.path,
            format=PackageFormat.POLYGON,
            title=self._title(),
            limits=self._limits(),
            scoring=scoring,
            free_award=True,
            interactive=interactor is not None,
            root=data_of(tests, groups, self.findings, scoring=scoring),
            validator_kind=ValidatorKind.TESTLIB if validator else ValidatorKind.DEFAULT,
            output_validator=validator,
            further_output_validators=(checker,) if interactor and checker else (),
            input_validators=tuple(
                self.files.program(source) for source in root.all("assets/validators/validator/source")
            ),
            include=self.files.stubs(),
            named_files=self._named_files(),
            submissions=read_solutions(self.files),
        )

    def _title(self) -> str:
        names = {one.get("language"): one.get("value") for one in self.files.root.all("names/name")}
        return names.get("english", next(iter(names.values()), ""))

    def _limits(self) -> ProblemLimits:
        default = self.ceilings.lowered(ProblemLimits(output_bytes=_OUTPUT_BYTES))
        return msgspec.structs.replace(
            default,
            time_limit_ns=self._amount("time-limit", MS_NS, self.ceilings.bound("time_limit_ns")),
            memory_bytes=self._amount("memory-limit", 1, self.ceilings.bound("memory_bytes")),
        )

    def _amount(self, tag: str, unit: int, bound: Bound) -> int:
        """A whole number of ``unit`` ns or bytes, in ns or bytes."""
        text = self.testset.text_of(tag)
        complaint = f"expected a positive whole number, not {text[:40]!r}"
        if re.fullmatch(r"[0-9]{1,300}", text):
            complaint = bound.complaint(int(text) * unit, unit)
        if not complaint:
            return int(text) * unit
        self.findings.block(FILE, complaint, line=self.testset.line, key=tag)
        return bound.least

    def _named_files(self) -> NamedFiles:
        judging = self.files.root.first("judging")
        if judging is None:
            return NamedFiles()
        names = [judging.get("input-file"), judging.get("output-file")]
        for name in names:
            if name and not is_plain_name(name):
                self.findings.block(
                    FILE, f"{shown(name)[:80]!r} is no name of a file", line=judging.line, key="judging"
                )
        return NamedFiles(input=names[0], output=names[1])
