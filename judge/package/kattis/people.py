"""Keys of problem.yaml that only people read: checked for what the format says about them, and dropped. Warnings only.

Source: problem package format 2025-09, "Problem Metadata"; legacy, "Problem Metadata".
"""

from __future__ import annotations

import datetime
import re

from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CREDITS = ("authors", "contributors", "testers", "translators", "packagers", "acknowledgements")
_PERSON = ("name", "email", "orcid", "kattis")
_SOURCE = ("name", "url")


def check_legacy_people(section: YamlSection) -> None:
    """Texts must be texts."""
    for key in ("uuid", "author", "source", "source_url", "rights_owner", "keywords"):
        node = section.node(key)
        if (
            node is not None
            and not isinstance(node, YamlScalar)
            and not (key == "keywords" and isinstance(node, YamlSequence))
        ):
            section.warning(key, "expected text")
    _check_name(section)
    _check_uuid(section)


def check_modern_people(section: YamlSection) -> None:
    """uuid, name, credits, source, embargo_until, keywords, rights_owner, version of the newer formats."""
    _check_name(section)
    _check_uuid(section)
    for key in ("rights_owner", "version"):
        if not isinstance(section.node(key), YamlScalar | None):
            section.warning(key, "expected text")
    _check_credits(section)
    _check_source(section)
    embargo = section.node("embargo_until")
    if embargo is not None and not (isinstance(embargo, YamlScalar) and _is_date(embargo.text)):
        section.warning("embargo_until", "expected a date (YYYY-MM-DD, or with a time)")
    keywords = section.node("keywords")
    if keywords is not None and not _all_texts(keywords):
        section.warning("keywords", "expected a list of words")


def _check_name(section: YamlSection) -> None:
    node = section.node("name")
    if isinstance(node, YamlMapping):
        if not node.values or not all(_is_text(value) for value in node.values.values()):
            section.warning("name", "expected a text for each language")
    elif node is not None and not _is_text(node):
        section.warning("name", "expected text, or a map of languages to texts")


def _check_uuid(section: YamlSection) -> None:
    node = section.node("uuid")
    if node is not None and not (isinstance(node, YamlScalar) and _UUID.fullmatch(node.text)):
        section.warning("uuid", "expected a UUID such as 9a3fba5c-5b4f-4f6e-a3f4-6f4b4bd2f9f1")


def _check_credits(section: YamlSection) -> None:
    node = section.node("credits")
    if node is None or _is_text(node):
        return
    if not isinstance(node, YamlMapping):
        section.warning("credits", "expected a name, or a map of roles to people")
        return
    for role, people in node.values.items():
        if role not in _CREDITS:
            section.warning("credits", f"{role[:40]!r} is none of {', '.join(_CREDITS)}")
        elif role == "translators" and isinstance(people, YamlMapping):
            if not all(_are_people(value) for value in people.values.values()):
                section.warning("credits", "translators: expected people for each language")
        elif not _are_people(people):
            section.warning("credits", f"{role}: expected a person, or a list of people")


def _check_source(section: YamlSection) -> None:
    node = section.node("source")
    sources = node.items if isinstance(node, YamlSequence) else () if node is None else (node,)
    for one in sources:
        good = _is_text(one) or (
            isinstance(one, YamlMapping) and "name" in one.values and set(one.values) <= set(_SOURCE)
        )
        if not good:
            section.warning("source", "expected a name, a map of name and url, or a list of those")
            return


def _are_people(node: YamlNode) -> bool:
    people = node.items if isinstance(node, YamlSequence) else (node,)
    return bool(people) and all(
        _is_text(one) or (isinstance(one, YamlMapping) and "name" in one.values and set(one.values) <= set(_PERSON))
        for one in people
    )


def _all_texts(node: YamlNode) -> bool:
    return _is_text(node) or (
        isinstance(node, YamlSequence) and all(isinstance(item, YamlScalar) for item in node.items)
    )


def _is_text(node: YamlNode) -> bool:
    return isinstance(node, YamlScalar) and isinstance(node.value, str) and bool(node.text.strip())


def _is_date(text: str) -> bool:
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
