"""Languages prove themselves in the sandbox: those that ``make test`` installs, each with every program it has."""

from __future__ import annotations

from pathlib import Path

import needs
import pytest

from judge.sandbox.slot import Slot
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.definitions import Languages
from judge.toolchain.language_test import run_selftest
from judge.toolchain.roots import Toolchains

PROVED = (
    "c", "cpp", "python3", "pypy3", "java", "javascript", "go", "rust", "haskell", "csharp", "ruby", "perl", "php",
    "pascal", "bash", "pytest", "junit", "go-test",
)  # fmt: skip


@pytest.mark.parametrize("language_id", PROVED)
def test_a_language_proves_itself(language_id: str, sandbox_slot: Slot, sandbox_state: Path) -> None:
    language = Languages.open().get(language_id)
    toolchains = Toolchains(StateDir(sandbox_state))
    state = toolchains.state(language)
    if not state.ready:
        pytest.skip(needs.language(language_id, state.missing[0]))
    store = ArtifactStore(sandbox_state / "artifacts")
    report = run_selftest(sandbox_slot.container, toolchains(language), language, store)
    failed = [f"{result.test.value}: {result.detail}" for result in report.results if result.passed is False]
    assert failed == []
    assert report.passed
