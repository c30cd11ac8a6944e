"""Each command that takes --broker takes --server, too, or is one that is the service itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest

from judge.cli.commands import COMMANDS
from judge.cli.main import main
from judge.cli.reference import parser_of
from judge.cli.service import http_client
from judge.errors import UsageError

#: They are what others reach: they need Redis themselves.
THE_SERVICE = {"worker", "gateway"}


def parsers(name: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """A command, and the commands below it."""
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                yield from parsers(f"{name} {word}", below)


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Its options."""
    return {word for action in parser._actions for word in action.option_strings}


def test_what_takes_a_broker_takes_a_server() -> None:
    every = [found for command, module, _ in COMMANDS for found in parsers(command, parser_of(command, module))]
    with_broker = {name for name, parser in every if "--broker" in options(parser)}
    without_server = {name for name, parser in every if name in with_broker and "--server" not in options(parser)}
    assert without_server == THE_SERVICE
    assert {"run", "session", "submit", "top", "doctor", "keys create", "rejudge start"} <= with_broker


def test_a_key_goes_over_plain_http_only_when_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_KEY", "jk_a_b")
    with pytest.raises(UsageError, match="JUDGE_PLAIN_HTTP=1"):
        http_client("http://judge.example.org")
    monkeypatch.setenv("JUDGE_PLAIN_HTTP", "1")
    assert http_client("http://judge.example.org").transport.server.key == "jk_a_b"


def test_what_only_a_gateway_does_asks_for_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("JUDGE_SERVER", raising=False)
    assert main(["webhooks", "list"]) == 2
    assert "--server" in capsys.readouterr().err
