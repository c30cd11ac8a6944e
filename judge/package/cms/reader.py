"""Reads a task of CMS in the Italian format (task.yaml, gen/GEN, input/, output/, check/, sol/) into the same Problem
as our own formats.

The task's type follows from its files, as CMS's own loader has it: ``output_only`` makes an OutputOnly task, a manager
in check/ a Communication task, sol/manager.* (or ``task_type: TwoSteps``) one of two steps, all else is Batch, with a
grader where sol/ has one.

::

    task.yaml -> gen_file, score_type -> test_files -> groups -> Problem
                 programs
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from judge.errors import PackageError
from judge.model.problem import (
    STANDARD_STREAMS,
    Copies,
    ExpectedResult,
    JurySubmission,
    NamedFiles,
    PackageFormat,
    Problem,
    ProblemLimits,
    TestGroup,
    ValidatorKind,
)
from judge.model.units import MIB, S_NS
from judge.package.ceilings import Bound, Ceilings
from judge.package.cms.gen_file import FILE as GEN
from judge.package.cms.gen_file import GenFile, read_gen
from judge.package.cms.groups import data_of
from judge.package.cms.programs import Include, TaskPrograms, languages_of
from judge.package.cms.score_type import read_score_type
from judge.package.cms.test_files import TestFiles
from judge.package.files.file_names import is_plain_name
from judge.package.files.package_dir import PackageDir, is_no_document
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YAML_BYTES_MAX, YamlSequence, parse_yaml
from judge.package.findings import Findings
from judge.package.reader import ReadOptions
from judge.text import shown

#: CMS limits nothing where a task gives no limit.
_DEFAULT = ProblemLimits(time_limit_ns=10 * S_NS, memory_bytes=1024 * MIB, output_bytes=64 * MIB)
#: As many as a manager has descriptors for, two a process.
_PROCESSES = Bound(1, 8)
_TESTS = Bound(0, 10_000)
_TYPES = ("", "Batch", "Communication", "OutputOnly", "TwoSteps")
_INPUT, _OUTPUT = "input.txt", "output.txt"
_STATEMENTS = ("statement", "testo")

#: Keys that no verdict depends on here: what is shown, how submissions of one user are counted, what tools make of it.
_IGNORED_KEYS = (
    "score_mode", "score_precision", "feedback_level", "primary_language", "version", "type", "auxiliary",
    "max_submission_number", "max_user_test_number", "min_submission_interval", "min_user_test_interval",
)  # fmt: skip
#: What newer versions of CMS know besides, and would change verdicts.
_REFUSED_KEYS = ("output_only_testcases", "output_optional_testcases", "exponent")
_IGNORED = re.compile(r"token_\w+")


@dataclass(frozen=True)
class CmsReader:
    """Reads the Italian format."""

    marker: str = "task.yaml"
    title = "CMS, Italian format"
    reads_in_place = True

    def inspect(self, directory: Path, unpacked: Path, options: ReadOptions) -> tuple[Problem, Findings]:
        """See :class:`~judge.package.reader.Reader`. Raises PackageError when task.yaml is no YAML."""
        findings = Findings()
        package = PackageDir(directory, findings, is_no_document)
        entry = package.find(self.marker)
        if entry is None or entry.is_directory:
            raise PackageError("there is no such file", where=self.marker)
        node = parse_yaml(package.read(entry, YAML_BYTES_MAX), self.marker, findings)
        section = YamlSection(node, self.marker, findings)
        problem = _Task(package, section, findings, options.ceilings).problem()
        return msgspec.structs.replace(problem, diagnostics=findings.diagnostics), findings


@dataclass(frozen=True)
class _Task:
    """One task.yaml and what lies beside it."""

    package: PackageDir
    section: YamlSection
    findings: Findings
    ceilings: Ceilings

    def problem(self) -> Problem:
        """Everything together."""
        kind = self._type
        checker = self._programs.manager if kind == "Communication" else self._programs.checker
        stem = {"Communication": "stub", "TwoSteps": "manager"}.get(kind, "grader")
        has_stub = kind != "OutputOnly" and self._programs.has_stub(stem)
        include = self._programs.include(stem) if has_stub else ()
        name = self._text("name", "nome_breve") or shown(Path(self.package.path).name)
        problem = Problem(
            name=name,
            path=self.package.path,
            format=PackageFormat.CMS,
            title=self._text("title", "nome"),
            limits=self._limits(kind),
            scoring=True,
            interactive=kind == "Communication",
            submit_answer=kind == "OutputOnly",
            languages=tuple(language for language, _ in include),
            root=self._data(kind, include),
            validator_kind=ValidatorKind.CMS if checker else ValidatorKind.DEFAULT,
            output_validator=checker,
            include=include,
            named_files=self._named_files() if kind == "Batch" else STANDARD_STREAMS,
            copies=self._copies(kind, has_stub=has_stub),
            source_name=name if has_stub and is_plain_name(name) else "",
            entry=stem if has_stub else "",
            submissions=self._solutions(kind, include),
        )
        self._check_statement()
        self._finish()
        return problem

    @cached_property
    def _programs(self) -> TaskPrograms:
        return TaskPrograms(self.package)

    @cached_property
    def _gen(self) -> GenFile:
        entry = self.package.find(GEN)
        if entry is None or entry.is_directory:
            return GenFile()
        return read_gen(self.package.read(entry, YAML_BYTES_MAX), self.findings)

    @cached_property
    def _type(self) -> str:
        declared = self.section.choice("task_type", _TYPES, "")
        if declared:
            return declared
        if self.section.boolean("output_only", False):
            return "OutputOnly"
        if self._programs.manager is not None:
            return "Communication"
        return "TwoSteps" if self._programs.has_stub("manager") else "Batch"

    def _solutions(self, kind: str, include: Include) -> tuple[JurySubmission, ...]:
        """What is called a solution is right, unless nothing of its language is there to be compiled with it."""
        found = self._programs.solutions(of_files=kind in ("OutputOnly", "TwoSteps"))
        known = {language for language, _ in include}
        if not known:
            return found
        return tuple(
            one
            if known.intersection(languages_of(one.program))
            else msgspec.structs.replace(one, expected=ExpectedResult(), labelled=False)
            for one in found
        )

    def _text(self, *keys: str) -> str:
        """The first of these keys that is there; the later ones are older names."""
        return next((text for text in (self.section.text(key) for key in keys) if text), "")

    def _key(self, *keys: str) -> str:
        given = [key for key in keys if self.section.node(key) is not None]
        return given[0] if given else keys[0]

    def _copies(self, kind: str, *, has_stub: bool) -> Copies | None:
        count = self.section.whole("num_processes", 1, _PROCESSES)
        choice = self.section.choice("user_io", ("", "std_io", "fifo_io"), "")
        if kind == "TwoSteps":
            return Copies(count=2, by_path=True, two_steps=True)
        if kind != "Communication":
            return None
        return Copies(count=count, by_path=choice == "fifo_io" or (not choice and has_stub))

    def _limits(self, kind: str) -> ProblemLimits:
        default = self.ceilings.lowered(_DEFAULT)
        time_key, memory_key = self._key("time_limit", "timeout"), self._key("memory_limit", "memlimit")
        bound = self.ceilings.bound
        limits = msgspec.structs.replace(
            default,
            time_limit_ns=self.section.amount(time_key, default.time_limit_ns, S_NS, bound("time_limit_ns")),
            memory_bytes=self.section.amount(memory_key, default.memory_bytes, MIB, bound("memory_bytes")),
        )
        if kind != "OutputOnly" and self.section.node(time_key) is None:
            self.findings.warning(
                self.section.file, f"gives no time limit: {limits.time_limit_ns / S_NS:g} s are assumed", key=time_key
            )
        return limits

    def _data(self, kind: str, include: Include) -> TestGroup:
        count = self._count()
        files = TestFiles(
            package=self.package,
            findings=self.findings,
            gen=self._gen,
            generator=self._programs.generator,
            solver=self._programs.solver(include) if kind == "Batch" else None,
            needs_answers=kind != "Communication",
        )
        cases = files.cases(count, self._public(count))
        return data_of(cases, read_score_type(self.section, self._gen, count))

    def _count(self) -> int:
        """How many tests there are; CMS believes gen/GEN and n_input alike."""
        key = self._key("n_input", "n_test")
        given = self.section.whole(key, -1, _TESTS)
        count = len(self._gen.tests) or given
        if count > _TESTS.most:
            self.findings.block(GEN, f"has {count} tests; at most {_TESTS.most} are taken")
            return 0
        if count < 0:
            inputs = {entry.name for entry in self.package.entries("input")}
            count = next(number for number in range(len(inputs) + 1) if f"input{number}.txt" not in inputs)
        elif 0 <= given != count:
            self.section.block(key, f"says {given} tests, but {GEN} has {count}")
        if count == 0:
            self.section.block(key, "there are no tests")
        return count

    def _public(self, count: int) -> frozenset[int]:
        key = self._key("public_testcases", "risultati")
        listed = isinstance(self.section.node(key), YamlSequence)
        text = ",".join(self.section.words(key)) if listed else self.section.text(key)
        if text.strip() == "all":
            return frozenset(range(count))
        words = [word.strip() for word in text.split(",") if word.strip()]
        if not all(re.fullmatch("[0-9]{1,6}", word) and int(word) < count for word in words):
            self.section.error(key, f"expected numbers of tests below {count}, or all")
            return frozenset()
        return frozenset(int(word) for word in words)

    def _named_files(self) -> NamedFiles:
        """What CMS calls input and output; empty = the standard streams, which work under other names, too."""
        names = [self.section.text(key, default) for key, default in (("infile", _INPUT), ("outfile", _OUTPUT))]
        for key, name in zip(("infile", "outfile"), names, strict=True):
            if name and not is_plain_name(name):
                self.section.block(key, f"{shown(name)[:80]!r} is no name of a file")
        return NamedFiles(input=names[0], output=names[1])

    def _check_statement(self) -> None:
        if not any(self.package.entries(directory) for directory in _STATEMENTS):
            self.findings.warning(_STATEMENTS[0], "there is no statement (statement/statement.pdf)")

    def _finish(self) -> None:
        for key in _REFUSED_KEYS:
            if self.section.node(key) is not None:
                self.section.block(key, "is not supported")
        known = [key for key in self.section.mapping.values if _IGNORED.fullmatch(key)]
        self.section.finish((*_IGNORED_KEYS, *known, "infile", "outfile"), strict=False)
