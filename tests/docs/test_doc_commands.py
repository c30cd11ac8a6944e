"""Every command that a document shows is run as it stands, or says why not.

A fenced block whose first line begins with ``$ `` is a session: its commands run in one shell for each page, in a fresh
directory beside a copy of ``examples``. The words after the language in the opening fence may say:

* ``not-run: REASON`` the block is not run; the reason is for the reader of the source.
* ``background`` a service: it is started once for all pages, and stopped at the end.
* ``exit=N`` the last command of the block ends with N (else 0).
* ``save: FILE`` a file that the commands after it use.

Lines below a command are what it prints; ``…`` stands for anything within a line, alone in its line for any lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import docs_sessions
import pytest

from judge.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHELLS = {"sh", "bash", "console", "shell"}


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[docs_sessions.Services]:
    """The services that pages start in the background, shared by all pages of this module."""
    with docs_sessions.Services(ROOT) as services:
        if "ready to judge" not in services.doctor:
            pytest.skip(f"no sandbox here: {services.doctor}")
        yield services


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_block_of_shell_commands_is_a_session_or_says_why_it_is_not_run(page: Path) -> None:
    for block in docs_sessions.blocks_of(page):
        if block.language in SHELLS or block.text.startswith("$ "):
            assert block.text.startswith("$ ") or block.not_run, f"{_name(page)}:{block.line}: begin with `$ `"
        if block.not_run is not None:
            assert len(block.not_run) > 10, f"{_name(page)}:{block.line}: say why it is not run"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_command_that_is_named_in_a_sentence_exists(page: Path) -> None:
    known = {"help", *(name for name, _, _ in COMMANDS)}
    named = re.findall(r"`judge ([a-z][a-z0-9-]*)[^`]*`", page.read_text())
    assert set(named) <= known, f"{_name(page)}: no such command"


@pytest.mark.parametrize("page", [page for page in PAGES if docs_sessions.is_run(page)], ids=_name)
def test_the_commands_of_a_page_do_what_the_page_says(
    page: Path, services: docs_sessions.Services, tmp_path: Path
) -> None:
    for step, result in services.run(page, tmp_path):
        where = f"{_name(page)}:{step.line}: {step.command}"
        assert result.code == step.code, f"{where}\nexit code {result.code}, not {step.code}\n{result.output}"
        assert re.fullmatch(step.pattern, result.output), f"{where}\nprints not what the page says:\n{result.output}"
