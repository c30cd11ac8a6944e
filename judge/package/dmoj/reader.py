"""Reads a DMOJ problem (init.yml, test files loose or in a zip) into the same Problem as our own formats.

A test is worth its points, a batch all of its points or none. Limits are those of the test submissions when there are
any, else of init.yml, else a default. Checkers that are a comparison with options, testlib checkers and interactors,
and what is written in Python for DMOJ (checkers, custom judges) and can run like any validator
(:mod:`judge.package.dmoj.guest.check`) are supported; custom judges that start the submission themselves are judge
programs (:mod:`judge.package.dmoj.guest.judge`). What would have to run inside DMOJ's own process is refused by name.

::

    init.yml -> test_cases (patterns, checker, problem_files) -> groups -> Problem
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from judge.errors import PackageError
from judge.model.problem import (
    JudgeProgram,
    NamedFiles,
    PackageFormat,
    Problem,
    ProblemLimits,
    Program,
    ScorePolicy,
    TestGroup,
    ValidatorKind,
)
from judge.package.ceilings import Ceilings
from judge.package.dmoj.checker import Asker, choose_asker, read_bridged
from judge.package.dmoj.custom_judge import CustomJudge, read_custom_judge
from judge.package.dmoj.groups import group_of
from judge.package.dmoj.judge_program import Given, judge_program_of
from judge.package.dmoj.problem_files import DmojFiles, open_files
from judge.package.dmoj.signature import NO_SIGNATURE, read_signature
from judge.package.dmoj.submissions import SubmissionReader
from judge.package.dmoj.test_cases import IGNORED_KEYS, INHERITED_KEYS, Batch, Test, TestReader, TestRules
from judge.package.files.file_names import is_plain_name
from judge.package.files.package_dir import PackageDir, is_no_document
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YAML_BYTES_MAX, parse_yaml
from judge.package.findings import Findings
from judge.package.reader import ReadOptions
from judge.text import shown

FILE = "init.yml"


class DmojReader:
    """Reads DMOJ's format."""

    title = "DMOJ"
    marker = FILE
    reads_in_place = False

    def inspect(self, directory: Path, unpacked: Path, options: ReadOptions) -> tuple[Problem, Findings]:
        """See :class:`~judge.package.reader.Reader`; an archive of tests goes into ``unpacked``.

        Raises PackageError when init.yml is no YAML or the archive is no zip.
        """
        findings = Findings()
        package = PackageDir(directory, findings, is_no_document)
        entry = package.find(FILE)
        if entry is None or entry.is_directory:
            raise PackageError("there is no such file", where=FILE)
        section = YamlSection(parse_yaml(package.read(entry, YAML_BYTES_MAX), FILE, findings), FILE, findings)
        files = open_files(package, section, findings, unpacked)
        problem = _InitFile(package, section, files, findings, options.ceilings, unpacked).problem()
        return msgspec.structs.replace(problem, diagnostics=findings.diagnostics), findings


