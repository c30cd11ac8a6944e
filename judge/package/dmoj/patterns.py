"""DMOJ's ``test_cases`` by patterns: which files are tests, of which batch, in which order.

Source: DMOJ's documentation, "Specifying cases with regexes". A test without a batch stands where a batch of its
number would; numbers are ordered as numbers, names before them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import EMPTY_MAPPING, YamlMapping, YamlNode, YamlScalar, YamlSequence
from judge.package.findings import Findings

#: The documented defaults.
INPUT_FORMAT = r"^(?=.*?\.in|in).*?(?:(?:^|\W)(?P<batch>\d+)[^\d\s]+)?(?P<case>\d+)[^\d\s]*$"
OUTPUT_FORMAT = r"^(?=.*?\.out|out).*?(?:(?:^|\W)(?P<batch>\d+)[^\d\s]+)?(?P<case>\d+)[^\d\s]*$"

#: What matching may take; it takes milliseconds unless a pattern is a trap.
_CPU_S, _WALL_S, _MEMORY_BYTES = 5, 60, 512 << 20

_KEYS = ("input_format", "output_format")

#: A batch's or test's number, or its name when that is no number.
_Place = tuple[bool, int, str]


#: Index of a file's name, and what the pattern's groups batch and case found in it.
_Match = tuple[int, str | None, str | None]


def cases_by_pattern(
    node: YamlMapping | None, names: Sequence[str], top: YamlSection, findings: Findings
) -> YamlSequence:
    """``test_cases`` as the list that its patterns stand for (the default ones when ``node`` is None)."""
    section = YamlSection(node or EMPTY_MAPPING, top.file, findings, "test_cases.")
    line = node.line if node else 0
    patterns = (section.text(_KEYS[0], INPUT_FORMAT), section.text(_KEYS[1], OUTPUT_FORMAT))
    points = _points(section)
    section.finish()
    found = _matched(patterns, names, section)
    tests: dict[_Place, dict[_Place, dict[str, str]]] = {}
    batches = set()
    for key, matches in zip(("in", "out"), found, strict=False):
        for index, batch, case in matches:
            if case is None:
                section.block(_KEYS[key == "out"], f"finds no case number in {names[index][:200]!r}")
                continue
            place = _place(case if batch is None else batch)
            if batch is not None:
                batches.add(place)
            tests.setdefault(place, {}).setdefault(_place(case), {})[key] = names[index]
    items: list[YamlNode] = []
    for place in sorted(tests):
        inner = [_test(tests[place][case], line) for case in sorted(tests[place])]
        if place in batches:
            items.append(_table(line, batched=YamlSequence(line, tuple(inner))))
        else:
            items += inner
    if points is not None and len(points) != len(items):
        section.block("case_points", f"has {len(points)} numbers for {len(items)} tests and batches")
    return YamlSequence(line, tuple(_with_points(items, points)))


def _points(section: YamlSection) -> tuple[YamlNode, ...] | None:
    node = section.node("case_points")
    if node is None or isinstance(node, YamlSequence):
        return node.items if node else None
    section.block("case_points", "expected a list of numbers")
    return None


def _place(text: str) -> _Place:
    return (True, int(text), "") if text.isdecimal() and len(text) < 1000 else (False, 0, text)


def _test(files: dict[str, str], line: int) -> YamlMapping:
    return _table(line, **{key: YamlScalar(line, name, name) for key, name in files.items()})


def _table(line: int, **values: YamlNode) -> YamlMapping:
    return YamlMapping(line, values, dict.fromkeys(values, line))


def _with_points(items: Sequence[YamlNode], points: tuple[YamlNode, ...] | None) -> Iterator[YamlNode]:
    for number, item in enumerate(items):
        if points is None or number >= len(points) or not isinstance(item, YamlMapping):
            yield item
        else:
            yield _table(item.line, **item.values, points=points[number])


def _matched(patterns: Sequence[str], names: Sequence[str], section: YamlSection) -> list[list[_Match]]:
    """For each pattern (index of the name, batch, case); nothing after a finding."""
    question = {"patterns": patterns, "names": names, "cpu_s": _CPU_S, "memory_bytes": _MEMORY_BYTES}
    program = Path(__file__).parent / "guest" / "match_patterns.py"
    command = [sys.executable, "-I", "-S", "-B", str(program)]
    try:
        done = subprocess.run(
            command, input=json.dumps(question).encode(), capture_output=True, check=True, timeout=_WALL_S
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        answer = {"pattern": 0, "error": "takes too long or too much memory to match the names of the files"}
    if isinstance(answer, list):
        return [[(index, batch, case) for index, batch, case in matches] for matches in answer]
    key = _KEYS[answer["pattern"]]
    section.block(key if key in section else "", answer["error"])
    return []
