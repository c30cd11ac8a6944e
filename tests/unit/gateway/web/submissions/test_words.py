"""Every result has a word in each language, and one colour on pages and in scripts."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from judge.gateway.web.submissions.words import marks
from judge.gateway.web.texts import catalogue
from judge.http_form.answers import Standing
from judge.model.work import WorkKind
from judge.model.work_report import STATUSES

_WORDS = {f"status_{word}" for words in STATUSES.values() for word in words}
_KINDS = {f"{prefix}_{kind}" for kind in WorkKind for prefix in ("kind", "kinds")}
_STATES = {f"state_{state}" for state in Standing}


@pytest.mark.parametrize("language", catalogue())
def test_every_status_kind_and_state_has_a_text(language: str) -> None:
    assert (_WORDS | _KINDS | _STATES) - catalogue()[language].sections["submissions"].keys() == set()


def test_scripts_colour_them_as_pages_do() -> None:
    script = (files("judge.gateway.web") / "js" / "submissions" / "words.js").read_text()
    table = script.partition("const COLOURS = {")[2].partition("};")[0]
    assert dict(re.findall(r"(\w+): \"(\w+)\"", table)) == marks()
