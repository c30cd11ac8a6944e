"""CMS's score types: which tests are worth what together.

``score_type`` and ``score_type_parameters`` of task.yaml count where both are given (with ``n_input``), else the
subtasks of gen/GEN, else every test is worth the same. Source: CMS's documentation, "Score types".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from judge.model.problem import ScoreAggregation
from judge.package.ceilings import SCORE_MAX
from judge.package.cms.gen_file import GenFile
from judge.package.files.yaml_section import YamlSection, number_of
from judge.package.files.yaml_tree import YamlNode, YamlScalar, YamlSequence

_AGGREGATIONS = {
    "Sum": ScoreAggregation.SUM,
    "GroupMin": ScoreAggregation.MIN,
    "GroupMul": ScoreAggregation.PRODUCT,
    "GroupThreshold": ScoreAggregation.MIN,
}
_TOTAL = 100.0
#: A subtask's tests are given by how many, or by this much of a regular expression.
_PATTERN_CHARS_MAX = 1000
#: A test may be in several subtasks, and is judged in each.
_SUBTASKS_MAX = 200
_MEMBERS_MAX = 50_000


@dataclass(frozen=True)
class Subtask:
    """``tests``: their numbers. ``outcome_max``: GroupThreshold's, else None."""

    points: float
    tests: tuple[int, ...]
    outcome_max: float | None = None


@dataclass(frozen=True)
class ScoreType:
    """``subtasks`` None: each test is worth ``test_points``."""

    aggregation: ScoreAggregation = ScoreAggregation.SUM
    test_points: float = 0.0
    subtasks: tuple[Subtask, ...] | None = None


def codename(number: int) -> str:
    """What CMS calls a test."""
    return f"{number:03d}"


def read_score_type(section: YamlSection, gen: GenFile, tests: int) -> ScoreType:
    """How ``tests`` tests are scored."""
    given = [key for key in ("score_type", "score_type_parameters") if section.node(key) is not None]
    total = section.score("total_value", _TOTAL, at_least=0)
    if len(given) == 2:
        return _declared(section, tests)
    if given:
        section.warning(given[0], "counts only where score_type and score_type_parameters are given together")
    if gen.subtasks:
        counts = [count for _, count in gen.subtasks]
        starts = [sum(counts[:place]) for place in range(len(counts))]
        return ScoreType(
            aggregation=ScoreAggregation.MIN,
            subtasks=tuple(
                Subtask(points, tuple(range(start, start + count)))
                for (points, count), start in zip(gen.subtasks, starts, strict=True)
            ),
        )
    return ScoreType(test_points=total / tests if tests else 0.0)


def _declared(section: YamlSection, tests: int) -> ScoreType:
    kind = section.text("score_type")
    key = "score_type_parameters"
    node = section.node(key)
    if kind not in _AGGREGATIONS:
        section.block("score_type", f"{kind[:40]!r} is not supported; known are {', '.join(_AGGREGATIONS)}")
        return ScoreType()
    if kind == "Sum":
        return ScoreType(test_points=section.score(key, 0.0, at_least=0))
    threshold = kind == "GroupThreshold"
    items = node.items if isinstance(node, YamlSequence) else ()
    if not items:
        section.block(key, "expected a list of subtasks: [points, tests]")
    if len(items) > _SUBTASKS_MAX:
        section.block(key, f"has {len(items)} subtasks; at most {_SUBTASKS_MAX} are taken")
        items = ()
    subtasks: list[Subtask] = []
    start = 0
    for item in items:
        found = _subtask(section, item, start, tests, threshold=threshold)
        start += len(found.tests)
        if start > _MEMBERS_MAX:
            section.block_at(item.line, key, f"has more than {_MEMBERS_MAX} tests in all subtasks together")
            break
        subtasks.append(found)
    return ScoreType(aggregation=_AGGREGATIONS[kind], subtasks=tuple(subtasks))


def _subtask(section: YamlSection, item: YamlNode, start: int, tests: int, *, threshold: bool) -> Subtask:
    """One of [points, how many tests or which, threshold]; ``start``: how many tests those before it have taken."""
    key = "score_type_parameters"
    parts = item.items if isinstance(item, YamlSequence) else ()
    numbers = [number_of(part) for part in parts]
    wanted = 3 if threshold else 2
    points = numbers[0] if numbers else None
    outcome_max = numbers[2] if threshold and len(parts) == wanted else None
    if len(parts) != wanted or points is None or not 0 <= points <= SCORE_MAX or (threshold and outcome_max is None):
        shape = "[points, tests, threshold]" if threshold else "[points, tests]"
        section.block_at(item.line, key, f"expected {shape}")
        return Subtask(0.0, ())
    return Subtask(points, _tests(section, parts[1], start, tests), outcome_max)


def _tests(section: YamlSection, node: YamlNode, start: int, tests: int) -> tuple[int, ...]:
    key = "score_type_parameters"
    if isinstance(node, YamlScalar) and isinstance(node.value, int) and not isinstance(node.value, bool):
        if not 0 < node.value <= tests - start:
            section.block_at(node.line, key, f"asks for {node.value} tests where {tests - start} are left")
            return ()
        return tuple(range(start, start + node.value))
    text = node.text if isinstance(node, YamlScalar) and isinstance(node.value, str) else ""
    pattern = _pattern(text)
    if pattern is None:
        section.block_at(node.line, key, f"expected how many tests, or a regular expression, not {text[:40]!r}")
        return ()
    found = tuple(number for number in range(tests) if pattern.match(codename(number)))
    if not found:
        section.block_at(node.line, key, f"no test is called like {text[:40]!r}")
    return found


#: A name has three digits or little more, so no pattern takes long; only repetitions by number could grow one.
_REPETITION = re.compile(r"\{\d{1,2}(?:,\d{0,2})?\}")
_REPETITIONS_MAX = 2


def _pattern(text: str) -> re.Pattern[str] | None:
    repetitions = len(_REPETITION.findall(text))
    if not text or len(text) > _PATTERN_CHARS_MAX or text.count("{") != repetitions or repetitions > _REPETITIONS_MAX:
        return None
    try:
        return re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return None
