"""``submissions/submissions.yaml`` -> rules, and which of them apply to a submission.

Source: problem package format 2025-09, "Example submissions".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from judge.globs import compile_glob
from judge.model.problem import ExpectedResult
from judge.package.ceilings import SCORE_MAX
from judge.package.files.yaml_section import YamlSection, number_of
from judge.package.files.yaml_tree import YamlMapping, YamlNode, YamlScalar, YamlSequence, parse_yaml
from judge.package.findings import Findings
from judge.package.kattis.verdict_labels import MODERN_RULES, VERDICT_WORDS, rule

FILE = "submissions/submissions.yaml"

_RULE_KEYS = ("permitted", "required", "score", "message", "use_for_time_limit")
_META_KEYS = ("language", "entrypoint", "authors", "model_solution")
_TIME_LIMIT_WORDS = {"true": None, "false": "", "lower": "lower", "upper": "upper"}


@dataclass(frozen=True)
class SubmissionRule:
    """One top-level glob. ``rules`` as in :class:`~judge.model.problem.ExpectedResult`."""

    glob: str
    pattern: re.Pattern[str]
    rules: tuple[tuple[str, ExpectedResult], ...] = ()
    language: str = ""
    entrypoint: str = ""


@dataclass(frozen=True)
class Applied:
    """What all matching globs say about one submission."""

    rules: tuple[tuple[str, ExpectedResult], ...] = ()
    language: str = ""
    entrypoint: str = ""


@dataclass(frozen=True)
class SubmissionRules:
    """All globs of one package, the built-in ones of the format first."""

    rules: tuple[SubmissionRule, ...] = field(default=())

    def apply(self, path: str) -> Applied:
        """The rules for the submission at ``path``, relative to submissions/."""
        matching = [rule for rule in self.rules if rule.pattern.match(path)]
        return Applied(
            rules=tuple(one for rule in matching for one in rule.rules),
            language=next((rule.language for rule in matching if rule.language), ""),
            entrypoint=next((rule.entrypoint for rule in matching if rule.entrypoint), ""),
        )

    def unused(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Globs of the file that match none of the submissions."""
        globs = (rule for rule in self.rules if rule.glob not in MODERN_RULES)
        return tuple(rule.glob for rule in globs if not any(rule.pattern.match(path) for path in paths))


def builtin_rules() -> SubmissionRules:
    """What the format says without any file."""
    return SubmissionRules(
        tuple(
            SubmissionRule(name, compile_glob(name), rules=(("", rule(permitted, required)),))
            for name, (permitted, required) in MODERN_RULES.items()
        )
    )


def read_submission_rules(data: bytes, findings: Findings, *, scoring: bool) -> SubmissionRules:
    """The file's globs over the built-in ones: a glob that names a built-in directory replaces that rule, keeping
    what it does not give."""
    root = YamlSection(parse_yaml(data, FILE, findings), FILE, findings)
    found: dict[str, SubmissionRule] = {rule.glob: rule for rule in builtin_rules().rules}
    for glob in root.mapping.values:
        name = glob.strip("/")
        entry = _read_rule(root.section(glob), name, scoring)
        if entry is not None:
            found[name] = entry
    return SubmissionRules(tuple(found.values()))


def _read_rule(section: YamlSection, glob: str, scoring: bool) -> SubmissionRule | None:
    try:
        pattern = compile_glob(glob)
    except ValueError as error:
        section.block_at(section.mapping.line, glob, str(error))
        return None
    permitted, required = MODERN_RULES.get(glob, ((), ()))
    rules = []
    if glob in MODERN_RULES or any(key in section for key in _RULE_KEYS):
        rules.append(("", _expectation(section, permitted, required, scoring)))
    for key in section.mapping.values:
        if key not in (*_RULE_KEYS, *_META_KEYS):
            rules += _case_rule(section, key, scoring)
    section.boolean("model_solution", False)
    language, entrypoint = section.text("language"), section.text("entrypoint")
    section.finish(_META_KEYS)
    return SubmissionRule(glob, pattern, tuple(rules), language, entrypoint)


def _case_rule(section: YamlSection, key: str, scoring: bool) -> list[tuple[str, ExpectedResult]]:
    """An unknown key is a glob over test cases when its value is a map of rules."""
    node = section.mapping.values[key]
    if not isinstance(node, YamlMapping):
        return []
    nested = section.section(key)
    try:
        compile_glob(key)
    except ValueError as error:
        section.block(key, str(error))
        return []
    if not re.match(r"(sample|secret|\*|\{)", key):
        section.warning(key, "matches no test case: the names of groups begin with sample or secret")
    expected = _expectation(nested, (), (), scoring)
    nested.finish()
    return [(key.strip("/"), expected)]


def _expectation(
    section: YamlSection, permitted: tuple[str, ...], required: tuple[str, ...], scoring: bool
) -> ExpectedResult:
    permitted = _verdict_words(section, "permitted", permitted)
    required = _verdict_words(section, "required", required)
    if permitted and required and not set(permitted) & set(required):
        section.block("required", "none of these verdicts is permitted")
    low, high = _score(section)
    if low is not None and not scoring:
        section.error("score", "is for scoring problems only")
    bound = _use_for_time_limit(section)
    if bound == "lower":
        permitted = tuple(word for word in permitted or VERDICT_WORDS if word != "TLE")
    elif bound == "upper" and not required:
        required = ("TLE",)
    expected = rule(permitted, required, use_for_time_limit=bound)
    return msgspec.structs.replace(expected, score_min=low, score_max=high, message=section.text("message"))


def _verdict_words(section: YamlSection, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    node = section.node(key)
    if node is None:
        return default
    words = section.words_of(node, key)
    unknown = [word for word in words if word not in VERDICT_WORDS]
    if unknown or not words:
        section.block(key, f"expected a list of {', '.join(VERDICT_WORDS)}, not {', '.join(words) or 'nothing'}")
        return default
    return words


def _score(section: YamlSection) -> tuple[float | None, float | None]:
    node = section.node("score")
    if node is None:
        return None, None
    numbers = _numbers(node)
    if numbers is None or numbers[0] > numbers[-1]:
        section.block("score", "expected a number, or a list of two numbers in order")
        return None, None
    return numbers[0], numbers[-1]


def _numbers(node: YamlNode) -> tuple[float, ...] | None:
    nodes = node.items if isinstance(node, YamlSequence) else (node,)
    numbers = tuple(number_of(item) for item in nodes)
    known = tuple(number for number in numbers if number is not None and abs(number) <= SCORE_MAX)
    return known if len(known) == len(numbers) and len(known) in (1, 2) else None


def _use_for_time_limit(section: YamlSection) -> str | None:
    node = section.node("use_for_time_limit")
    if node is None:
        return None
    word = node.text.lower() if isinstance(node, YamlScalar) else ""
    if word not in _TIME_LIMIT_WORDS:
        section.block("use_for_time_limit", "expected true, false, lower or upper")
    return _TIME_LIMIT_WORDS.get(word)
