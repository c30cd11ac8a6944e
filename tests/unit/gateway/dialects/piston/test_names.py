"""The page for those who come from Piston has every name that means something here."""

from __future__ import annotations

from pathlib import Path

from judge.gateway.dialects.piston.names import CODEFORCES_NAMES, NAMES
from judge.toolchain.definitions import Languages

_PAGE = Path(__file__).resolve().parents[5] / "docs" / "howto" / "coming-from-piston.md"


def test_the_page_has_the_table_of_names() -> None:
    ours = {language.id: language.name for language in Languages.open()}
    rows = sorted(
        f"| `{name.language}` | {' '.join(f'`{alias}`' for alias in name.aliases if alias != name.language)} "
        f"| {f'`{name.runtime}`' if name.runtime else ''} | {ours[language]} |"
        for language, names in NAMES.items()
        for name in names
    )
    page = _PAGE.read_text()
    assert "\n".join(rows) in page, "\n".join(rows)
    for name in CODEFORCES_NAMES:
        assert f"`{name.language}`" in page
