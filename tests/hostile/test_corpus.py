"""Every attack program ends as its header says, and the host is unharmed after each one."""

from __future__ import annotations

from pathlib import Path

import pytest
from arena import Arena, corpus
from host_state import assert_same, snapshot

from judge.host.attack import Attack, Mode
from judge.sandbox.capture import Completed

CORPUS = [attack for attack in corpus() if attack.mode is not Mode.PAIR]


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.path.name) for attack in CORPUS])
def test_attack(attack: Attack, arena: Arena, state_dir: Path) -> None:
    before = snapshot(state_dir, arena.slot)
    rounds = [("1",), ("2",)] if attack.mode is Mode.TWICE else [()]
    for args in rounds:
        done = arena.attack(attack, *args)
        assert attack.complaint(done) == ""
        assert_nothing_held(attack, done)
    arena.assert_unharmed("compile" if attack.mode is Mode.COMPILE else "default")
    assert_same(snapshot(state_dir, arena.slot), before)


def assert_nothing_held(attack: Attack, done: Completed) -> None:
    """No stream and no collected file carries what the header says they must not."""
    captures = {"stdout": done.stdout, "stderr": done.stderr, **done.files}
    captures.pop(attack.path.name, None)  # its own source, whose header says the words
    for secret in attack.holds:
        for name, capture in captures.items():
            assert secret.encode() not in capture.read(), f"{name} holds {secret!r}"


def test_the_corpus_is_large_and_every_attack_its_own() -> None:
    assert len(CORPUS) >= 120
    assert len({attack.tries for attack in CORPUS}) == len(CORPUS)
    assert {attack.path.suffix for attack in CORPUS} >= {".c", ".py", ".sh"}
