"""Layers of real packages: built, removed, built again from the manifest, and a language that runs on them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import needs
import pytest

from judge.cli.main import main
from judge.rootfs.layers import LayerKind, LayerStore
from judge.sandbox.slot import Slot
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.definitions import Languages
from judge.toolchain.language_test import run_selftest
from judge.toolchain.roots import Toolchains


def judge(*words: str) -> None:
    """As a process of its own: what it has stacked stays held until its end."""
    code = "import sys; from judge.cli.main import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_layer_is_built_again_the_same_and_its_language_proves_itself(
    sandbox_slot: Slot, sandbox_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From Debian's mirrors, or those of JUDGE_DEBIAN_MIRRORS."""
    needs.tool("mmdebstrap")
    monkeypatch.setenv("JUDGE_STATE_DIR", str(sandbox_state))
    judge("rootfs", "build", "bc")
    store = LayerStore(StateDir(sandbox_state))
    built = [layer for layer in store.all() if layer.kind in (LayerKind.BASE, LayerKind.TOOLCHAIN)]
    toolchain = next(layer for layer in built if layer.kind is LayerKind.TOOLCHAIN)
    manifest = tmp_path / "pin.json"
    manifest.write_bytes(msgspec.json.encode(toolchain))
    judge("rootfs", "remove", toolchain.id, toolchain.parent)
    judge("rootfs", "build", "bc", "--pin", str(manifest))
    assert [layer for layer in store.all() if layer in built] == built

    language = Languages.open().get("bc")
    toolchains = Toolchains(StateDir(sandbox_state))
    assert toolchains.state(language).layers == (toolchain.id,)
    report = run_selftest(
        sandbox_slot.container, toolchains(language), language, ArtifactStore(sandbox_state / "artifacts")
    )
    assert [result.detail for result in report.results if result.passed is False] == []


def test_a_pin_for_another_language_is_refused_before_anything_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUDGE_STATE_DIR", str(tmp_path))
    manifest = tmp_path / "pin.json"
    manifest.write_text('{"kind":"toolchain","request":"0","packages":["bc=1"],"architecture":"x86_64"}')
    assert main(["rootfs", "build", "bc", "--pin", str(manifest)]) == 2
    assert f"{manifest}: bc: manifest of toolchain-" in capsys.readouterr().err
    assert main(["rootfs", "build", "bc", "--mirror", "ftp://mirror/debian"]) == 2
    assert "mirror 'ftp://mirror/debian': it must begin with" in capsys.readouterr().err
    assert LayerStore(StateDir(tmp_path)).all() == ()
