"""What is published of the format of assignments: assignment.schema.json and assignment.md in docs/reference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from judge.model.assignment import PartKind
from judge.package.assignment.keys import MAPS_OF_KIND, OF_KIND, TABLES, Key, Schema

_HEAD = """\
# assignment.yaml

<!-- Made by the command that CONTRIBUTING.md names. -->

An assignment of a course is a folder with an `assignment.yaml`. It is used like any package: `judge package check`
reads it, `judge verify` grades the work in its `submissions/`, `judge grade` grades one student's files. Every
complaint has file, line and key. The schema is [assignment.schema.json](assignment.schema.json).

```yaml
assignment: 1
title: Bank account
due: 2026-12-01T23:59:00+01:00
late: {grace: 10min, penalty: 10% per day, at_most: 50%, closes: 7d}
languages: [python3]
files: {required: [bank.py]}
parts:
  - name: io
    kind: tests
    points: 20
    tests:
      - {name: sample, stdin: "1 2\\n", stdout: "3\\n"}
      - {folder: tests/io, visibility: after_due}
  - name: account
    kind: unit_tests
    framework: pytest
    files: [tests/test_bank.py]
    module: bank
    points: 60
    weights: {"test_withdraw*": 3}
    visibility: {default: hidden, "test_basic*": visible}
    hints: {"test_withdraw_too_much": "What may a balance be?"}
  - {name: style, kind: style, command: [python3, -m, flake8, bank.py], penalty: 0.5 per finding, at_most: 5}
  - {name: report, kind: by_hand, points: 10, instructions: "Is it explained?"}
```

*Times* are a number and a unit (`ms`, `s`, `min`, `h`, `d`, `weeks`), or a number of seconds. *Sizes* are a number and
a unit (`KiB`, `MiB`, `GiB`, `KB`, `MB`, `GB`, `B`), or a number of MiB. *Shares* are `50%`, or a number from 0 to 1.
*Files* are files, folders and globs of the package, one or a list; a file of a folder is called by its path below that.
*Words* are a list, or a text that is split as a shell does. *Visibility* is `visible`, `after_due` (when nothing can be
handed in any more) or `hidden` (never; it is as if it were not there).

"""

_TITLES = {
    "assignment": "Keys",
    "late": "late",
    "attempts": "attempts",
    "files": "files",
    "limits": "limits",
    "part": "parts",
    "fields": "fields",
    "test": "A test with texts or files",
    "folder": "A folder of tests",
    "call": "A test that is a call",
    "packages": "packages",
}

#: Mappings that stand with the kind of part that has them.
_INNER = {name for names in MAPS_OF_KIND.values() for name in names}

_KINDS = {
    PartKind.TESTS: "The program is given standard input; what it writes is compared.",
    PartKind.CALLS: "A function is called with JSON values; what it returns is compared as a value.",
    PartKind.UNIT_TESTS: (
        "Tests in a framework of the language. Patterns of `visibility`, `weights` and `hints` mean a test's name "
        "without its file and classes, or all of it where they have `::`, `/` or ` > `; `default` is for all others, "
        "and the last one that says something about a test counts. `isolation: shared` is for tests of pytest and "
        "unittest that need more than the [call protocol](call-protocol.md); the report says so."
    ),
    PartKind.COMMAND: (
        "A command, found in the root of the language, or a file of `files`. The student's code may run below it and "
        "end it with success: it is `shared` unless `isolation: none` says that it only reads."
    ),
    PartKind.STYLE: (
        "A linter. A finding is a line that names a file and a line, `FILE:LINE` or `FILE(LINE`. It is given the "
        "source files that were handed in, and no configuration of the student's. One that is not there, breaks off, "
        "or fails without a finding, is a judge error and costs nobody points."
    ),
    PartKind.BY_HAND: "Left open: a person gives the points.",
    PartKind.AUTOGRADER: "A grading program of another system, which shares its container with the student's code.",
}

_TAIL = """\
## Points

- A test gives its share of its part's points; `all_or_nothing`, `requires`: see above. A part by hand keeps no other
  waiting.
- The penalties for being late and for further attempts are shares of the points of all parts, each of the whole.
- Where a machine gives all points the verdict is `AC`, else that of the first part that lacks some: `CE`, `RTE`, `TLE`
  or `WA`. The score is the points.
- What a setter got wrong is `JE`, with file and line; the report has no score then, and the other parts theirs.
- A missing file, one with an odd name, a language that is not asked for: nothing is run, and the report says why.

## What students see of the package

Its statement (`problem.md`, `problem.tex` or `problem.pdf`, or the same in `statement/`), its limits and its starter
files, without `assignment.yaml` and what a part names. What of its tests they see is in the reports of what they hand
in.

## submissions/

Work that the setter wrote, a file or a folder each, which `judge verify` grades; `submissions/expected.yaml` has the
points that each gets, by name or glob:

```yaml
right: {points: 100, parts: {io: 20, account: 60}}
"cheat_*": {points: 0}
```

`points` are those of the whole, `parts` those of some parts. What nothing is said of is graded and not compared.
"""


def schema() -> Schema:
    """The JSON schema of assignment.yaml."""
    definitions = {name: _object(keys) for name, keys in TABLES.items() if name not in ("assignment", "part")}
    definitions["part"] = {"oneOf": [_part(kind) for kind in PartKind]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "assignment.yaml",
        **_object(TABLES["assignment"]),
        "$defs": definitions,
    }


def _object(keys: Sequence[Key]) -> dict[str, object]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [key.name for key in keys if key.needed],
        "properties": {key.name: {"description": key.text, **key.schema} for key in keys},
    }


def _part(kind: PartKind) -> dict[str, object]:
    keys = [key for key in TABLES["part"] if key.name != "kind"]
    keys += [_with_items(key, kind) if key.name == "tests" else key for key in OF_KIND[kind]]
    return _object([Key("kind", "", {"const": kind.value}, _KINDS[kind], needed=True), *keys])


def _with_items(key: Key, kind: PartKind) -> Key:
    items = {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in MAPS_OF_KIND[kind]]}
    return key._replace(schema={**key.schema, "items": items})


def schema_text() -> str:
    """The text of docs/reference/assignment.schema.json."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"


def page() -> str:
    """The text of docs/reference/assignment.md."""
    return _HEAD + "".join(_sections()) + _TAIL


def _sections() -> Iterator[str]:
    for name, keys in TABLES.items():
        if name not in _INNER:
            yield f"## {_TITLES[name]}\n\n{_rows(keys)}\n"
    yield from map(_kind, PartKind)


def _kind(kind: PartKind) -> str:
    text = f"## kind: {kind}\n\n{_KINDS[kind]}\n\n{_rows(OF_KIND[kind])}\n"
    for name in MAPS_OF_KIND.get(kind, ()):
        text += f"### {_TITLES[name]}\n\n{_rows(TABLES[name])}\n"
    return text


def _rows(keys: Sequence[Key]) -> str:
    rows = [f"| `{key.name}`{', needed' if key.needed else ''} | {key.takes} | {key.text} |\n" for key in keys]
    return "| key | takes | meaning |\n| --- | --- | --- |\n" + "".join(rows)