@dataclass(frozen=True)
class _InitFile:
    """One init.yml and what it speaks of."""

    package: PackageDir
    section: YamlSection
    files: DmojFiles
    findings: Findings
    ceilings: Ceilings
    unpacked: Path

    def problem(self) -> Problem:
        """Everything together."""
        section = self.section
        self._refuse_unsupported()
        judge = read_custom_judge(section, self.files)
        interactor = self._interactor() if judge is None else None
        signature = read_signature(section, self.files) if judge is None else NO_SIGNATURE
        limits, submissions = SubmissionReader(self.package, self.files, self.findings, self.ceilings).read(section)
        entries = self._test_reader(judge, limits).entries()
        tests = [test for entry in entries for test in _tests_of(entry)]
        is_program = judge is not None and judge.is_program
        asker = Asker() if is_program else self._asker(tests, judge, interactor)
        root = _data((group_of(entries, asker),))
        section.finish((*IGNORED_KEYS, *INHERITED_KEYS, "file_io"), strict=False)
        return Problem(
            name=shown(Path(self.package.path).name),
            path=self.package.path,
            format=PackageFormat.DMOJ,
            limits=msgspec.structs.replace(limits, output_bytes=self._output_limit(tests, limits)),
            scoring=True,
            interactive=interactor is not None or (judge is not None and judge.interactive),
            languages=signature.languages,
            root=root,
            judge_program=self._judge_program(judge, entries, root, limits) if judge and is_program else None,
            validator_kind=asker.kind,
            output_validator=asker.program,
            validator_reads_source=bool(asker.scripts or asker.judge),
            include=signature.include,
            preambles=signature.preambles,
            named_files=self._named_files(),
            submissions=submissions,
        )

    def _judge_program(
        self, judge: CustomJudge, entries: Sequence[Test | Batch], root: TestGroup, limits: ProblemLimits
    ) -> JudgeProgram:
        if any(test.checker.native for entry in entries for test in _tests_of(entry)):
            self.section.block("checker", "a native checker beside a custom judge is not supported")
        if self.section.node("file_io") is not None:
            self.section.block("file_io", "beside a custom judge that starts submissions itself is not supported")
        given = Given(shown(Path(self.package.path).name), self.section.mapping, self.files, self.unpacked)
        return judge_program_of(judge, entries, root, limits, given)

    def _refuse_unsupported(self) -> None:
        for key in self.section.mapping.values:
            if key.endswith("+"):
                self.section.block(key, "would have to be computed inside DMOJ's judge; not supported")
        for key in ("grader", "communication"):
            if self.section.node(key) is not None:
                self.section.block(key, "would have to run inside DMOJ's judge; not supported")

    def _interactor(self) -> Program | None:
        if "interactive" not in self.section:
            return None
        return read_bridged(self.section.section("interactive"), self.files)

    def _test_reader(self, judge: CustomJudge | None, limits: ProblemLimits) -> TestReader:
        rules = TestRules(
            needs_answers=not any(key in self.section for key in ("custom_judge", "grader", "interactive")),
            reads_answers=judge is None or judge.reads_answers,
            output_bytes=limits.output_bytes,
            ceilings=self.ceilings,
        )
        return TestReader(self.section, self.files, self.findings, rules)

    def _asker(self, tests: Sequence[Test], judge: CustomJudge | None, interactor: Program | None) -> Asker:
        if interactor is None:
            return choose_asker([test.checker for test in tests], judge, self.section)
        kind = self.section.section("interactive").text("type", "default")
        with_output = kind == "testlib"
        means = ValidatorKind.TESTLIB if with_output else ValidatorKind.TESTLIB_WITHOUT_OUTPUT
        return Asker(kind=means, program=interactor)

    def _output_limit(self, tests: Sequence[Test], limits: ProblemLimits) -> int:
        """One for all tests: the largest, with a warning when they differ."""
        given = {test.output_bytes for test in tests}
        if len(given) > 1:
            self.findings.warning(
                FILE, f"tests have different limits; {max(given)} bytes are used for all", key="output_limit_length"
            )
        return max(given, default=limits.output_bytes)

    def _named_files(self) -> NamedFiles:
        """``file_io``: names of files that stand for standard input and output."""
        section = self.section.section("file_io")
        names = {key: section.text(key) for key in ("input", "output")}
        section.finish(strict=False)
        for key, name in names.items():
            if name and not is_plain_name(name):
                section.block(key, f"{shown(name)[:80]!r} is no name of a file")
        return NamedFiles(input=names["input"], output=names["output"])


def _tests_of(entry: Test | Batch) -> tuple[Test, ...]:
    return entry.tests if isinstance(entry, Batch) else (entry,)


def _data(groups: tuple[TestGroup]) -> TestGroup:
    policy = ScorePolicy(on_reject_break=False, ignore_sample=True)
    return TestGroup(name="data", policy=policy, groups=groups, order=("secret",))
