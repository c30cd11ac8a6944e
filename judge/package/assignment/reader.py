"""Reads an assignment of a course (docs/reference/assignment.md) into a problem that is graded part by part.

::

    assignment.yaml -> amounts, named_files -> parts -> course_tests, visibility -> Assignment -> Problem
    submissions/    -> labelled
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from judge.errors import PackageError
from judge.model.assignment import Assignment, Late
from judge.model.problem import PackageFormat, Problem, ProblemLimits, TestGroup
from judge.model.units import MIB, MS_NS, S_NS
from judge.package.assignment.amounts import (
    LONGEST_NS,
    duration_ns,
    instant_ms,
    penalty,
    share,
    size_bytes,
)
from judge.package.assignment.course_tests import TESTS_MAX
from judge.package.assignment.labelled import LabelledWork
from judge.package.assignment.named_files import NamedFiles
from judge.package.assignment.needs import warn_of_needs
from judge.package.assignment.parts import PartList
from judge.package.ceilings import Bound, Ceilings
from judge.package.files.package_dir import PackageDir, is_no_document
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YAML_BYTES_MAX, parse_yaml
from judge.package.findings import Findings
from judge.package.reader import ReadOptions
from judge.text import shown

FILE = "assignment.yaml"

#: Version of the format; the value of its first key.
VERSION = 1

_DEFAULT = ProblemLimits(time_limit_ns=2 * S_NS, memory_bytes=256 * MIB, output_bytes=8 * MIB, code_bytes=4 * MIB)
_LATEST = Bound(0, LONGEST_NS)
_ATTEMPTS = Bound(1, 1_000_000)
_NAME_CHARS_MAX = 200


@dataclass(frozen=True)
class AssignmentReader:
    """Reads assignments."""

    marker: str = FILE
    title = "assignment of a course"
    reads_in_place = False

    def inspect(self, directory: Path, unpacked: Path, options: ReadOptions) -> tuple[Problem, Findings]:
        """See :class:`~judge.package.reader.Reader`. Raises PackageError when assignment.yaml is no YAML."""
        findings = Findings()
        package = PackageDir(directory, findings, is_no_document)
        entry = package.find(self.marker)
        if entry is None or entry.is_directory:
            raise PackageError("there is no such file", where=self.marker)
        section = YamlSection(parse_yaml(package.read(entry, YAML_BYTES_MAX), FILE, findings), FILE, findings)
        problem = _Reading(package, NamedFiles(package, unpacked), section, findings, options.ceilings).problem()
        return msgspec.structs.replace(problem, diagnostics=findings.diagnostics), findings


@dataclass(frozen=True)
class _Reading:
    """One assignment.yaml and what lies beside it."""

    package: PackageDir
    files: NamedFiles
    section: YamlSection
    findings: Findings
    ceilings: Ceilings

    def problem(self) -> Problem:
        """Everything together."""
        section = self.section
        if section.whole("assignment", 0, Bound(0, 1_000_000)) != VERSION:
            section.block_at(section.line("assignment") or 1, "assignment", f"expected {VERSION}, the format's version")
        assignment = self._assignment()
        count = sum(len(part.tests) for part in assignment.parts)
        if count > TESTS_MAX:
            section.block("parts", f"{count} tests in all; at most {TESTS_MAX} are taken")
        name = shown(Path(self.package.path).name)
        problem = Problem(
            name=name,
            path=self.package.path,
            format=PackageFormat.ASSIGNMENT,
            title=section.text("title")[:_NAME_CHARS_MAX] or name,
            limits=self._limits(section.section("limits")),
            scoring=True,
            languages=section.words("languages"),
            root=TestGroup(name=""),
            assignment=assignment,
            submissions=LabelledWork(self.package, self.findings, tuple(part.name for part in assignment.parts)).read(),
        )
        section.finish()
        return problem

    def _assignment(self) -> Assignment:
        section = self.section
        attempts = section.section("attempts")
        files = section.section("files")
        found = Assignment(
            due_at_ms=instant_ms(section, "due"),
            late=self._late(section.section("late")),
            attempts_max=attempts.whole("max", 0, _ATTEMPTS),
            attempt_penalty_share=share(attempts, "penalty", 0.0),
            main=files.text("main"),
            required=files.words("required"),
            starter=self.files.pairs(files, "starter"),
            resources=self.files.pairs(files, "resources"),
            parts=PartList(self.files, FILE, self.findings, self.ceilings).parts(section),
        )
        attempts.finish()
        files.finish()
        warn_of_needs(self.findings, found.parts)
        return found

    def _late(self, section: YamlSection) -> Late:
        if self.section.node("late") is not None and self.section.node("due") is None:
            self.section.block("late", "without due nothing is late")
        penalty_share, period_ns = penalty(section, "penalty")
        late = Late(
            grace_ns=duration_ns(section, "grace", 0, _LATEST),
            penalty_share=penalty_share,
            period_ns=period_ns,
            cap_share=share(section, "at_most", 1.0),
            closes_after_ns=duration_ns(section, "closes", 0, _LATEST),
        )
        if late.closes_after_ns and late.closes_after_ns < late.grace_ns:
            section.block("closes", "comes before the time of grace ends")
        section.finish()
        return late

    def _limits(self, section: YamlSection) -> ProblemLimits:
        usual = self.ceilings.lowered(_DEFAULT)
        bound = self.ceilings.bound
        limits = msgspec.structs.replace(
            usual,
            time_limit_ns=duration_ns(section, "time", usual.time_limit_ns, bound("time_limit_ns")),
            memory_bytes=size_bytes(section, "memory", usual.memory_bytes, bound("memory_bytes")),
            output_bytes=size_bytes(section, "output", usual.output_bytes, bound("output_bytes")),
            code_bytes=size_bytes(section, "files", usual.code_bytes, bound("code_bytes")),
            compilation_time_ns=duration_ns(
                section, "compile_time", usual.compilation_time_ns, bound("compilation_time_ns")
            ),
            time_resolution_ns=MS_NS,
        )
        section.finish()
        return limits
