"""DMOJ's checkers: what one test asks, and the one output validator that can ask it for all tests.

A problem here has one output validator. Comparisons that the default one knows need none. As soon as one test has a
checker in Python, :mod:`judge.package.dmoj.guest.check` asks for all tests; each test's arguments name the checker. A
native checker (``bridged``) must be that of every test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.model.compare_flags import CompareFlags
from judge.model.problem import Program, ValidatorKind
from judge.package.ceilings import Bound
from judge.package.dmoj.custom_judge import CustomJudge
from judge.package.dmoj.guest import check as guest_check
from judge.package.dmoj.problem_files import DmojFiles
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YamlMapping, YamlNode, YamlSequence
from judge.package.findings import Findings
from judge.package.kattis.program_files import inner_name

STANDARD = CompareFlags(case_sensitive=True, line_sensitive=True)

#: Checkers that the default output validator can stand in for.
_COMPARISONS = {
    "standard": STANDARD,
    "rstripped": CompareFlags(case_sensitive=True, space_change_sensitive=True, line_by_line=True),
    "identical": CompareFlags(case_sensitive=True, space_change_sensitive=True),
}
_FLOATS = {"floats": "default", "floatsabs": "absolute", "floatsrel": "relative"}
#: Decimal places of a float checker; there are no more in a double.
_PRECISION = Bound(0, 300)
_BRIDGED = ("testlib", "coci", "default")

#: Optimising, warnings, the dialect: what our languages settle for themselves.
_HARMLESS_FLAG = re.compile(r"-(O\w*|std=\S+|W\S*|w|g|pipe|static|s|march=\S+|lm)")


@dataclass(frozen=True)
class Checker:
    """What one test asks. ``compare``: the comparison that says the same, None = there is none. ``script``: (name,
    host path) of a Python checker. ``native``: a compiled one. ``args`` are JSON."""

    name: str = "standard"
    args: str = "{}"
    compare: CompareFlags | None = STANDARD
    script: tuple[str, str] | None = None
    native: Program | None = None


@dataclass(frozen=True)
class Asker:
    """Who is asked about all tests. ``scripts``: names of Python checkers in the order of the validator's files."""

    kind: ValidatorKind = ValidatorKind.DEFAULT
    program: Program | None = None
    scripts: tuple[str, ...] = ()
    judge: str = ""

    def args(self, checker: Checker, known: Mapping[str, object]) -> tuple[str, ...]:
        """The validator's arguments for one test; ``known``: what else
        :mod:`judge.package.dmoj.guest.check` gets."""
        if self.kind is not ValidatorKind.KATTIS:
            return ()
        asked = {"args": json.loads(checker.args), **known}
        if checker.script:
            asked |= {"name": "", "script": self.script_name(checker.script[0])}
        else:
            asked |= {"name": checker.name}
        if self.judge:
            asked |= {"judge": self.judge}
        return (json.dumps(asked, sort_keys=True),)

    def script_name(self, name: str) -> str:
        """Under which name a Python checker lies beside the one who asks it."""
        return _script_name(self.scripts.index(name))


def read_checker(section: YamlSection, files: DmojFiles, findings: Findings) -> Checker:
    """The checker that a mapping (of the problem, a batch or a test) names."""
    node = section.node("checker")
    if node is None:
        return Checker()
    details = YamlSection(node, section.file, findings, "checker.") if isinstance(node, YamlMapping) else None
    name = details.text("name") if details else section.text("checker")
    holder, key = (details, "args") if details else (section, "checker_args")
    args = holder.node(key)
    if args is not None and not isinstance(args, YamlMapping):
        section.block("checker.args", "expected a map of keys to values")
        args = None
    text = json.dumps(plain(args) if args else {}, sort_keys=True)
    if name in _COMPARISONS:
        return Checker(name=name, args=text, compare=_COMPARISONS[name])
    if name in _FLOATS:
        return Checker(name=name, args=text, compare=_float_flags(name, holder.section(key)))
    if name == "bridged" and args is not None:
        return Checker(name=name, compare=None, native=read_bridged(holder.section(key), files))
    if name.endswith(".py"):
        path = files.path(name, section, "checker")
        return Checker(name=name, args=text, compare=None, script=(name, path))
    if name not in guest_check.BUILT_IN:
        section.block("checker", f"the checker {name[:80]!r} is not supported")
    return Checker(name=name, args=text, compare=None)


