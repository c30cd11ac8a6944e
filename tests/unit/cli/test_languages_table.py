"""Tables of ``judge languages``."""

from __future__ import annotations

import io

from rich.console import Console

from judge.cli.languages_table import offered_table
from judge.queue.values import LanguageCard


def test_the_languages_that_a_service_offers_are_shown_with_what_is_typed_for_them() -> None:
    cards = (
        LanguageCard(
            id="cpp",
            name="C++20",
            aliases=("c++",),
            extensions=("cc", "cpp"),
            versions=("g++ 12",),
            workers=2,
            exact=("12.2.0",),
            variants=("12", "boost"),
        ),
        LanguageCard(id="ada", name="Ada\x1b[31m"),
    )
    text = io.StringIO()
    Console(file=text, width=100).print(offered_table(cards))
    assert ["cpp", "C++20", "c++", ".cc", ".cpp", "2", "g++", "12", "12.2.0", "12", "boost"] in [
        line.split() for line in text.getvalue().splitlines()
    ]
    assert "\x1b[31m" not in text.getvalue()
