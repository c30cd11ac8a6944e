"""The self-test of a worker's start: every wall of this host holds, and one that does not is named."""

from __future__ import annotations

import json
import subprocess
import sys
from errno import ENOSYS
from pathlib import Path

import pytest

from judge.cli.main import main
from judge.errors import HostError
from judge.host.selftest import attacks, run_selftest
from judge.kernel.seccomp import ALLOW, fail
from judge.sandbox import policy
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import OverlayMount, Rootfs


def test_every_wall_of_this_host_holds(sandbox_slot: Slot, sandbox_rootfs: Rootfs) -> None:
    results = run_selftest(sandbox_slot, sandbox_rootfs)
    assert [(result.name, result.complaint) for result in results if not result.ok] == []
    assert [result.name for result in results] == [attack.name for attack in attacks()]
    assert all(result.wall_time_ns > 0 and result.seen and result.tries for result in results)


def test_a_wall_that_does_not_hold_is_named(
    sandbox_slot: Slot, sandbox_state: Path, sandbox_rootfs: Rootfs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``sandbox_slot`` stands for a host that can run the sandbox at all; the holes are in a slot of its own."""
    whole = policy.POLICIES["default"]
    holes = {**whole.calls, "flock": ALLOW, "keyctl": fail(ENOSYS)}
    monkeypatch.setitem(policy.POLICIES, "default", whole._replace(calls=holes))
    with Slot.open(SlotConfig(index=1, state_dir=str(sandbox_state))) as slot:
        results = run_selftest(slot, sandbox_rootfs)
    assert {result.name for result in results if not result.ok} == {"locks", "keyring"}
    assert all("ESCAPED" in result.complaint for result in results if not result.ok)


def test_a_root_without_python_is_refused_with_the_remedy(sandbox_slot: Slot, tmp_path: Path) -> None:
    rootfs = Rootfs(mounts=(OverlayMount(target="/", lowers=(str(tmp_path), str(tmp_path))),))
    with pytest.raises(HostError, match="install python3"):
        run_selftest(sandbox_slot, rootfs)


@pytest.fixture
def settings(sandbox_slot: Slot, sandbox_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "judge.toml"
    empty.touch()
    monkeypatch.setenv("JUDGE_CONFIG", str(empty))
    monkeypatch.setenv("JUDGE_STATE_DIR", str(sandbox_state))


@pytest.mark.usefixtures("settings")
def test_the_command_prints_json_and_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selftest", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["ok"]
    assert len(report["results"]) == len(attacks())
    assert set(report["results"][0]) == {"name", "tries", "expected", "seen", "complaint", "wall_time_ns", "ok"}


@pytest.mark.usefixtures("settings")
def test_the_command_exits_1_and_names_the_broken_wall(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = policy.POLICIES["default"]
    monkeypatch.setitem(policy.POLICIES, "default", whole._replace(calls={**whole.calls, "keyctl": fail(ENOSYS)}))
    assert main(["selftest"]) == 1
    output = capsys.readouterr()
    assert "1 of" in output.err
    assert "keyring" in output.err
    assert "BROKEN" in output.out


@pytest.mark.usefixtures("settings")
def test_a_service_of_lower_priority_holds_as_well() -> None:
    """Its programs have the priority that it was started with: nothing that a run has left."""
    words = ["nice", "-n", "7", sys.executable, "-m", "judge", "selftest", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["ok"]) == (0, True), done.stdout
