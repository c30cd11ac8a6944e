"""The tests of a CMS task: ``input/inputN.txt`` and ``output/outputN.txt``, or what makes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from judge.model.compare_flags import CompareFlags
from judge.model.problem import Generator, Program, TestCase
from judge.package.cms.gen_file import FILE as GEN
from judge.package.cms.gen_file import GenFile, GenTest
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.findings import Findings
from judge.text import shown

#: CMS's white-diff: the same words on the same lines.
WHITE_DIFF = CompareFlags(case_sensitive=True, line_sensitive=True, empty_lines_count=True)


@dataclass(frozen=True)
class TestFiles:
    """Reads the tests. ``needs_answers`` False: a test without an output is complete."""

    __test__ = False

    package: PackageDir
    findings: Findings
    gen: GenFile
    generator: Program | None
    solver: Program | None
    needs_answers: bool

    def cases(self, count: int, public: Collection[int]) -> tuple[TestCase, ...]:
        """The tests by their numbers, still without names. ``public``: those that contestants may see."""
        return tuple(self._case(number, public=number in public) for number in range(count))

    def _case(self, number: int, *, public: bool) -> TestCase:
        made = self.gen.tests[number] if number < len(self.gen.tests) else None
        input_path, generator = self._input(f"input/input{number}.txt", made)
        answer_path, solver = self._answer(f"output/output{number}.txt")
        return TestCase(
            name="",
            input_path=input_path,
            answer_path=answer_path,
            generator=generator,
            solver=solver,
            compare=WHITE_DIFF,
            full_feedback=public,
            description=shown(" ".join(made.args)) if made else "",
        )

    def _input(self, name: str, made: GenTest | None) -> tuple[str, Generator | None]:
        entry = self._file(name)
        if entry is None and made is not None and made.copy:
            entry = self._file(made.copy)
            if entry is None:
                self.findings.block(GEN, f"there is no file {shown(made.copy)[:200]!r}", line=made.line, key="COPY")
                return "", None
        if entry is not None:
            return entry.path, None
        if made is not None and self.generator is not None:
            return "", Generator(program=self.generator, args=made.args, answers=False)
        self.findings.block(name, "is missing, and so is a generator in gen/ that would make it")
        return "", None

    def _answer(self, name: str) -> tuple[str, Generator | None]:
        entry = self._file(name)
        if entry is not None:
            return entry.path, None
        if not self.needs_answers:
            return "", None
        if self.solver is None:
            self.findings.block(name, "is missing, and so is a solution in sol/ that would make it")
            return "", None
        return "", Generator(program=self.solver)

    def _file(self, name: str) -> Entry | None:
        if name.startswith("/") or ".." in name.split("/"):
            return None
        entry = self.package.find(name)
        return None if entry is None or entry.is_directory else entry
