"""When the languages are looked at again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from judge_workers.node import language_watch
from judge_workers.node.language_watch import LanguageWatch
from judge_workers.node.process import ProcessSpec
from judge_workers.profile import Profile, save_profile

from judge.config import Settings
from judge.queue.values import WorkerInfo


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The exit codes of the looks to come; one that is begun takes its own."""
    waiting: list[int] = []

    def spawn(_spec: ProcessSpec) -> int:
        code = waiting.pop(0)
        pid = os.fork()
        if pid == 0:
            os._exit(code)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        return pid

    monkeypatch.setattr(language_watch, "spawn", spawn)
    return waiting


def watch(tmp_path: Path) -> LanguageWatch:
    settings = Settings(state_dir=str(tmp_path))
    settings.state.run.mkdir()
    profile = Profile(node="w", session="s", routes=(), info=WorkerInfo(), untested=True)
    save_profile(settings.state, profile)
    return LanguageWatch(settings, profile)


def test_a_look_that_broke_off_is_begun_again_but_not_at_once(
    tmp_path: Path, codes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = watch(tmp_path)
    codes += [1, 0]
    ours.look()
    ours.look()
    assert codes == [0]
    monkeypatch.setattr(time, "monotonic", lambda: 1e12)
    ours.look()
    assert codes == []


def test_a_look_that_ended_well_is_not_begun_again(
    tmp_path: Path, codes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = watch(tmp_path)
    codes += [0, 0]
    ours.look()
    monkeypatch.setattr(time, "monotonic", lambda: 1e12)
    ours.look()
    ours.look()
    assert codes == [0]
