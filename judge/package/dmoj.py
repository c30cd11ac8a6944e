"""Importer: a DMOJ problem (init.yml, test files loose or in a zip) -> the same Problem as our own formats.

A test is worth its points, a batch all of its points or none. DMOJ keeps time and memory limits in its site's
database: they come from the test submissions in tests/*/test.yml when there are any, else from the defaults below.
Checkers that are a comparison with options, testlib checkers and interactors, and Python checkers (which run like
any validator, see :mod:`judge.package.dmojcheck`) are supported; what would have to run inside DMOJ's own process
(custom judges) is refused by name.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec

from judge.errors import PackageError
from judge.model.problem import (
    CompareFlags,
    ExpectedResult,
    JurySubmission,
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
from judge.model.units import KIB, MIB, S_NS, seconds_to_ns
from judge.model.verdict import Verdict
from judge.package import dmojcheck
from judge.package.document import YAML_BYTES_MAX, Items, Node, Table, parse_yaml
from judge.package.findings import Findings
from judge.package.labels import meaning
from judge.package.names import shown
from judge.package.programs import inner_name
from judge.package.section import Section
from judge.package.tree import Tree
from judge.package.zipsource import unpack_zip

FILE = "init.yml"
DEFAULT_LIMITS = ProblemLimits(time_limit_ns=2 * S_NS, memory_bytes=256 * MIB, output_bytes=24 * MIB)

#: Checkers that the default output validator can stand in for.
_COMPARISONS = {
    "standard": CompareFlags(case_sensitive=True, line_sensitive=True),
    "rstripped": CompareFlags(case_sensitive=True, space_change_sensitive=True),
    "identical": CompareFlags(case_sensitive=True, space_change_sensitive=True),
}
_FLOATS = {"floats": "default", "floatsabs": "absolute", "floatsrel": "relative"}
_BRIDGED = ("testlib", "coci", "default")
_IGNORED_KEYS = (
    "points", "hints", "output_prefix_length", "unbuffered", "wall_time_factor", "meta", "binary_data",
    "pretest_test_cases", "symlinks", "short_circuit", "file_io",
)  # fmt: skip
_VERDICTS = {
    "AC": (Verdict.AC,),
    "WA": meaning(["WA"]),
    "TLE": meaning(["TLE"]),
    "MLE": (Verdict.MLE,),
    "OLE": (Verdict.OLE,),
    "RTE": meaning(["RTE"]),
    "IR": meaning(["RTE"]),
    "CE": (Verdict.CE,),
}


def inspect_dmoj(directory: Path, scratch: Path) -> tuple[Problem, Findings]:
    """The problem and what is wrong with it; an archive of tests is unpacked into the empty ``scratch``.

    Raises PackageError when init.yml is no YAML or the archive is no zip.
    """
    findings = Findings()
    tree = Tree(directory, findings)
    entry = tree.find(FILE)
    if entry is None or entry.is_directory:
        raise PackageError("there is no such file", where=FILE)
    section = Section(parse_yaml(tree.read(entry, YAML_BYTES_MAX), FILE, findings), FILE, findings)
    problem = _Importer(tree, findings, section, scratch).problem()
    return msgspec.structs.replace(problem, diagnostics=findings.diagnostics), findings


class _Importer:
    def __init__(self, tree: Tree, findings: Findings, section: Section, scratch: Path) -> None:
        self._tree = tree
        self._findings = findings
        self._section = section
        self._scratch = scratch
        self._archive = self._unpacked()
        self._compare = CompareFlags()
        self._question: dict[str, object] | None = None  # of a Python checker: what every test asks it
        self._batches = 0
        self._batch = 0  # the number of the batch that is read, 0 outside of one
        self._cases = 0

    def problem(self) -> Problem:
        """Everything together."""
        section = self._section
        interactor = self._interactor()
        validator = interactor or self._checker()
        for key in ("custom_judge", "grader", "signature_grader", "generator"):
            if key in section:
                section.block(key, "would have to run inside DMOJ's judge; not supported")
                section.node(key)
        secret = self._secret()
        limits, submissions = self._submissions()
        output_bytes = round(section.number("output_limit_length", limits.output_bytes, above=0))
        section.finish(_IGNORED_KEYS, strict=False)
        return Problem(
            name=shown(Path(self._tree.path).name),
            path=self._tree.path,
            format=PackageFormat.F2025_09,
            limits=msgspec.structs.replace(limits, output_bytes=output_bytes),
            scoring=True,
            interactive=interactor is not None,
            root=TestGroup(
                name="data",
                policy=ScorePolicy(on_reject_break=False, ignore_sample=True),
                groups=(secret,),
                order=("secret",),
            ),
            validator_kind=self._kind(validator),
            output_validator=validator,
            submissions=submissions,
        )

    def _kind(self, validator: Program | None) -> ValidatorKind:
        if self._question is not None:
            return ValidatorKind.KATTIS
        return ValidatorKind.TESTLIB if validator else ValidatorKind.DEFAULT

    def _unpacked(self) -> Tree | None:
        name = self._section.text("archive")
        if not name:
            return None
        entry = self._tree.find(name)
        if entry is None or entry.is_directory:
            self._section.block("archive", f"there is no file {name[:200]!r}")
            return None
        unpack_zip(Path(entry.path), self._scratch)
        return Tree(self._scratch, self._findings)

    def _file(self, name: str, section: Section, key: str) -> str:
        """The host path of a test file, loose or from the archive."""
        safe = bool(name) and not name.startswith("/") and ".." not in name.split("/")
        for tree in filter(None, (self._tree, self._archive)):
            entry = tree.find(name) if safe else None
            if entry is not None and not entry.is_directory:
                return entry.path
        section.block(key, f"there is no file {shown(name)[:200]!r}")
        return ""

    def _secret(self) -> TestGroup:
        section, node = self._section, self._section.node("test_cases")
        policy = ScorePolicy(aggregation=ScoreAggregation.SUM, on_reject_break=False)
        children = [self._child(item) for item in node.items] if isinstance(node, Items) else self._found_by_name(node)
        if not children:
            section.block("test_cases", "there are no test cases")
        return TestGroup(
            name="secret",
            policy=policy,
            groups=tuple(child for child in children if isinstance(child, TestGroup)),
            cases=tuple(child for child in children if isinstance(child, TestCase)),
            order=tuple(child.name for child in children),
        )

    def _child(self, node: Node) -> TestGroup | TestCase:
        section = Section(node, FILE, self._findings, "test_cases.")
        batched = section.node("batched")
        points = section.number("points", 1.0, at_least=0)
        if batched is None:
            case = self._case(section, "secret", points)
            section.finish(_IGNORED_KEYS, strict=False)
            return case
        self._batches += 1
        name = f"secret/batch-{self._batches:03d}"
        items = batched.items if isinstance(batched, Items) else ()
        if not items:
            section.block("batched", "expected a list of test cases")
        self._batch = self._batches
        cases = tuple(self._case(Section(item, FILE, self._findings, "batched."), name, points) for item in items)
        self._batch = 0
        required = tuple(f"secret/batch-{int(word):03d}" for word in self._dependencies(section))
        section.finish(_IGNORED_KEYS, strict=False)
        return TestGroup(
            name=name,
            policy=ScorePolicy(aggregation=ScoreAggregation.MIN, max_score=points, required_groups=required),
            cases=cases,
            order=tuple(case.name for case in cases),
        )

    def _dependencies(self, section: Section) -> tuple[str, ...]:
        words = section.words("dependencies")
        if not all(word.isdigit() and 0 < int(word[:9]) < self._batches for word in words):
            section.block("dependencies", "expected numbers of earlier batches")
            return ()
        return words

    def _case(self, section: Section, group: str, points: float) -> TestCase:
        self._cases += 1
        name = f"{group}/{self._cases:04d}"
        if "generator" in section or "checker" in section:
            section.block("generator" if "generator" in section else "checker", "is not supported for single tests")
        answer = section.text("out")
        return TestCase(
            name=name,
            input_path=self._file(section.text("in"), section, "in"),
            answer_path=self._file(answer, section, "out") if answer else self._empty_file(section),
            output_validator_args=self._validator_args(points, position=self._cases),
            compare=self._compare,
            max_score=points,
        )

    def _validator_args(self, points: float, position: int) -> tuple[str, ...]:
        if self._question is None:
            return ()
        asked = {**self._question, "point_value": points, "case_position": position, "batch": self._batch}
        return (json.dumps(asked, sort_keys=True),)

    def _empty_file(self, section: Section) -> str:
        if "interactive" not in self._section and "checker" not in self._section:
            section.block("out", "is missing")
        path = self._scratch / ".empty-answer"
        path.touch()
        return str(path)

    def _found_by_name(self, node: Node | None) -> list[TestGroup | TestCase]:
        """``test_cases`` absent or a map: files are paired by the numbers in their names (batch, case)."""
        if isinstance(node, Table) and ({"input_format", "output_format"} & node.values.keys()):
            self._section.block("test_cases", "patterns for file names are not supported: list the files")
            return []
        tree = self._archive or self._tree
        inputs: dict[tuple[int, ...], str] = {}
        answers: dict[tuple[int, ...], str] = {}
        for entry in tree.files():
            numbers = tuple(int(word[:9]) for word in re.findall(r"[0-9]+", entry.name))[-2:]
            kind = re.search(r"(^|[^a-z])(in|out|ans)([^a-z]|$)", entry.name.lower())
            if numbers and kind:
                (inputs if kind[2] == "in" else answers).setdefault(numbers, entry.path)
        self._cases = len(inputs)
        return [
            TestCase(
                name=f"secret/{'-'.join(f'{number:04d}' for number in numbers)}",
                input_path=path,
                answer_path=answers[numbers],
                compare=self._compare,
                output_validator_args=self._validator_args(1.0, position),
                max_score=1.0,
            )
            for position, (numbers, path) in enumerate(sorted(inputs.items()), 1)
            if numbers in answers
        ]

    def _checker(self) -> Program | None:
        """The validator program, or None after setting the flags of the comparison."""
        node = self._section.node("checker")
        if node is None:
            self._compare = _COMPARISONS["standard"]
            return None
        checker = Section(node, FILE, self._findings, "checker.") if isinstance(node, Table) else None
        name = checker.text("name") if checker else self._section.text("checker")
        args = checker.section("args") if checker else None
        if name in _COMPARISONS:
            self._compare = _COMPARISONS[name]
        elif name in _FLOATS:
            precision = round(args.number("precision", 6, at_least=0)) if args else 6
            mode = args.choice("error_mode", tuple(_FLOATS.values()), _FLOATS[name]) if args else _FLOATS[name]
            self._compare = _float_flags(mode, 10.0**-precision)
        elif name == "bridged" and args is not None:
            return self._bridged(args)
        elif name in dmojcheck.BUILT_IN or name.endswith(".py"):
            return self._python_checker(name, checker)
        else:
            self._section.block("checker", f"the checker {name[:80]!r} is not supported")
        return None

    def _python_checker(self, name: str, checker: Section | None) -> Program:
        is_script = name not in dmojcheck.BUILT_IN
        args = checker.node("args") if checker else None
        if args is not None and not isinstance(args, Table):
            self._section.block("checker.args", "expected a map of keys to values")
        self._question = {"name": "" if is_script else name, "args": _plain(args) if isinstance(args, Table) else {}}
        files = {"main.py": dmojcheck.__file__}
        if is_script:
            files["checker.py"] = self._file(name, self._section, "checker")
        return Program(name=name, files=tuple(files.items()), language="python3")

    def _interactor(self) -> Program | None:
        if "interactive" not in self._section:
            return None
        return self._bridged(self._section.section("interactive"))

    def _bridged(self, section: Section) -> Program | None:
        section.choice("type", _BRIDGED, "default")
        names = section.words("files") if section.node("files") is not None else ()
        if not names:
            section.block("files", "names no source file")
            return None
        files = tuple((inner_name(Path(name).name), self._file(name, section, "files")) for name in names)
        language = _language(section.text("lang"))
        section.finish(("feedback", "flags", "time_limit", "memory_limit", "compiler_time_limit", "cached", "args"))
        return Program(name=names[0], files=files, language=language)

    def _submissions(self) -> tuple[ProblemLimits, tuple[JurySubmission, ...]]:
        """DMOJ's own test submissions: tests/<name>/test.yml."""
        found: list[JurySubmission | None] = []
        limits = DEFAULT_LIMITS
        for directory in self._tree.entries("tests"):
            entry = self._tree.find(f"{directory.relative}/test.yml") if directory.is_directory else None
            if entry is None:
                continue
            where = entry.shown
            node = parse_yaml(self._tree.read(entry, YAML_BYTES_MAX), where, self._findings)
            section = Section(node, where, self._findings)
            seconds, kilobytes = section.number("time", 2.0, above=0), section.number("memory", 262_144, above=0)
            limits = msgspec.structs.replace(
                DEFAULT_LIMITS,
                time_limit_ns=max(seconds_to_ns(seconds), limits.time_limit_ns if found else 0),
                memory_bytes=max(round(kilobytes * KIB), limits.memory_bytes if found else 0),
            )
            found.append(self._submission(section, directory.relative, where))
        if not found:
            self._findings.warning(FILE, "DMOJ packages carry no limits: 2 s and 256 MiB are assumed")
        return limits, tuple(submission for submission in found if submission is not None)

    def _submission(self, section: Section, directory: str, where: str) -> JurySubmission | None:
        names = section.words("source")
        files = tuple(
            (inner_name(Path(name).name), self._file(f"{directory}/{name}", section, "source")) for name in names
        )
        if not files:
            section.block("source", "names no source file")
            return None
        words = section.words("expect") or ("AC",)
        verdicts = tuple(dict.fromkeys(v for word in words for v in _VERDICTS.get(word, ())))
        language = _language(section.text("language"))
        return JurySubmission(
            path=f"{shown(directory)}/{shown(names[0])}",
            program=Program(name=shown(directory), files=files, language=language),
            expected=ExpectedResult(verdicts=verdicts, use_for_time_limit=""),
            labelled="expect" in section or "cases" not in section,
        )


def _plain(node: Node) -> object:
    """A tree without its line numbers."""
    if isinstance(node, Table):
        return {key: _plain(value) for key, value in node.values.items()}
    return [_plain(item) for item in node.items] if isinstance(node, Items) else node.value


def _float_flags(mode: str, tolerance: float) -> CompareFlags:
    return CompareFlags(
        case_sensitive=True,
        line_sensitive=True,
        float_absolute_tolerance=tolerance if mode != "relative" else None,
        float_relative_tolerance=tolerance if mode != "absolute" else None,
    )


def _language(executor: str) -> str:
    """DMOJ's executor names are aliases of our languages, but for version suffixes of C and C++."""
    match = re.fullmatch(r"(CPP|C)[0-9]{2}", executor.upper())
    if match:
        return {"CPP": "cpp", "C": "c"}[match[1]]
    return {"PY3": "python3", "PYPY3": "pypy3", "PY2": "python2", "": ""}.get(executor.upper(), executor.lower())
