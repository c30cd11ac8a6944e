"""Who may see what of a part and its tests, as assignment.yaml says it: a word, or words by test."""

from __future__ import annotations

from judge.model.assignment import ALL_VISIBLE, FieldVisibility, TestRule, Visibility
from judge.package.ceilings import SCORE_MAX
from judge.package.files.yaml_section import YamlSection, number_of
from judge.package.files.yaml_tree import YamlMapping, YamlNode, YamlScalar

_WORDS = tuple(Visibility)
_DEFAULT = "default"
_PATTERN_CHARS_MAX = 200


def visibility_of(section: YamlSection, default: Visibility) -> Visibility:
    """What ``visibility`` says where it is one word."""
    return Visibility(section.choice("visibility", _WORDS, default))


def fields_of(section: YamlSection, default: FieldVisibility = ALL_VISIBLE) -> FieldVisibility:
    """What ``fields`` says: fields of a test that are less visible than the test."""
    if section.node("fields") is None:
        return default
    inner = section.section("fields")
    found = {
        name: Visibility(inner.choice(name, _WORDS, getattr(default, name)))
        for name in FieldVisibility.__struct_fields__
    }
    inner.finish()
    return FieldVisibility(**found)


def part_visibility(section: YamlSection, *, by_name: bool) -> tuple[Visibility, tuple[TestRule, ...]]:
    """The default of a part's tests, and what is said of some of them (``weights``, ``hints``, ``visibility``), where
    that can be said ``by_name``: of tests that are not listed."""
    default, rules = Visibility.VISIBLE, []
    if isinstance(section.node("visibility"), YamlMapping):
        inner = section.section("visibility")
        default = Visibility(inner.choice(_DEFAULT, _WORDS, Visibility.VISIBLE))
        for pattern in _patterns(inner):
            if not by_name:
                section.block("visibility", "expected one word: only of unit tests more is said, by their names")
                break
            word = Visibility(inner.choice(pattern, _WORDS, Visibility.HIDDEN))
            rules.append(TestRule(pattern=pattern, visibility=word, line=inner.line(pattern)))
    else:
        default = visibility_of(section, default)
    return default, (*rules, *_weights(section), *_hints(section)) if by_name else ()


def _weights(section: YamlSection) -> list[TestRule]:
    inner = section.section("weights")
    rules = []
    for pattern in _patterns(inner):
        weight = inner.number(pattern, 1.0, at_least=0, at_most=SCORE_MAX)
        if _is_nothing(inner.node(pattern)):
            inner.block(pattern, "expected a number")
        rules.append(TestRule(pattern=pattern, weight=weight, line=inner.line(pattern)))
    return rules


def _hints(section: YamlSection) -> list[TestRule]:
    inner = section.section("hints")
    return [
        TestRule(pattern=pattern, hint=inner.text(pattern), line=inner.line(pattern)) for pattern in _patterns(inner)
    ]


def _patterns(section: YamlSection) -> list[str]:
    found = []
    for pattern in section.mapping.values:
        if pattern == _DEFAULT:
            continue
        if not pattern or len(pattern) > _PATTERN_CHARS_MAX or not pattern.isprintable():
            section.block(pattern[:_PATTERN_CHARS_MAX], "is no pattern of names of tests")
            section.node(pattern)
            continue
        found.append(pattern)
    return found


def _is_nothing(node: YamlNode | None) -> bool:
    return node is None or (isinstance(node, YamlScalar) and number_of(node) is None)
