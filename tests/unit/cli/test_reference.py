"""The page of the command line is what the parsers say."""

from __future__ import annotations

from pathlib import Path

from judge.cli.reference import command_line_page

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "command-line.md"


def test_the_page_of_the_command_line_is_what_the_parsers_say() -> None:
    assert PAGE.read_text() == command_line_page(), (
        "run: python -c 'from judge.cli.reference import command_line_page; print(command_line_page(), end=str())' "
        "> docs/reference/command-line.md"
    )
