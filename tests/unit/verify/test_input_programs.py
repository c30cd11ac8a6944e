"""What is built for a validator that is a grammar, and what is said where nothing here can run it."""

from __future__ import annotations

import importlib.util

import pytest

from judge.model.problem import Program
from judge.verify.input_programs import reason_not_runnable, runnable


def program(name: str) -> Program:
    return Program(name=name, files=((name, f"/package/{name}"),))


def test_a_program_stays_as_it_is() -> None:
    assert runnable(program("check.py")) == program("check.py")


def test_a_checktestdata_grammar_becomes_a_python_program_with_the_grammar_beside_it() -> None:
    pytest.importorskip("checktestdata", reason="the extra verify")
    built = runnable(program("input.ctd"))
    assert built is not None
    assert built.language == "python3"
    assert dict(built.files)["grammar.ctd"] == "/package/input.ctd"


def test_without_checktestdata_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert runnable(program("input.ctd")) is None
    assert "pip install 'judge-service[verify]'" in reason_not_runnable(program("input.ctd"))


def test_no_viva_grammar_is_run() -> None:
    assert runnable(program("input.viva")) is None
    assert "VIVA" in reason_not_runnable(program("input.viva"))
