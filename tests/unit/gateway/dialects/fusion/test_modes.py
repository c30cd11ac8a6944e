"""The table of languages."""

from __future__ import annotations

from pathlib import Path

from judge.gateway.dialects.fusion.modes import MODES, languages_table
from judge.toolchain.definitions import Languages, takes_compiler_arguments

_PAGE = Path(__file__).resolve().parents[5] / "docs" / "howto" / "coming-from-sandboxfusion.md"


def test_the_page_has_the_table() -> None:
    assert _PAGE.read_text().endswith("|---|---|---|\n" + languages_table())


def test_each_way_is_a_language_of_ours() -> None:
    languages = Languages.open()
    for mode in MODES.values():
        for name in filter(None, (mode.language, mode.or_else)):
            assert languages.get(name).id == name
        assert not mode.arguments or takes_compiler_arguments(languages.get(mode.language))
        assert mode.main.rpartition(".")[2] in languages.get(mode.language).extensions
