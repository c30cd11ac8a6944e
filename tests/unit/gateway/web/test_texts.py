"""Texts: every language has all of them, and pages ask for none that is not there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import pytest

from judge.gateway.web.texts import USUAL, Texts, catalogue, wanted_of

WEB = Path(__file__).resolve().parents[4] / "judge" / "gateway" / "web"
LANGUAGES = catalogue()
OTHERS = sorted(LANGUAGES.keys() - {USUAL})

#: A name in quotes that is asked for as a whole: behind it the call goes on or ends.
_ASKED = re.compile(r"""\bt\((["'])(?P<name>[a-z0-9_.]+)\1\s*[,)]""")


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _all(texts: Texts) -> dict[str, str]:
    return {f"{section}.{name}": text for section, found in texts.sections.items() for name, text in found.items()}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_every_text_with_the_same_values(language: str) -> None:
    usual, other = _all(LANGUAGES[USUAL]), _all(LANGUAGES[language])
    assert usual.keys() ^ other.keys() == set()
    assert {name for name in usual if _values(usual[name]) != _values(other[name])} == set()


def test_there_is_a_language_besides_the_usual_one() -> None:
    assert "de" in OTHERS


def test_templates_ask_for_texts_that_are_there() -> None:
    known = _all(LANGUAGES[USUAL])
    for path in (WEB / "templates").rglob("*.html"):
        missing = {found["name"] for found in _ASKED.finditer(path.read_text())} - known.keys()
        assert missing == set(), path


def test_scripts_ask_for_texts_that_are_there() -> None:
    known = {name.partition(".")[2] for name in _all(LANGUAGES[USUAL])}
    for path in (WEB / "js").rglob("*.js"):
        code = re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE)
        missing = {found["name"] for found in _ASKED.finditer(code)} - known
        assert missing == set(), path


def test_a_text_of_one_is_another_than_that_of_many() -> None:
    texts = Texts("en", {"common": {"tests": "{n} tests", "tests_one": "one test"}})
    assert [texts.text("common.tests", n=n) for n in (0, 1, 2)] == ["0 tests", "one test", "2 tests"]


@pytest.mark.parametrize("name", ["common.nothing", "nothing.x", "common.tests"])
def test_a_text_or_value_that_is_missing_is_an_error(name: str) -> None:
    with pytest.raises(KeyError):
        Texts("en", {"common": {"tests": "{n} tests"}}).text(name)


def test_scripts_get_their_section_and_the_common_one() -> None:
    texts = Texts("en", {"common": {"copy": "Copy"}, "frame": {"skip": "Skip"}, "other": {"no": "No"}})
    assert json.loads(texts.for_scripts("frame")) == {"copy": "Copy", "skip": "Skip"}


@pytest.mark.parametrize(
    ("accepted", "wanted"),
    [
        ("", "en"), ("de", "de"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("en;q=0.2, de;q=0.9", "de"), ("fr, es", "en"),
        ("fr, de;q=0.1", "de"), ("de;q=0", "en"), ("*", "en"), ("de;q=x", "en"), (";;,,=", "en"), ("DE", "de"),
        ("x" * 100_000, "en"),
    ],
)  # fmt: skip
def test_the_browser_says_which_language_it_wants(accepted: str, wanted: str) -> None:
    assert wanted_of(accepted, ("de", "en")) == wanted
