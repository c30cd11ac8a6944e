"""The parts of an assignment, one mapping of ``parts`` each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from judge.model.assignment import CoursePart, CourseTest, Isolation, PartKind, Process
from judge.model.units import MS_NS
from judge.package.assignment.amounts import duration_ns, points_per_finding
from judge.package.assignment.course_tests import NAME_CHARS_MAX, TestList, Weighed
from judge.package.assignment.named_files import NamedFiles
from judge.package.assignment.visibility import fields_of, part_visibility
from judge.package.autograder.keys import read_autograder
from judge.package.ceilings import SCORE_MAX, Bound, Ceilings
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YamlMapping, YamlNode, YamlSequence
from judge.package.findings import Findings
from judge.package.kattis.compare_flags import parse_compare_flags
from judge.text import shown

PARTS_MAX = 200

#: Frameworks of unit tests, and how far the student's code can be kept from them.
FRAMEWORKS = {
    "pytest": Isolation.APART,
    "unittest": Isolation.APART,
    "junit5": Isolation.APART,
    "node": Isolation.APART,
    "jest": Isolation.APART,
    "program": Isolation.APART,
    "go": Isolation.SHARED,
    "catch2": Isolation.SHARED,
    "asserts": Isolation.SHARED,
    "rust": Isolation.SHARED,
}
#: The one of them whose tests are compiled against a reference solution.
_BY_STUBS = "junit5"
#: Of those that can be kept apart the ones that share a process where the part asks for it.
SHARED_BY_CHOICE = frozenset({"pytest", "unittest"})
#: Others' grading programs.
AUTOGRADERS = ("gradescope", "prairielearn", "exercism", "classroom", "junit")

_ISOLATIONS = tuple(Isolation)


@dataclass(frozen=True)
class PartList:
    """The list ``parts`` of an assignment."""

    files: NamedFiles
    file: str
    findings: Findings
    ceilings: Ceilings

    def parts(self, section: YamlSection) -> tuple[CoursePart, ...]:
        """All parts, in their order, each with a name of its own."""
        node = section.node("parts")
        if not isinstance(node, YamlSequence) or not node.items:
            section.block_at(section.line("parts") or 1, "parts", "expected a list of parts")
            return ()
        if len(node.items) > PARTS_MAX:
            section.block("parts", f"{len(node.items)} parts; at most {PARTS_MAX} are taken")
            return ()
        parts: list[CoursePart] = []
        for number, item in enumerate(node.items, 1):
            part = self._part(item, number, parts)
            if part is not None:
                parts.append(part)
        return tuple(parts)

    def _part(self, item: YamlNode, number: int, before: Sequence[CoursePart]) -> CoursePart | None:
        prefix = f"parts[{number}]."
        section = YamlSection(item, self.file, self.findings, prefix)
        if not isinstance(item, YamlMapping):
            return None
        kind = self._kind(section)
        if kind is None:
            return None
        visibility, rules = part_visibility(section, by_name=kind is PartKind.UNIT_TESTS)
        usual = CoursePart(
            name=self._name(section, number, before),
            kind=kind,
            title=section.text("title")[:NAME_CHARS_MAX],
            points=section.score("points", 0.0, at_least=0),
            visibility=visibility,
            fields=fields_of(section),
            rules=rules,
            requires=self._requires(section, before),
            all_or_nothing=section.boolean("all_or_nothing", False),
            cpu_time_ns=duration_ns(section, "time", 0, self.ceilings.bound("time_limit_ns")),
            wall_time_ns=self._wall_time_ns(section),
            line=item.line,
        )
        part = _OnePart(self, section, usual, prefix).read()
        section.finish()
        return part

    def _wall_time_ns(self, section: YamlSection) -> int:
        return duration_ns(section, "wall_time", 0, Bound(MS_NS, 10 * self.ceilings.time_limit_ns))

    def _kind(self, section: YamlSection) -> PartKind | None:
        if section.node("kind") is None:
            section.block_at(section.mapping.line, "parts", f"a part needs kind: one of {', '.join(PartKind)}")
            return None
        word = section.choice("kind", tuple(PartKind), "")
        return PartKind(word) if word else None

    def _name(self, section: YamlSection, number: int, before: Sequence[CoursePart]) -> str:
        name = section.text("name") or f"part {number}"
        if len(name) > NAME_CHARS_MAX or not name.isprintable() or "/" in name:
            section.block("name", f"a name has up to {NAME_CHARS_MAX} printable characters, and no /")
            name = f"part {number}"
        if any(one.name == name for one in before):
            section.block_at(section.line("name") or section.mapping.line, "parts", f"there are two parts {name!r}")
        return name

    def _requires(self, section: YamlSection, before: Sequence[CoursePart]) -> tuple[str, ...]:
        names = section.words("requires")
        for name in names:
            if all(one.name != name for one in before):
                section.block("requires", f"there is no part {shown(name)[:200]!r} before this one")
        return names


@dataclass(frozen=True)
class _OnePart:
    """One part: ``usual`` is what every kind says, the rest is the kind's."""

    list: PartList
    section: YamlSection
    usual: CoursePart
    prefix: str

    def read(self) -> CoursePart:
        kinds: dict[PartKind, Callable[[], CoursePart]] = {
            PartKind.TESTS: self._tests,
            PartKind.CALLS: self._tests,
            PartKind.UNIT_TESTS: self._unit_tests,
            PartKind.COMMAND: self._command,
            PartKind.STYLE: self._style,
            PartKind.BY_HAND: self._by_hand,
            PartKind.AUTOGRADER: self._autograder,
        }
        return kinds[self.usual.kind]()

    def _with(self, **found: object) -> CoursePart:
        return msgspec.structs.replace(self.usual, **found)

    def _needs_points(self) -> None:
        if self.usual.points == 0 and "points" not in self.section:
            self.section.block_at(self.section.mapping.line, f"{self.prefix}points", "a part needs points")

    def _tests(self) -> CoursePart:
        compare = self.section.words("compare")
        try:
            flags = parse_compare_flags(compare)
        except ValueError as error:
            self.section.block("compare", f"{error}")
            flags = self.usual.compare
        one = self.list
        listed = TestList(one.files, one.file, one.findings, self.usual, one.ceilings, self.prefix)
        weighed = listed.tests(self.section)
        tests = self._with_points(weighed)
        points = self.usual.points or math.fsum(test.points for test in tests)
        return self._with(tests=tests, compare=flags, points=points)

    def _with_points(self, weighed: tuple[Weighed, ...]) -> tuple[CourseTest, ...]:
        """The tests with their points: their own, or the part's shared out by weight."""
        own = [one.points for one in weighed if one.points is not None]
        if own and len(own) < len(weighed):
            self.section.block("tests", "either every test has points, or none has")
        if own:
            total = math.fsum(own)
            if "points" in self.section and not math.isclose(total, self.usual.points):
                self.section.block("points", f"is {self.usual.points:g}, but its tests have {total:g} together")
            return tuple(msgspec.structs.replace(one.test, points=one.points or 0.0) for one in weighed)
        self._needs_points()
        total = math.fsum(one.weight for one in weighed)
        share = self.usual.points / total if total else 0.0
        return tuple(msgspec.structs.replace(one.test, points=share * one.weight) for one in weighed)

    def _unit_tests(self) -> CoursePart:
        section = self.section
        self._needs_points()
        framework = self._framework(tuple(FRAMEWORKS))
        test_files = self.list.files.pairs(section, "files", whole_names=True)
        if not test_files and "files" not in section:
            section.block_at(section.mapping.line, f"{self.prefix}files", "unit tests need files")
        if framework == _BY_STUBS and "reference" not in section:
            reason = "is needed: a solution of yours, whose classes the tests are compiled against"
            section.block_at(section.mapping.line, f"{self.prefix}reference", reason)
        return self._with(
            framework=framework,
            isolation=self._isolation(framework),
            process=Process(section.choice("process", tuple(Process), Process.TEST)),
            module=section.text("module"),
            in_place=section.words("in_place"),
            operators=section.words("operators"),
            language=section.text("language"),
            test_files=test_files,
            beside=self.list.files.pairs(section, "beside"),
            reference=self.list.files.pairs(section, "reference"),
        )

    def _framework(self, known: tuple[str, ...]) -> str:
        if self.section.node("framework") is None:
            line, key = self.section.mapping.line, f"{self.prefix}framework"
            self.section.block_at(line, key, f"is needed: one of {', '.join(known)}")
            return known[0]
        return self.section.choice("framework", known, known[0])

    def _isolation(self, framework: str) -> Isolation:
        """What the part asks for: only what there is."""
        best = FRAMEWORKS.get(framework, Isolation.SHARED)
        asked = Isolation(self.section.choice("isolation", _ISOLATIONS, best))
        if asked is best:
            return best
        if asked is not Isolation.SHARED or framework not in SHARED_BY_CHOICE:
            self.section.block("isolation", f"is {best} for {framework}, in no other way")
            return best
        if self.section.text("process") == Process.ALL:
            self.section.block("process", "is test where tests share a process with the student's code")
        return asked

    def _command(self) -> CoursePart:
        self._needs_points()
        asked = self.section.choice("isolation", (Isolation.SHARED, Isolation.NONE), Isolation.SHARED)
        return self._with(
            command=self._words(),
            isolation=Isolation(asked),
            language=self.section.text("language"),
            test_files=self.list.files.pairs(self.section, "files", whole_names=True),
        )

    def _style(self) -> CoursePart:
        section = self.section
        most = section.score("at_most", self.usual.points, at_least=0)
        points = self.usual.points or most
        if not points:
            section.block_at(section.mapping.line, f"{self.prefix}at_most", "style needs at_most: points it can cost")
        if most > points:
            section.block("at_most", f"is {most:g}, more than the part's {points:g} points")
        penalty = points_per_finding(section, "penalty")
        if not penalty:
            section.block_at(
                section.line("penalty") or section.mapping.line, f"{self.prefix}penalty", "a finding costs points"
            )
        return self._with(
            command=self._words(),
            isolation=Isolation.NONE,
            points=points,
            language=section.text("language"),
            penalty_points=min(penalty, SCORE_MAX),
            penalty_points_max=most,
            test_files=self.list.files.pairs(section, "files", whole_names=True),
        )

    def _words(self) -> tuple[str, ...]:
        words = self.section.words("command")
        if not words or not words[0]:
            self.section.block_at(
                self.section.line("command") or self.section.mapping.line, f"{self.prefix}command", "names no command"
            )
        return words

    def _by_hand(self) -> CoursePart:
        self._needs_points()
        return self._with(isolation=Isolation.NONE, instructions=self.section.text("instructions"))

    def _autograder(self) -> CoursePart:
        section = self.section
        self._needs_points()
        return self._with(
            framework=self._framework(AUTOGRADERS),
            isolation=Isolation.SHARED,
            test_files=self.list.files.pairs(section, "files"),
            command=section.words("command"),
            autograder=read_autograder(section),
        )
