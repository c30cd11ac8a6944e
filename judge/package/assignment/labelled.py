"""Students' work that the setter wrote, in ``submissions/``, and the points that ``expected.yaml`` there says it gets.

::

    submissions/
      expected.yaml       right: {points: 100}
      right/bank.py       "cheat_*": {points: 0, parts: {io: 0}}
      hanging.py
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from judge.globs import matches_any
from judge.model.problem import ExpectedResult, JurySubmission
from judge.package.ceilings import SCORE_MAX
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YAML_BYTES_MAX, parse_yaml
from judge.package.findings import Findings
from judge.package.kattis.program_files import program_at
from judge.text import shown

FOLDER = "submissions"
FILE = f"{FOLDER}/expected.yaml"


@dataclass(frozen=True)
class LabelledWork:
    """The folder, and the names of the assignment's parts."""

    package: PackageDir
    findings: Findings
    parts: tuple[str, ...]

    def read(self) -> tuple[JurySubmission, ...]:
        """All work there is. What nothing is said of is unlabelled."""
        entries = [entry for entry in self.package.entries(FOLDER) if entry.relative != FILE]
        section = self._section()
        expected = {pattern: self._expected(section, pattern) for pattern in section.mapping.values}
        for pattern in expected:
            if not any(_fits(entry, pattern) for entry in entries):
                section.error(pattern, f"there is no such work in {FOLDER}")
        return tuple(self._submission(entry, expected) for entry in entries)

    def _section(self) -> YamlSection:
        entry = self.package.find(FILE)
        data = b"" if entry is None or entry.is_directory else self.package.read(entry, YAML_BYTES_MAX)
        return YamlSection(parse_yaml(data, FILE, self.findings), FILE, self.findings)

    def _submission(self, entry: Entry, expected: dict[str, ExpectedResult]) -> JurySubmission:
        found = next((one for pattern, one in expected.items() if _fits(entry, pattern)), None)
        if found is None:
            self.findings.warning(entry.shown, f"{FILE} does not say what it gets")
        program = program_at(self.package, entry)
        if not program.files:
            self.findings.error(entry.shown, "has no files")
        return JurySubmission(
            path=entry.shown, program=program, expected=found or ExpectedResult(), labelled=found is not None
        )

    def _expected(self, section: YamlSection, pattern: str) -> ExpectedResult:
        inner = section.section(pattern)
        points = inner.optional_score("points")
        found = ExpectedResult(score_min=points, score_max=points, part_points=tuple(self._parts(inner)))
        inner.finish()
        return found

    def _parts(self, section: YamlSection) -> Iterator[tuple[str, float]]:
        parts = section.section("parts")
        for name in parts.mapping.values:
            if name not in self.parts:
                parts.error(name, f"there is no part {shown(name)[:200]!r}")
            yield name, parts.number(name, 0.0, at_least=0, at_most=SCORE_MAX)


def _fits(entry: Entry, pattern: str) -> bool:
    return matches_any(entry.name, [pattern])
