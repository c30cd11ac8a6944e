"""When a slot's process looks at toolchains again."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from judge_workers.profile import Profile, save_profile
from judge_workers.slot import changes
from judge_workers.slot.changes import Changes

from judge.queue.values import WorkerInfo
from judge.state_dir import StateDir

PROFILE = Profile(node="w", session="s", routes=(), info=WorkerInfo(), toolchains="as they are")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateDir:
    monkeypatch.setattr(changes, "DPKG_STATUS", str(tmp_path / "status"))
    found = StateDir(tmp_path)
    found.run.mkdir()
    found.layers.mkdir()
    save_profile(found, PROFILE)
    return found


def test_nothing_new_is_nothing_new(state: StateDir) -> None:
    assert not Changes(state).seen()


def test_a_package_or_a_layer_is_seen_once(state: StateDir, tmp_path: Path) -> None:
    ours = Changes(state)
    (tmp_path / "status").write_text("Package: new")
    assert (ours.seen(), ours.seen()) == (True, False)
    (state.layers / "prepared-1").mkdir()
    assert (ours.seen(), ours.seen()) == (True, False)


def test_a_language_that_passed_its_test_changes_no_toolchain(state: StateDir) -> None:
    ours = Changes(state)
    save_profile(state, msgspec.structs.replace(PROFILE, info=WorkerInfo(languages=("more",))))
    assert not ours.seen()


def test_a_toolchain_that_the_worker_saw_changed_is_seen(state: StateDir) -> None:
    ours = Changes(state)
    save_profile(state, msgspec.structs.replace(PROFILE, toolchains="changed"))
    assert (ours.seen(), ours.seen()) == (True, False)
