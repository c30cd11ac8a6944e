"""Importer: a DMOJ problem (init.yml, test files loose or in a zip) -> the same Problem as our own formats.

A test is worth its points, a batch all of its points or none. DMOJ keeps time and memory limits in its site's
database: they come from the test submissions in tests/*/test.yml when there are any, else from the defaults below.
Checkers that are a comparison with options, testlib checkers and interactors, and what is written in Python for DMOJ
(checkers, custom judges) and can run like any validator (:mod:`judge.package.dmoj.guest.check`) are supported; what
would
have to run inside DMOJ's own process is refused by name.

::

    init.yml -> test_cases (patterns, checker, problem_files) -> groups -> Problem
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from judge.errors import PackageError
from judge.kernel.files import open_resolved
from judge.model.problem import (
    ExpectedResult,
    JurySubmission,
    NamedFiles,
    PackageFormat,
    Problem,
    ProblemLimits,
    Program,
    ScorePolicy,
    TestGroup,
    ValidatorKind,
)
from judge.model.units import KIB, MIB, S_NS
from judge.model.verdict import Verdict
from judge.package.ceilings import DEFAULT_CEILINGS, Ceilings
from judge.package.dmoj.checker import Asker, CustomJudge, choose_asker, language_of_executor, read_bridged
from judge.package.dmoj.groups import group_of
from judge.package.dmoj.problem_files import open_files
from judge.package.dmoj.test_cases import IGNORED_KEYS, INHERITED_KEYS, Batch, Test, TestReader
from judge.package.files.file_names import ending, is_plain_name, shown
from judge.package.files.package_dir import PackageDir, is_no_document
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YAML_BYTES_MAX, parse_yaml
from judge.package.findings import Findings
from judge.package.kattis.program_files import inner_name
from judge.package.kattis.verdict_labels import meaning

FILE = "init.yml"
DEFAULT_LIMITS = ProblemLimits(time_limit_ns=2 * S_NS, memory_bytes=256 * MIB, output_bytes=24 * MIB)

#: What a grader in Python may be to run as a validator, and what it must not replace then.
_GRADER_CLASS = re.compile(r"^[ \t]*class[ \t]+Grader[ \t]*\([ \t]*(?:\w+\.)*(\w+)[ \t]*\)[ \t]*:", re.MULTILINE)
_GRADER_BASES = {"InteractiveGrader": True, "StandardGrader": False}
_GRADER_INSIDES = re.compile(
    r"^[ \t]+def[ \t]+(grade|_interact_with_process|_launch_process|_generate_binary|update_feedback|__init__)\b",
    re.MULTILINE,
)

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


def inspect_dmoj(directory: Path, scratch: Path, ceilings: Ceilings = DEFAULT_CEILINGS) -> tuple[Problem, Findings]:
    """The problem and what is wrong with it; an archive of tests is unpacked into the empty ``scratch``.

    Raises PackageError when init.yml is no YAML or the archive is no zip.
    """
    findings = Findings()
    package = PackageDir(directory, findings, is_no_document)
    entry = package.find(FILE)
    if entry is None or entry.is_directory:
        raise PackageError("there is no such file", where=FILE)
    section = YamlSection(parse_yaml(package.read(entry, YAML_BYTES_MAX), FILE, findings), FILE, findings)
    problem = _Importer(package, findings, section, scratch, ceilings).problem()
    return msgspec.structs.replace(problem, diagnostics=findings.diagnostics), findings


#: As in :class:`~judge.model.problem.Problem`.
_Include = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

#: What the submission's own ``main`` is called where the setter's is the one that runs.
_HIDDEN_MAIN = "main_of_submission"

#: Under which name the setter's main program lies beside a submission; unlike what anybody calls his own.
_ENTRY = "dmoj_signature_entry"

_SOURCES_OF_C = ("c", "cc", "cpp", "cxx", "c++")


class _Importer:
    def __init__(
        self, package: PackageDir, findings: Findings, section: YamlSection, scratch: Path, ceilings: Ceilings
    ) -> None:
        self._ceilings = ceilings
        self._package = package
        self._findings = findings
        self._section = section
        self._files = open_files(package, section, findings, scratch)

    def problem(self) -> Problem:
        """Everything together."""
        section = self._section
        for key in section.mapping.values:
            if key.endswith("+"):
                section.block(key, "would have to be computed inside DMOJ's judge; not supported")
        if section.node("grader") is not None:
            section.block("grader", "would have to run inside DMOJ's judge; not supported")
        judge = self._custom_judge()
        interactor = self._interactor() if judge is None else None
        talks = interactor is not None or (judge is not None and judge.interactive)
        include, preambles = self._signature() if judge is None else ((), ())
        limits, submissions = self._submissions()
        needs_answers = not any(key in section for key in ("custom_judge", "grader", "interactive"))
        reader = TestReader(
            section,
            self._files,
            self._findings,
            needs_answers=needs_answers,
            reads_answers=judge is None or judge.reads_answers,
            limits=limits,
            ceilings=self._ceilings,
        )
        entries = reader.entries()
        tests = [test for entry in entries for test in (entry.tests if isinstance(entry, Batch) else (entry,))]
        if interactor is not None:
            kind = section.section("interactive").text("type", "default")
            asker = Asker(
                kind=ValidatorKind.TESTLIB if kind == "testlib" else ValidatorKind.BRIDGED, program=interactor
            )
        else:
            asker = choose_asker([test.checker for test in tests], judge, section)
        section.finish((*IGNORED_KEYS, *INHERITED_KEYS, "file_io"), strict=False)
        return Problem(
            name=shown(Path(self._package.path).name),
            path=self._package.path,
            format=PackageFormat.F2025_09,
            limits=msgspec.structs.replace(limits, output_bytes=self._output_limit(tests, limits)),
            scoring=True,
            interactive=talks,
            languages=tuple(language for language, _ in include),
            root=TestGroup(
                name="data",
                policy=ScorePolicy(on_reject_break=False, ignore_sample=True),
                groups=(group_of(entries, asker),),
                order=("secret",),
            ),
            validator_kind=asker.kind,
            output_validator=asker.program,
            validator_reads_source=bool(asker.scripts or asker.judge),
            include=include,
            preambles=preambles,
            named_files=self._named_files(),
            submissions=submissions,
        )

    def _named_files(self) -> NamedFiles:
        """``file_io``: names of files that stand for standard input and output."""
        section = self._section.section("file_io")
        names = {key: section.text(key) for key in ("input", "output")}
        section.finish(strict=False)
        for key, name in names.items():
            if name and not is_plain_name(name):
                section.block(key, f"{shown(name)[:80]!r} is no name of a file")
        return NamedFiles(input=names["input"], output=names["output"])

    def _output_limit(self, tests: list[Test], limits: ProblemLimits) -> int:
        """One for all tests: the largest, with a warning when they differ."""
        given = {test.output_bytes for test in tests}
        if len(given) > 1:
            self._findings.warning(
                FILE, f"tests have different limits; {max(given)} bytes are used for all", key="output_limit_length"
            )
        return max(given, default=limits.output_bytes)

    def _custom_judge(self) -> CustomJudge | None:
        """A grader in Python that can run as a validator."""
        name = self._section.text("custom_judge")
        if not name:
            return None
        path = self._files.path(name, self._section, "custom_judge")
        if not path:
            return None
        with open(path, "rb", opener=open_resolved) as file:
            text = file.read(YAML_BYTES_MAX).decode("utf-8", "replace")
        found = _GRADER_CLASS.search(text)
        base = found[1] if found else ""
        inside = _GRADER_INSIDES.search(text)
        if base not in _GRADER_BASES or inside:
            what = f"its method {inside[1]}" if inside and base in _GRADER_BASES else "it"
            self._section.block(
                "custom_judge",
                f"{what} would have to run inside DMOJ's judge; supported are a class Grader that is an "
                "InteractiveGrader with interact, or a StandardGrader with nothing but check_result",
            )
            return None
        return CustomJudge(script=(name, path), interactive=_GRADER_BASES[base], reads_answers="output_data" in text)

    def _signature(self) -> tuple[_Include, tuple[tuple[str, str], ...]]:
        """``signature_grader``: the setter's main program and header beside the submission, which includes the header
        and whose own ``main`` is renamed. The main program is compiled in the submission's language, C or C++."""
        if "signature_grader" not in self._section:
            return (), ()
        section = self._section.section("signature_grader")
        names = {key: section.text(key) for key in ("entry", "header")}
        allow_main = section.boolean("allow_main", False)
        section.finish()
        for key, name in names.items():
            if not name:
                section.block(key, "is missing")
        if ending(names["entry"]) not in _SOURCES_OF_C and names["entry"]:
            section.block("entry", f"{names['entry'][:80]!r} is neither C nor C++; others are not supported")
        if re.search(r'["\\\n]', names["header"]):
            section.block("header", "is no name for an #include")
        paths = {key: self._files.path(name, section, key) for key, name in names.items() if name}
        hide_main = "" if allow_main else f"#define main {_HIDDEN_MAIN}\n"
        preamble = f'#define SIGNATURE_GRADER 1\n#include "{names["header"]}"\n{hide_main}#line 1\n'
        files = {
            language: ((f"{_ENTRY}.{language}", paths.get("entry", "")), (names["header"], paths.get("header", "")))
            for language in ("c", "cpp")
        }
        return tuple(files.items()), tuple((language, preamble) for language in files)

    def _interactor(self) -> Program | None:
        if "interactive" not in self._section:
            return None
        return read_bridged(self._section.section("interactive"), self._files)

    def _submissions(self) -> tuple[ProblemLimits, tuple[JurySubmission, ...]]:
        """DMOJ's own test submissions: tests/<name>/test.yml."""
        found: list[JurySubmission | None] = []
        own = self._section
        default = self._ceilings.lowered(DEFAULT_LIMITS)
        limits = self._limits(own, ("time_limit", "memory_limit"), default)
        for directory in self._package.entries("tests"):
            entry = self._package.find(f"{directory.relative}/test.yml") if directory.is_directory else None
            if entry is None or entry.is_directory:
                continue
            where = entry.shown
            node = parse_yaml(self._package.read(entry, YAML_BYTES_MAX), where, self._findings)
            section = YamlSection(node, where, self._findings)
            given = self._limits(section, ("time", "memory"), default)
            limits = msgspec.structs.replace(
                default,
                time_limit_ns=max(given.time_limit_ns, limits.time_limit_ns if found else 0),
                memory_bytes=max(given.memory_bytes, limits.memory_bytes if found else 0),
            )
            found.append(self._submission(section, directory.relative, where))
        if not found and "time_limit" not in own:
            self._findings.warning(FILE, "DMOJ packages carry no limits: 2 s and 256 MiB are assumed")
        return limits, tuple(submission for submission in found if submission is not None)

    def _limits(self, section: YamlSection, keys: tuple[str, str], default: ProblemLimits) -> ProblemLimits:
        """The time limit (in s) and memory limit (in KiB) that these keys give."""
        time_key, memory_key = keys
        bound = self._ceilings.bound
        return msgspec.structs.replace(
            default,
            time_limit_ns=section.amount(time_key, default.time_limit_ns, S_NS, bound("time_limit_ns")),
            memory_bytes=section.amount(memory_key, default.memory_bytes, KIB, bound("memory_bytes")),
        )

    def _submission(self, section: YamlSection, directory: str, where: str) -> JurySubmission | None:
        names = section.words("source")
        files = tuple(
            (inner_name(Path(name).name), self._files.path(f"{directory}/{name}", section, "source")) for name in names
        )
        if not files:
            section.block("source", "names no source file")
            return None
        words = section.words("expect") or ("AC",)
        verdicts = tuple(dict.fromkeys(v for word in words for v in _VERDICTS.get(word, ())))
        language = language_of_executor(section.text("language"))
        return JurySubmission(
            path=f"{shown(directory)}/{shown(names[0])}",
            program=Program(name=shown(directory), files=files, language=language),
            expected=ExpectedResult(verdicts=verdicts, use_for_time_limit=""),
            labelled="expect" in section or "cases" not in section,
        )
