"""Importer: a Polygon package (problem.xml, testlib programs) -> the same Problem as our own formats.

Tests keep Polygon's numbers as their names. A standard package has neither generated tests nor answers: its
generators and its main solution make them, as its own doall script would. Points make it a scoring problem under the
rules of 2025-09: a group with points-policy complete-group gets the minimum of its tests, one with each-test their
sum. The checker is a testlib program; in an interactive problem it is asked about what the interactor wrote, once that
accepts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from judge.errors import PackageError
from judge.model.problem import (
    ExpectedResult,
    Generator,
    JurySubmission,
    NamedFiles,
    PackageFormat,
    Problem,
    ProblemLimits,
    Program,
    ScoreAggregation,
    ScorePolicy,
    TestCase,
    TestGroup,
    ValidatorKind,
)
from judge.model.units import MIB, MS_NS
from judge.model.verdict import Verdict
from judge.package.ceilings import DEFAULT_CEILINGS, SCORE_MAX, Bound, Ceilings
from judge.package.files.file_names import is_plain_name, shown
from judge.package.files.line_ends import has_windows_lines, with_normal_lines
from judge.package.files.package_dir import Entry, PackageDir, is_no_document
from judge.package.files.xml_tree import XML_BYTES_MAX, Element, parse_xml
from judge.package.files.yaml_section import split_words
from judge.package.findings import Findings
from judge.package.kattis.program_files import inner_name
from judge.package.kattis.verdict_labels import REJECTED, meaning

FILE = "problem.xml"
_PATTERN = re.compile(r"[^%]*%(?:0?[0-9]{1,2})?d[^%]*")
_HEADER_TYPES = ("h.", "hpp.")
_OUTPUT_BYTES = 64 * MIB

_ACCEPTED = (Verdict.AC,)
#: solution tag -> allowed verdicts.
_TAGS: dict[str, tuple[Verdict, ...]] = {
    "main": _ACCEPTED,
    "accepted": _ACCEPTED,
    "rejected": REJECTED,
    "wrong-answer": meaning(["WA"]),
    "presentation-error": meaning(["WA"]),
    "time-limit-exceeded": meaning(["TLE"]),
    "time-limit-exceeded-or-accepted": (Verdict.AC, *meaning(["TLE"])),
    "time-limit-exceeded-or-memory-limit-exceeded": (*meaning(["TLE"]), Verdict.MLE),
    "memory-limit-exceeded": (Verdict.MLE,),
    "failed": meaning(["RTE"]),
}
#: The beginning of Polygon's language types -> our language ids; longest first where one begins another.
_LANGUAGES = (
    ("cpp", "cpp"), ("c.", "c"), ("java", "java"), ("kotlin", "kotlin"), ("python.pypy", "pypy3"),
    ("python.3", "python3"), ("python.2", "python2"), ("pas", "pascal"), ("go", "go"), ("rust", "rust"),
    ("csharp", "csharp"), ("haskell", "haskell"), ("d", "d"), ("js", "javascript"), ("ruby", "ruby"),
)  # fmt: skip


def inspect_polygon(directory: Path, scratch: Path, ceilings: Ceilings = DEFAULT_CEILINGS) -> tuple[Problem, Findings]:
    """The problem and what is wrong with it; ``scratch``: an empty directory for copies of tests.

    Raises PackageError when problem.xml is no XML or has no tests.
    """
    findings = Findings()
    package = PackageDir(directory, findings, is_no_document)
    entry = package.find(FILE)
    if entry is None or entry.is_directory:
        raise PackageError("there is no such file", where=FILE)
    importer = _Importer(package, findings, parse_xml(package.read(entry, XML_BYTES_MAX), FILE), scratch, ceilings)
    problem = importer.problem()
    return msgspec.structs.replace(problem, diagnostics=findings.diagnostics), findings


def language_of_type(polygon_type: str) -> str:
    """Our language id for "cpp.g++17" and the like; empty = detect it."""
    return next((ours for prefix, ours in _LANGUAGES if polygon_type.startswith(prefix)), "")


@dataclass(frozen=True)
class _Test:
    """One test with its place in problem.xml."""

    case: TestCase
    group: str
    points: float


class _Importer:
    def __init__(
        self, package: PackageDir, findings: Findings, root: Element, scratch: Path, ceilings: Ceilings
    ) -> None:
        self._ceilings = ceilings
        self._package = package
        self._findings = findings
        self._root = root
        self._scratch = scratch
        self._executables = {
            Path(source.get("path")).stem: source for source in root.all("files/executables/executable/source")
        }
        testsets = list(root.all("judging/testset"))
        if not testsets:
            raise PackageError("has no judging/testset", where=FILE)
        self._testset = next((one for one in testsets if one.get("name") == "tests"), testsets[0])

    def problem(self) -> Problem:
        """Everything together."""
        tests = self._tests()
        groups = list(self._testset.all("groups/group"))
        scoring = bool(groups) or any("points" in one.attributes for one in self._testset.all("tests/test"))
        interactor = self._asset("assets/interactor")
        checker = self._asset("assets/checker")
        validator = interactor or checker
        if validator is None:
            self._findings.warning(FILE, "has no checker: outputs are compared token by token", key="assets")
        return Problem(
            name=self._root.get("short-name") or shown(Path(self._package.path).name),
            path=self._package.path,
            format=PackageFormat.F2025_09,
            title=self._title(),
            limits=self._limits(),
            scoring=scoring,
            free_award=True,
            interactive=interactor is not None,
            root=self._data(tests, groups, scoring),
            validator_kind=ValidatorKind.TESTLIB if validator else ValidatorKind.DEFAULT,
            output_validator=validator,
            further_output_validators=(checker,) if interactor and checker else (),
            input_validators=self._validators(),
            include=self._stubs(),
            named_files=self._named_files(),
            submissions=self._solutions(),
        )

    def _title(self) -> str:
        names = {one.get("language"): one.get("value") for one in self._root.all("names/name")}
        return names.get("english", next(iter(names.values()), ""))

    def _limits(self) -> ProblemLimits:
        default = self._ceilings.lowered(ProblemLimits(output_bytes=_OUTPUT_BYTES))
        return msgspec.structs.replace(
            default,
            time_limit_ns=self._amount("time-limit", MS_NS, self._ceilings.bound("time_limit_ns")),
            memory_bytes=self._amount("memory-limit", 1, self._ceilings.bound("memory_bytes")),
        )

    def _named_files(self) -> NamedFiles:
        judging = self._root.first("judging")
        if judging is None:
            return NamedFiles()
        names = [judging.get("input-file"), judging.get("output-file")]
        for name in names:
            if name and not is_plain_name(name):
                self._findings.block(
                    FILE, f"{shown(name)[:80]!r} is no name of a file", line=judging.line, key="judging"
                )
        return NamedFiles(input=names[0], output=names[1])

    def _amount(self, tag: str, unit: int, bound: Bound) -> int:
        """A whole number of ``unit`` ns or bytes, in ns or bytes."""
        text = self._testset.text_of(tag)
        complaint = f"expected a positive whole number, not {text[:40]!r}"
        if re.fullmatch(r"[0-9]{1,300}", text):
            complaint = bound.complaint(int(text) * unit, unit)
        if not complaint:
            return int(text) * unit
        self._findings.block(FILE, complaint, line=self._testset.line, key=tag)
        return bound.least

    def _tests(self) -> list[_Test]:
        inputs = self._testset.text_of("input-path-pattern")
        answers = self._testset.text_of("answer-path-pattern")
        for pattern in (inputs, answers):
            if not _PATTERN.fullmatch(pattern):
                raise PackageError(
                    f"{pattern[:80]!r} is no pattern of file names", where=f"{FILE}:{self._testset.line}"
                )
        elements = list(self._testset.all("tests/test"))
        if not elements:
            raise PackageError("has no tests", where=f"{FILE}:{self._testset.line}: tests")
        width = len(str(len(elements)))
        return [self._test(one, i, inputs % i, answers % i, width) for i, one in enumerate(elements, 1)]

    def _test(self, element: Element, index: int, input_name: str, answer_name: str, width: int) -> _Test:
        group = element.get("group")
        name = "/".join(filter(None, ["secret", group.replace("/", "_"), f"{index:0{width}d}"]))
        input_path, generator = self._input(input_name, element)
        answer_path, solver = self._answer(answer_name, element.line)
        told = ("--testset", self._testset.get("name", "tests"), *(("--group", group) if group else ()))
        case = TestCase(
            name=name,
            input_path=input_path,
            answer_path=answer_path,
            generator=generator,
            solver=solver,
            input_validator_args=(("", told),),
            full_feedback=element.get("sample") == "true",
            description=element.get("cmd") or element.get("description"),
        )
        return _Test(case, group, self._points(element))

    def _input(self, name: str, element: Element) -> tuple[str, Generator | None]:
        """The input's file, or the generator that writes it."""
        words = split_words(element.get("cmd"))
        source = self._executables.get(words[0]) if words else None
        if self._find(name) or source is None or element.get("method") != "generated":
            return self._lines(self._path(name, element.line, "unpack the full package, or run its doall script")), None
        return "", Generator(program=self._program(source), args=words[1:], answers=False)

    def _answer(self, name: str, line: int) -> tuple[str, Generator | None]:
        """The answer's file, or the main solution that writes it; an interactor has to do without."""
        if self._find(name):
            return self._lines(self._path(name, line)), None
        if self._root.first("assets/interactor") is not None:
            return "", None
        if self._solver is None:
            return self._path(name, line, "unpack the full package, or run its doall script"), None
        return "", self._solver

    @cached_property
    def _solver(self) -> Generator | None:
        """The main solution, with what is compiled with it."""
        main = next((one for one in self._root.all("assets/solutions/solution") if one.get("tag") == "main"), None)
        source = main.first("source") if main else None
        if source is None:
            return None
        program = self._solution(source)
        stubs = dict(self._stubs()).get(program.language, ())
        return Generator(program=msgspec.structs.replace(program, files=(*program.files, *stubs)))

    def _lines(self, path: str) -> str:
        """Tests of packages made for Windows get the line ends that programs have here."""
        return with_normal_lines(path, self._scratch) if path and has_windows_lines(path) else path

    def _points(self, element: Element) -> float:
        text = element.get("points", "0")
        try:
            points = float(text)
        except ValueError:
            points = -1.0
        if not 0 <= points <= SCORE_MAX:
            self._findings.block(FILE, f"expected points, not {text[:40]!r}", line=element.line, key="points")
            return 0.0
        return points

    def _path(self, name: str, line: int, advice: str = "") -> str:
        entry = self._find(name)
        if entry is None:
            hint = f" ({advice})" if advice else ""
            self._findings.block(FILE, f"names {shown(name)[:200]!r}, which is no file of the package{hint}", line=line)
            return ""
        return entry.path

    def _find(self, name: str) -> Entry | None:
        entry = self._package.find(name) if not name.startswith("/") and ".." not in name.split("/") else None
        return None if entry is None or entry.is_directory else entry

    def _data(self, tests: list[_Test], groups: list[Element], scoring: bool) -> TestGroup:
        declared = {group.get("name"): group for group in groups}
        names = list(dict.fromkeys([*declared, *(test.group for test in tests if test.group)]))
        children = [self._group(name, declared.get(name), tests) for name in names]
        children = [child for child in children if child.cases]
        loose = tuple(self._scored(test) for test in tests if not test.group)
        secret = TestGroup(
            name="secret",
            policy=_policy(scoring, ScoreAggregation.SUM),
            groups=tuple(children),
            cases=loose,
            order=(*(child.name for child in children), *(case.name for case in loose)),
        )
        return TestGroup(
            name="data",
            policy=ScorePolicy(on_reject_break=not scoring, ignore_sample=scoring),
            groups=(secret,),
            order=("secret",),
        )

    def _group(self, name: str, element: Element | None, tests: list[_Test]) -> TestGroup:
        members = [test for test in tests if test.group == name]
        complete = element is not None and element.get("points-policy") == "complete-group"
        points = sum(test.points for test in members)
        if element is not None and element.get("points"):
            points = self._points(element) or points
        required = tuple(
            f"secret/{one.get('group').replace('/', '_')}"
            for one in (element.all("dependencies/dependency") if element else ())
        )
        policy = _policy(True, ScoreAggregation.MIN if complete else ScoreAggregation.SUM, points if complete else None)
        cases = tuple(
            msgspec.structs.replace(test.case, max_score=points) if complete else self._scored(test) for test in members
        )
        return TestGroup(
            name=f"secret/{name.replace('/', '_')}",
            policy=msgspec.structs.replace(policy, required_groups=required),
            cases=cases,
            order=tuple(case.name for case in cases),
        )

    def _scored(self, test: _Test) -> TestCase:
        return msgspec.structs.replace(test.case, max_score=test.points)

    def _asset(self, path: str) -> Program | None:
        element = self._root.first(path)
        source = element.first("source") if element else None
        return self._program(source) if source is not None else None

    def _program(self, source: Element) -> Program:
        """A testlib program: its source and the headers among the package's resources."""
        name = source.get("path")
        files = [(inner_name(Path(name).name), self._path(name, source.line))]
        for resource in self._root.all("files/resources/file"):
            header = resource.get("path")
            if resource.get("type").startswith(_HEADER_TYPES) or header.endswith((".h", ".hpp")):
                files.append((inner_name(Path(header).name), self._path(header, resource.line)))
        return Program(
            name=shown(name), files=tuple(dict(files).items()), language=language_of_type(source.get("type"))
        )

    def _validators(self) -> tuple[Program, ...]:
        return tuple(self._program(source) for source in self._root.all("assets/validators/validator/source"))

    def _stubs(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Resources that are compiled with solutions, by language."""
        stubs: dict[str, dict[str, str]] = {}
        for file in self._root.all("files/resources/file"):
            if not any(asset.get("name") == "solution" for asset in file.all("assets/asset")):
                continue
            for prefix in filter(None, re.split(r"[;, ]+", file.get("for-types"))):
                language = language_of_type(prefix.rstrip("*")) or "default"
                path = self._path(file.get("path"), file.line)
                stubs.setdefault(language, {})[inner_name(Path(file.get("path")).name)] = path
        return tuple((language, tuple(files.items())) for language, files in stubs.items())

    def _solutions(self) -> tuple[JurySubmission, ...]:
        found = []
        for element in self._root.all("assets/solutions/solution"):
            source, tag = element.first("source"), element.get("tag")
            if source is None or tag == "do-not-run":
                continue
            if tag not in _TAGS:
                self._findings.warning(FILE, f"unknown tag {tag[:40]!r}", line=element.line, key="solution")
            program = self._solution(source)
            verdicts = _TAGS.get(tag, ())
            expected = ExpectedResult(verdicts=verdicts, use_for_time_limit="lower" if verdicts == _ACCEPTED else "")
            found.append(JurySubmission(path=program.name, program=program, expected=expected, labelled=tag in _TAGS))
        return tuple(found)

    def _solution(self, source: Element) -> Program:
        name = source.get("path")
        return Program(
            name=shown(name),
            files=((inner_name(Path(name).name), self._path(name, source.line)),),
            language=language_of_type(source.get("type")),
        )


def _policy(scoring: bool, aggregation: ScoreAggregation, max_score: float | None = None) -> ScorePolicy:
    """Of secret or a group: sums go on after a rejection, minimums need not."""
    if not scoring:
        return ScorePolicy(aggregation=ScoreAggregation.PASS_FAIL)
    return ScorePolicy(
        aggregation=aggregation, on_reject_break=aggregation is ScoreAggregation.MIN, max_score=max_score
    )
