"""DMOJ's tests as init.yml lists them: single ones and batches, each with what it inherits; no groups of ours yet.

A key that a test does not give is that of its batch, else that of the problem, as in DMOJ.
Source: DMOJ's documentation, "Problem format".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.model.problem import Generator, Program
from judge.model.units import KIB, S_NS
from judge.package.ceilings import Ceilings
from judge.package.dmoj.checker import Checker, check_flags, language_of_executor, read_checker
from judge.package.dmoj.patterns import cases_by_pattern
from judge.package.dmoj.problem_files import DmojFiles
from judge.package.files.yaml_section import YamlSection, number_of
from judge.package.files.yaml_tree import YamlMapping, YamlNode, YamlSequence
from judge.package.findings import Findings
from judge.package.kattis.program_files import inner_name
from judge.text import shown

#: Keys of tests that no verdict depends on here.
IGNORED_KEYS = (
    "hints", "output_prefix_length", "unbuffered", "wall_time_factor", "meta", "symlinks",
    "short_circuit",
)  # fmt: skip

#: Keys that tests may inherit from where they stand.
INHERITED_KEYS = (
    "in",
    "out",
    "points",
    "checker",
    "checker_args",
    "output_limit_length",
    "generator",
    "generator_args",
    "binary_data",
)


@dataclass(frozen=True)
class Test:
    """One test. ``position`` counts from 0 over all tests, ``batch`` is the batch's number or 0.

    Paths are empty for what the generator makes.
    """

    __test__ = False

    position: int
    batch: int
    points: float
    input_path: str
    answer_path: str
    checker: Checker
    output_bytes: int
    is_binary: bool = False
    generator: Generator | None = None


@dataclass(frozen=True)
class Batch:
    """Tests that are worth ``points`` together. ``dependencies``: numbers of earlier batches that must be passed."""

    number: int
    points: float
    tests: tuple[Test, ...]
    dependencies: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TestRules:
    """What holds for all tests of a problem.

    ``needs_answers`` False: a test without ``out`` is complete; ``reads_answers`` False: so is one whose ``out`` is not
    there. ``output_bytes``: the limit where a test gives none.
    """

    __test__ = False

    needs_answers: bool
    reads_answers: bool
    output_bytes: int
    ceilings: Ceilings


class TestReader:
    """Reads the tests of one problem."""

    __test__ = False

    def __init__(self, top: YamlSection, files: DmojFiles, findings: Findings, rules: TestRules) -> None:
        self._top = top
        self._files = files
        self._findings = findings
        self._rules = rules
        self._tests = 0
        self._batches = 0

    def entries(self) -> tuple[Test | Batch, ...]:
        """Pretests first, worth nothing; then the tests, by list or by pattern."""
        node = self._top.node("test_cases")
        if not isinstance(node, YamlSequence):
            if node is not None and not isinstance(node, YamlMapping):
                self._top.block("test_cases", "expected a list of test cases, or a map of patterns for file names")
            patterns = node if isinstance(node, YamlMapping) else None
            node = cases_by_pattern(patterns, self._files.names_of_tests, self._top, self._findings)
        tests = self._read(node, "test_cases")
        if not tests:
            self._top.block("test_cases", "there are no test cases")
        return (*self._pretests(), *tests)

    def _pretests(self) -> tuple[Test | Batch, ...]:
        node = self._top.node("pretest_test_cases")
        if node is None:
            return ()
        if not isinstance(node, YamlSequence):
            self._top.block("pretest_test_cases", "expected a list of test cases")
            return ()
        return self._read(node, "pretest_test_cases", worthless=True)

    def _read(self, node: YamlSequence, key: str, *, worthless: bool = False) -> tuple[Test | Batch, ...]:
        return tuple(self._entry(item, f"{key}.", worthless) for item in node.items)

    def _entry(self, node: YamlNode, prefix: str, worthless: bool) -> Test | Batch:
        section = self._section(node, prefix)
        batched = section.node("batched")
        if batched is None:
            return self._test((section, self._top), 0, worthless)
        self._batches += 1
        number = self._batches
        items = batched.items if isinstance(batched, YamlSequence) else ()
        if not items:
            section.block("batched", "expected a list of test cases")
        tests = []
        for item in items:
            inner = self._section(item, f"{prefix}batched.")
            if "batched" in inner:
                inner.block("batched", "a batch must not hold another one")
            tests.append(self._test((inner, section, self._top), number, worthless))
        dependencies = self._dependencies(section, number)
        section.finish((*IGNORED_KEYS, *INHERITED_KEYS), strict=False)
        return Batch(number, 0.0 if worthless else self._points((section, self._top)), tuple(tests), dependencies)

    def _section(self, node: YamlNode, prefix: str) -> YamlSection:
        return YamlSection(node, self._top.file, self._findings, prefix)

    def _dependencies(self, section: YamlSection, number: int) -> tuple[int, ...]:
        words = section.words("dependencies")
        if not all(word.isdigit() and 0 < int(word[:9]) < number for word in words):
            section.block("dependencies", "expected numbers of earlier batches")
            return ()
        return tuple(int(word) for word in words)

    def _test(self, scope: Sequence[YamlSection], batch: int, worthless: bool) -> Test:
        position, self._tests = self._tests, self._tests + 1
        own = scope[0]
        for section in scope[:-1]:
            for key in ("custom_judge", "signature_grader", "interactive"):
                if key in section:
                    section.block(key, "is not supported for single tests")
        generator = self._generator(scope)
        test = Test(
            position=position,
            batch=batch,
            points=0.0 if worthless else self._points(scope),
            input_path=self._input(scope, generator),
            answer_path=self._answer(scope, generator),
            checker=read_checker(_giving("checker", scope), self._files, self._findings),
            output_bytes=self._limit(scope),
            is_binary=self._binary(scope),
            generator=generator,
        )
        own.finish(IGNORED_KEYS, strict=False)
        return test

    def _points(self, scope: Sequence[YamlSection]) -> float:
        return _giving("points", scope).score("points", 1.0, at_least=0)

    def _limit(self, scope: Sequence[YamlSection]) -> int:
        section = _giving("output_limit_length", scope)
        return self._amount(section, "output_limit_length", 1, "output_bytes") or self._rules.output_bytes

    def _amount(self, section: YamlSection, key: str, unit: int, field: str) -> int:
        """A limit in ns or bytes; 0 when it is not given, or given as 0."""
        node = section.node(key)
        if node is None or number_of(node) == 0:
            return 0
        return section.amount(key, 0, unit, self._rules.ceilings.bound(field))

    def _binary(self, scope: Sequence[YamlSection]) -> bool:
        return _giving("binary_data", scope).boolean("binary_data", False)

    def _input(self, scope: Sequence[YamlSection], generator: Generator | None) -> str:
        section = _giving("in", scope)
        name = section.text("in")
        if name:
            return self._files.test_data(name, section, "in", binary=self._binary(scope))
        return "" if generator else self._files.empty()

    def _answer(self, scope: Sequence[YamlSection], generator: Generator | None) -> str:
        section = _giving("out", scope)
        name = section.text("out")
        if name and not self._rules.reads_answers and not self._files.has(name):
            section.warning("out", f"there is no file {shown(name)[:200]!r}; the judge in Python finds an empty answer")
            return self._files.empty()
        if name:
            return self._files.test_data(name, section, "out", binary=self._binary(scope))
        if generator:
            return ""
        if self._rules.needs_answers and _giving("checker", scope).node("checker") is None:
            scope[0].block_at(scope[0].mapping.line, "out", "is missing")
        return self._files.empty()

    def _generator(self, scope: Sequence[YamlSection]) -> Generator | None:
        """What makes the files that the test does not name; none is run when it names both."""
        section = _giving("generator", scope)
        node = section.node("generator")
        if node is None or all(_giving(key, scope).node(key) for key in ("in", "out")):
            return None
        args = _giving("generator_args", scope).words("generator_args")
        if not isinstance(node, YamlMapping):
            return Generator(program=self._program(section, "generator"), args=args)
        details = section.section("generator")
        program = self._program(details, "source" if "source" in details else "name", details.text("language"))
        check_flags(details)
        args = args or details.words("args")
        time_limit_ns = self._amount(details, "time_limit", S_NS, "validation_time_ns")
        memory_bytes = self._amount(details, "memory_limit", KIB, "validation_memory_bytes")
        details.finish(("compiler_time_limit",))
        return Generator(program=program, args=args, time_limit_ns=time_limit_ns, memory_bytes=memory_bytes)

    def _program(self, section: YamlSection, key: str, executor: str = "") -> Program:
        names = (
            section.words_of(node, key) if isinstance(node := section.node(key), YamlSequence) else (section.text(key),)
        )
        if not any(names):
            section.block(key, "names no source file")
        files = tuple((inner_name(Path(name).name), self._files.path(name, section, key)) for name in names if name)
        return Program(name=names[0] if names else "", files=files, language=language_of_executor(executor))


def _giving(key: str, scope: Sequence[YamlSection]) -> YamlSection:
    """The nearest mapping that gives the key; the outermost when none does."""
    return next((section for section in scope if section.node(key) is not None), scope[-1])
