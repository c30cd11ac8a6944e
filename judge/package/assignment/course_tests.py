"""Tests of a part as assignment.yaml lists them: with texts, with files, a whole folder, or calls of a function."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from judge.model.assignment import Call, CoursePart, CourseTest, PartKind
from judge.model.units import MS_NS
from judge.package.assignment.amounts import duration_ns
from judge.package.assignment.named_files import NamedFiles
from judge.package.assignment.visibility import fields_of, visibility_of
from judge.package.ceilings import SCORE_MAX, Bound, Ceilings
from judge.package.files.file_names import ending
from judge.package.files.package_dir import Entry
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YamlMapping, YamlNode, YamlSequence
from judge.package.findings import Findings
from judge.text import shown

#: Of one part, and of all together.
TESTS_MAX = 10_000
NAME_CHARS_MAX = 200

_INPUT_ENDING, _ANSWER_ENDINGS = "in", ("ans", "out")


@dataclass(frozen=True)
class Weighed:
    """A test whose points are not known yet. ``points`` None = by weight."""

    test: CourseTest
    weight: float = 1.0
    points: float | None = None


@dataclass(frozen=True)
class TestList:
    """The list ``tests`` of one part. ``usual``: the part as far as it is read: what its tests get by default."""

    __test__ = False

    files: NamedFiles
    file: str
    findings: Findings
    usual: CoursePart
    ceilings: Ceilings
    prefix: str

    def tests(self, section: YamlSection) -> tuple[Weighed, ...]:
        """All tests, each with a name of its own."""
        node = section.node("tests")
        if not isinstance(node, YamlSequence) or not node.items:
            section.block_at(
                section.line("tests") or self.usual.line, f"{self.prefix}tests", "expected a list of tests"
            )
            return ()
        found: dict[str, Weighed] = {}
        for number, item in enumerate(node.items, 1):
            for weighed in self._item(item, number):
                name = weighed.test.name
                if name in found:
                    self._block(weighed.test.line, number, f"there are two tests called {shown(name)!r}")
                found[name] = weighed
                if len(found) > TESTS_MAX:
                    self._block(weighed.test.line, number, f"there are more than {TESTS_MAX} tests")
                    return ()
        return tuple(found.values())

    def _block(self, line: int, number: int, message: str) -> None:
        self.findings.block(self.file, message, line=line, key=f"{self.prefix}tests[{number}]")

    def _item(self, item: YamlNode, number: int) -> Iterator[Weighed]:
        section = YamlSection(item, self.file, self.findings, f"{self.prefix}tests[{number}].")
        if not isinstance(item, YamlMapping):
            return
        usual = self._usual(section, item.line)
        weight = section.number("weight", 1.0, at_least=0, at_most=SCORE_MAX)
        points = section.optional_score("points")
        if points is not None and points < 0:
            section.block("points", "must be at least 0")
            points = 0.0
        if self.usual.kind is PartKind.CALLS:
            tests = [self._call(section, usual, number)]
        elif "folder" in section:
            tests = list(self._folder(section, usual))
        else:
            tests = [self._written(section, usual, number)]
        section.finish()
        if points is not None and len(tests) != 1:
            section.block("points", "a folder's tests have a weight, or share the part's points alike")
        yield from (Weighed(test, weight, points) for test in tests)

    def _usual(self, section: YamlSection, line: int) -> CourseTest:
        """What every kind of test may say."""
        bound = self.ceilings.bound("time_limit_ns")
        wall = Bound(MS_NS, 10 * bound.most)
        return CourseTest(
            name=self._name(section),
            title=section.text("title")[:NAME_CHARS_MAX],
            visibility=visibility_of(section, self.usual.visibility),
            fields=fields_of(section, self.usual.fields),
            hint=section.text("hint"),
            cpu_time_ns=duration_ns(section, "time", self.usual.cpu_time_ns, bound),
            wall_time_ns=duration_ns(section, "wall_time", self.usual.wall_time_ns, wall),
            line=line,
        )

    def _name(self, section: YamlSection) -> str:
        name = section.text("name")
        if len(name) > NAME_CHARS_MAX or not name.isprintable():
            section.block("name", f"a name has up to {NAME_CHARS_MAX} printable characters")
            return ""
        return name

    def _written(self, section: YamlSection, usual: CourseTest, number: int) -> CourseTest:
        return msgspec.structs.replace(
            usual,
            name=usual.name or str(number),
            input_path=self._text_or_file(section, "stdin", "input"),
            expected_path=self._text_or_file(section, "stdout", "output", needed=True),
            arguments=section.words("arguments"),
            files=self.files.pairs(section, "files"),
        )

    def _text_or_file(self, section: YamlSection, text: str, file: str, *, needed: bool = False) -> str:
        """The path of what a test gives or wants: the text itself, or a file of the package."""
        if section.node(text) is not None and section.node(file) is not None:
            section.block(file, f"there is {text}, too")
        if needed and section.node(text) is None and section.node(file) is None:
            section.block_at(section.mapping.line, f"{self.prefix}tests", f"a test needs {text}, or {file}: a file")
        written = self.files.written(section.text(text))
        return written or self.files.path(section, file)

    def _folder(self, section: YamlSection, usual: CourseTest) -> Iterator[CourseTest]:
        """A test for each NAME.in with its NAME.ans or NAME.out."""
        if usual.name:
            section.block("name", "tests of a folder are called by their files")
        name = section.text("folder").strip("/")
        entries = self._entries(section, name)
        answers = {_stem(entry): entry for entry in entries if ending(entry.name) in _ANSWER_ENDINGS}
        inputs = [entry for entry in entries if ending(entry.name) == _INPUT_ENDING]
        if not inputs:
            section.block("folder", f"there are no tests (NAME.in and NAME.ans) in {shown(name)[:200]!r}")
        for entry in inputs:
            answer = answers.get(_stem(entry))
            if answer is None:
                self.findings.block(entry.shown, "has no .ans (or .out) beside it")
                continue
            yield msgspec.structs.replace(
                usual, name=shown(_stem(entry)), input_path=entry.path, expected_path=answer.path
            )

    def _entries(self, section: YamlSection, name: str) -> tuple[Entry, ...]:
        if not name or ".." in name.split("/"):
            section.block("folder", "is no path in the package")
            return ()
        return tuple(entry for entry in self.files.package.entries(name) if not entry.is_directory)

    def _call(self, section: YamlSection, usual: CourseTest, number: int) -> CourseTest:
        function = section.text("call")
        if not function:
            section.block_at(section.mapping.line, f"{self.prefix}tests", "a test of this kind needs call: a function")
        for key in ("arguments", "expected"):
            if key == "expected" and key not in section:
                section.block_at(section.mapping.line, f"{self.prefix}tests", "a call needs expected: its value")
        arguments = self._json(section, "arguments", "[]")
        if not arguments.startswith("["):
            section.block("arguments", "expected a list")
            arguments = "[]"
        call = Call(function=function, arguments=arguments, expected=self._json(section, "expected", "null"))
        return msgspec.structs.replace(usual, name=usual.name or f"{function} {number}", call=call)

    def _json(self, section: YamlSection, key: str, default: str) -> str:
        """A YAML value as JSON."""
        section.node(key)
        node = section.mapping.values.get(key)
        if node is None:
            return default
        try:
            return json.dumps(_plain(node), ensure_ascii=False, allow_nan=False)
        except (ValueError, RecursionError):
            section.block(key, "is no value that JSON has (infinite, not a number)")
            return default


def _plain(node: YamlNode) -> object:
    if isinstance(node, YamlMapping):
        return {key: _plain(value) for key, value in node.values.items()}
    if isinstance(node, YamlSequence):
        return [_plain(item) for item in node.items]
    value = node.value
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(node.text)
    return value


def _stem(entry: Entry) -> str:
    return entry.name.rpartition(".")[0]
