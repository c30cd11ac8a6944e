"""What scripts rely on: exit codes, in every help and on a page, and the schema of what `judge run --json` prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from judge.cli import config
from judge.cli.commands import COMMANDS
from judge.cli.exit_codes import COMMON, OWN, codes_of, exit_codes_page
from judge.cli.main import main
from judge.cli.run_output import run_schema


@pytest.mark.parametrize("command", [command for command, _, _ in COMMANDS])
def test_the_help_of_a_command_names_its_exit_codes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "Exit codes: 0 " in shown
    for code, text in codes_of(command).items():
        if code < 70:
            assert f"{code} {text}" in shown.replace("- ", "-")


def test_every_command_has_its_codes_and_each_code_a_meaning() -> None:
    assert set(OWN) == {command for command, _, _ in COMMANDS}
    assert all(code in COMMON for codes in OWN.values() for code in codes)


def test_a_fault_of_the_judge_is_not_taken_for_a_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_args: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(config, "run", fail)
    assert main(["config"]) == 70
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_the_page_of_exit_codes_is_what_the_help_says() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "reference" / "exit-codes.md"
    assert page.read_text() == exit_codes_page(), (
        "run: python -c 'from judge.cli.exit_codes import exit_codes_page; print(exit_codes_page(), end=str())' "
        "> docs/reference/exit-codes.md"
    )


def test_the_schema_of_runs_knows_every_outcome() -> None:
    schema = run_schema()
    assert "COMPILE_ERROR" in schema["$defs"]["RunOutput"]["properties"]["outcome"]["enum"]  # type: ignore[index]
    published = Path(__file__).resolve().parents[3] / "docs" / "reference" / "run.schema.json"
    assert json.loads(published.read_text()) == schema, "run: judge run --schema > docs/reference/run.schema.json"