def choose_asker(checkers: Sequence[Checker], judge: CustomJudge | None, section: YamlSection) -> Asker:
    """The validator that can ask what all these tests want; a finding when there is none."""
    natives = tuple(dict.fromkeys(checker.native for checker in checkers if checker.native))
    if natives and judge is None:
        if len(natives) > 1 or any(checker.native is None for checker in checkers):
            section.block("checker", "a native checker must be that of every test; others beside it are not supported")
        return Asker(kind=ValidatorKind.TESTLIB, program=natives[0])
    if natives and judge is not None and not judge.interactive:
        section.block("checker", "a native checker beside a custom judge is not supported")
    if judge is None and all(checker.compare for checker in checkers):
        return Asker()
    scripts = dict(checker.script for checker in checkers if checker.script)
    files = [("main.py", guest_check.__file__)]
    files += [(_script_name(number), path) for number, path in enumerate(scripts.values())]
    if judge is not None:
        files.append((guest_check.JUDGE_SCRIPT, judge.script[1]))
    name = judge.script[0] if judge else next(iter(scripts), "") or checkers[0].name
    return Asker(
        kind=ValidatorKind.KATTIS,
        program=Program(name=name, files=tuple(files), language="python3"),
        scripts=tuple(scripts),
        judge="" if judge is None else "interact" if judge.interactive else "check",
    )


def read_bridged(section: YamlSection, files: DmojFiles) -> Program | None:
    """A native checker or interactor."""
    section.choice("type", _BRIDGED, "default")
    names = section.words("files") if section.node("files") is not None else ()
    if not names:
        section.block("files", "names no source file")
        return None
    sources = tuple((inner_name(Path(name).name), files.path(name, section, "files")) for name in names)
    language = language_of_executor(section.text("lang"))
    check_flags(section)
    section.finish(
        ("feedback", "time_limit", "memory_limit", "compiler_time_limit", "cached", "args",
         "preprocessing_time")
    )  # fmt: skip
    return Program(name=names[0], files=sources, language=language)


def check_flags(section: YamlSection) -> None:
    """Flags of a compiler that change nothing here are passed over; any other one is a finding."""
    for flag in section.words("flags"):
        if not _HARMLESS_FLAG.fullmatch(flag):
            section.block("flags", f"the compiler's flag {flag[:80]!r} is not supported")


def plain(node: YamlNode) -> object:
    """The plain values of a YAML tree, without its line numbers."""
    if isinstance(node, YamlMapping):
        return {key: plain(value) for key, value in node.values.items()}
    return [plain(item) for item in node.items] if isinstance(node, YamlSequence) else node.value


def language_of_executor(executor: str) -> str:
    """DMOJ's executor names are aliases of our languages, but for version suffixes of C and C++."""
    match = re.fullmatch(r"(CPP|C)[0-9]{2}", executor.upper())
    if match:
        return {"CPP": "cpp", "C": "c"}[match[1]]
    return {"PY3": "python3", "PYPY3": "pypy3", "PY2": "python2", "": ""}.get(executor.upper(), executor.lower())


def _script_name(number: int) -> str:
    return f"checker{number + 1}.py" if number else "checker.py"


def _float_flags(name: str, args: YamlSection) -> CompareFlags:
    precision = args.whole("precision", 6, _PRECISION)
    mode = args.choice("error_mode", tuple(_FLOATS.values()), _FLOATS[name])
    tolerance = 10.0**-precision
    return CompareFlags(
        case_sensitive=True,
        line_sensitive=True,
        float_absolute_tolerance=tolerance if mode != "relative" else None,
        float_relative_tolerance=tolerance if mode != "absolute" else None,
    )
