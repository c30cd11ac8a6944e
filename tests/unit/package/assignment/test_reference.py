"""What is published of assignment.yaml is what its reader takes: the schema, the page, and every key of both."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import jsonschema
import pytest
import yaml

from judge.model.assignment import FieldVisibility, PartKind
from judge.package.assignment.keys import MAPS_OF_KIND, OF_KIND, TABLES
from judge.package.assignment.reader import AssignmentReader
from judge.package.assignment.reference import page, schema, schema_text
from judge.package.files.yaml_section import YamlSection
from judge.package.reader import DEFAULT_READING

ROOT = Path(__file__).resolve().parents[4]
REFERENCE = ROOT / "docs" / "reference"

#: One test or part of each kind, with nothing but what it needs.
TEXT = """\
assignment: 1
due: 2026-12-01T23:59:00Z
late: {}
attempts: {}
files: {}
limits: {}
parts:
  - {kind: tests, points: 1, fields: {}, tests: [{stdout: a, fields: {}}, {folder: io}]}
  - {kind: calls, points: 1, tests: [{call: f, expected: 1}]}
  - {kind: unit_tests, framework: pytest, files: a.py, points: 1}
  - {kind: command, command: a.py, points: 1}
  - {kind: style, command: a.py, penalty: 1, at_most: 1}
  - {kind: by_hand, points: 1}
  - {kind: autograder, framework: gradescope, files: a.py, points: 1}
"""


@pytest.mark.parametrize(("name", "text"), [("assignment.md", page()), ("assignment.schema.json", schema_text())])
def test_what_is_published_is_made_from_the_keys(name: str, text: str) -> None:
    assert (REFERENCE / name).read_text() == text


def test_the_reader_asks_for_the_keys_that_are_published_and_for_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, set[str]] = defaultdict(set)
    real = YamlSection.node

    def node(self: YamlSection, key: str) -> object:
        asked[self._prefix].add(key)
        return real(self, key)

    monkeypatch.setattr(YamlSection, "node", node)
    for name, content in {"a.py": "", "io/a.in": "", "io/a.ans": "", "assignment.yaml": TEXT}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    _, findings = AssignmentReader().inspect(tmp_path, tmp_path, DEFAULT_READING)
    assert findings.diagnostics == ()
    for prefix, names in _published().items():
        assert asked[prefix] == names, prefix


def _published() -> dict[str, set[str]]:
    """The keys of each mapping of TEXT, by where it is."""
    keys = {name: {key.name for key in table} for name, table in TABLES.items()}
    found = {"": keys["assignment"], **{f"{name}.": keys[name] for name in ("late", "attempts", "files", "limits")}}
    for number, kind in enumerate(PartKind, 1):
        found[f"parts[{number}]."] = keys["part"] | {key.name for key in OF_KIND[kind]}
        for index, name in enumerate(MAPS_OF_KIND.get(kind, ()), 1):
            found[f"parts[{number}].{name if name == 'packages' else f'tests[{index}]'}."] = keys[name]
    return found


def test_fields_are_those_of_a_test() -> None:
    assert [key.name for key in TABLES["fields"]] == list(FieldVisibility.__struct_fields__)


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "course" / "golden").glob("*/assignment.yaml")), ids=str)
def test_golden_assignments_fit_the_schema(path: Path) -> None:
    jsonschema.validate(_plain(path.read_text()), schema())


def test_the_pages_example_fits_the_schema() -> None:
    example = re.search(r"```yaml\n(assignment: .*?)```", page(), re.DOTALL)
    assert example is not None
    jsonschema.validate(_plain(example[1]), schema())


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("assignment: 1", "assignment: 2"),
        TEXT.replace("late: {}", "late: {gracious: 1s}"),
        TEXT.replace("kind: by_hand", "kind: by_foot"),
        TEXT.replace("call: f, ", ""),
        TEXT.replace("penalty: 1, ", ""),
        "assignment: 1\nparts: []\n",
    ],
)
def test_what_does_not_fit_the_schema_is_refused(text: str) -> None:
    jsonschema.validate(_plain(TEXT), schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(_plain(text), schema())


class _Plain(yaml.SafeLoader):
    """Dates stay text, as the reader has them."""


_Plain.yaml_implicit_resolvers = {
    letter: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _plain(text: str) -> object:
    return yaml.load(text, _Plain)
