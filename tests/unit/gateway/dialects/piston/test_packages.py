"""The command by which packages are installed and removed."""

from __future__ import annotations

import asyncio

from judge.gateway.dialects.piston.packages import run_command


def test_the_end_of_what_a_failing_command_says_is_told() -> None:
    said = asyncio.run(run_command("install", "--layer", "no-such-language"))
    assert "no-such-language" in said
    assert "\n" not in said


def test_a_command_that_succeeds_says_nothing() -> None:
    assert asyncio.run(run_command("list")) == ""
