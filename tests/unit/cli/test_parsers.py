"""Each command's parser: the smallest words it takes, what they mean, and that it refuses what it does not know."""

from __future__ import annotations

import argparse
import importlib
import json

import pytest

from judge.cli.commands import COMMANDS
from judge.cli.main import main
from judge.model.units import S_NS

MODULES = {command: module for command, module, _ in COMMANDS}

#: Words after the command -> what the parser must have read from them, by name.
FORMS: list[tuple[str, dict[str, object]]] = [
    ("run a.c --time 2 --json", {"files": ["a.c"], "json": True}),
    ("grade sum a.c --all --json", {"json": True}),
    ("course grade bank handed-in --json --csv moodle", {"action": "grade", "csv": ["moodle"], "json": True}),
    ("languages list --json", {"json": True}),
    ("rootfs list --json", {"json": True}),
    ("doctor --json", {"json": True}),
    ("host delegate amy", {}),
    ("bench spawn --runs 30 --json", {"bench": "spawn", "runs": 30, "json": True}),
    ("selftest --json", {"json": True}),
    ("report r.json --json", {"json": True}),
    ("verify sum --slots 2 --json", {"json": True, "slots": 2}),
    ("package check sum --json", {"json": True}),
    ("demo --slots 1 --json", {"slots": 1, "json": True}),
    ("up --slots 2", {"slots": 2}),
    ("worker --broker redis://h/0 --slots 2", {"broker": "redis://h/0", "slots": 2}),
    ("gateway --port 0", {"port": 0, "host": None, "socket_fd": None}),
    ("keys create --tenant school --scopes run,read", {"tenant": "school", "scopes": "run,read"}),
    ("migrate judge0 --from http://x --sample a --json", {"kind": "judge0", "there": "http://x", "json": True}),
    ("webhooks rotate wh_1 --keep-old 2h --json", {"action": "rotate", "id": "wh_1", "keep_old": "2h", "json": True}),
    ("publish sum --json", {"package": "sum", "json": True}),
    ("maintenance begin soon --retry 9 --json", {"action": "begin", "message": "soon", "retry": 9, "json": True}),
    ("submit sum a.c --tenant amy --no-wait --json", {"package": "sum", "tenant": "amy", "json": True}),
    ("status s-1 s-2 --json", {"json": True}),
    ("follow s-1 --json", {"json": True}),
    ("result s-1 --view contestant --json", {"view": "contestant", "json": True}),
    ("list --tenant amy --limit 3 --json", {"tenant": "amy", "limit": 3, "json": True}),
    ("evaluate a.py t.jsonl --json", {"program": "a.py", "json": True}),
    ("group g.toml --language python3 --json", {"file": "g.toml", "language": "python3", "json": True}),
    ("program j.py a.py b --tests t --param k=v --json", {"program": "j.py", "files": ["a.py", "b"], "json": True}),
    ("state get best --state-version 3 --json", {"action": "get", "state_version": 3, "json": True}),
    ("session python3 a.py --tenant amy", {"language": "python3", "program": ["a.py"], "tenant": "amy"}),
    ("session bash --time 9 --idle 1 --grace 2", {"time": 9 * S_NS, "idle": S_NS, "grace": 2 * S_NS, "wall": 0}),
    ("session bash --memory 1G --arg=-x --env A=b", {"memory": 1 << 30, "arg": ["-x"], "env": ["A=b"]}),
    ("cancel s-1 --json", {"json": True}),
    ("rejudge list --json", {"json": True}),
    ("blob put a.txt --tenant amy --json", {"action": "put", "files": ["a.txt"], "tenant": "amy", "json": True}),
    ("queue --json", {"json": True}),
    ("workers --languages --json", {"languages": True, "json": True}),
    ("drain w1 --resume --json", {"resume": True, "json": True}),
    ("config --defaults --json", {"defaults": True, "json": True}),
    ("tenant amy --per-minute 3 --json", {"json": True}),
    ("top --once --json", {"once": True, "json": True}),
    ("metrics --json", {"json": True}),
    ("mcp --server http://127.0.0.1:1", {"server": "http://127.0.0.1:1"}),
    ("completion bash", {"shell": "bash"}),
]


def parse(words: list[str]) -> argparse.Namespace:
    """The words as their command's parser reads them."""
    parser = argparse.ArgumentParser(prog="judge")
    importlib.import_module(f"judge.cli.{MODULES[words[0]]}").add_parser(parser.add_subparsers(dest="command"))
    return parser.parse_args(words)


def test_every_command_has_a_form_here() -> None:
    assert {form.split()[0] for form, _ in FORMS} == set(MODULES)


@pytest.mark.parametrize(("form", "read"), FORMS, ids=[form.split()[0] for form, _ in FORMS])
def test_a_command_reads_its_words(form: str, read: dict[str, object]) -> None:
    args = parse(form.split())
    assert {name: getattr(args, name) for name in read} == read


@pytest.mark.parametrize("command", MODULES)
def test_a_command_refuses_a_flag_that_it_does_not_know(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--no-such-flag"])
    assert ended.value.code == 2
    assert "usage: judge" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("form", "command", "told"),
    [
        ("--nonsense", "judge", "unrecognized arguments: --nonsense"),
        ("program run.py --nonsense", "judge program", "unrecognized arguments: --nonsense"),
        ("program run.py --json --nonsense", "judge program", "unrecognized arguments: --nonsense"),
        ("program run.py --state-version x", "judge program", "argument --state-version: invalid int value: 'x'"),
        ("course --nonsense", "judge course", "the following arguments are required: ACTION"),
        ("course --nonsense show bank", "judge course", "unrecognized arguments: --nonsense"),
        ("course grade", "judge course grade", "the following arguments are required: ASSIGNMENT, FOLDER"),
        ("course grade bank in --json --nonsense", "judge course grade", "unrecognized arguments: --nonsense"),
        ("state get a b c", "judge state get", "unrecognized arguments: b c"),
        (
            "migrate judge0 --nonsense --from http://x --sample a",
            "judge migrate judge0",
            "unrecognized arguments: --nonsense",
        ),
    ],
)
def test_what_is_wrong_with_the_words_is_said_by_the_command_itself(
    form: str, command: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(form.split())
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert said.err.startswith(f"usage: {command} [-h]")
    assert said.err.endswith(f"\n{command}: error: {told}; {command} --help tells more\n")


@pytest.mark.parametrize("form", ["config --json", "metrics --json", "languages list --json"])
def test_what_needs_no_service_prints_one_json_value(
    form: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("JUDGE_STATE_DIR", str(tmp_path_factory.mktemp("state")))
    assert main(form.split()) == 0
    assert json.loads(capfd.readouterr().out)
