"""Layers of npm and PyPI packages, with the clients replaced: what is kept, and that nothing odd is asked for."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from judge.errors import HostError, UsageError
from judge.rootfs.layers import LayerStore
from judge.rootfs.registries import build_npm, build_pypi
from judge.state_dir import StateDir


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Clients that install one package of two files; the commands they got."""
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        target = Path(next(word.split("=", 1)[1] for word in command if word.startswith(("--prefix=", "--target="))))
        if "npm" in command[0]:
            package = target / "node_modules/left"
            lock = {"packages": {"": {}, "node_modules/left": {"version": "1.0.0"}, "node_modules/gone": {}}}
        else:
            package = target / "left"
            (target / "left-2.0.dist-info").mkdir(parents=True)
            lock = {}
        package.mkdir(parents=True)
        (package / "tool").write_text("tool")
        (package / "tool").chmod(0o700)
        (package / "data").write_text("data")
        (package / "data").chmod(0o600)
        (package.parent / ".package-lock.json").write_text(json.dumps(lock))
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{Path(name).name}")
    monkeypatch.setattr("subprocess.run", run)
    return commands


def test_npm_packages_become_a_layer_that_everybody_may_read(tmp_path: Path, asked: list[list[str]]) -> None:
    store = LayerStore(StateDir(tmp_path))
    layer = build_npm(store, "request", ["left@1"])
    tool = store.tree(layer) / "opt/npm/node_modules/left/tool"
    assert tool.stat().st_mode & 0o777 == 0o755
    assert (tool.parent / "data").stat().st_mode & 0o777 == 0o644
    assert layer.packages == ("left=1.0.0",)
    assert "--ignore-scripts" in asked[0]


def test_wheels_become_a_layer(tmp_path: Path, asked: list[list[str]]) -> None:
    store = LayerStore(StateDir(tmp_path))
    layer = build_pypi(store, "request", ["left==2.0"])
    assert (store.tree(layer) / "opt/pypi/left/tool").read_text() == "tool"
    assert layer.packages == ("left=2.0",)
    assert "--only-binary=:all:" in asked[0]


@pytest.mark.parametrize("name", ["--registry=x", "https://x/y.tgz", "git+ssh://x", "../left", "left; rm", "Left Pad"])
def test_only_names_of_packages_are_taken(tmp_path: Path, asked: list[list[str]], name: str) -> None:
    with pytest.raises(UsageError):
        build_npm(LayerStore(StateDir(tmp_path)), "request", [name])
    with pytest.raises(UsageError):
        build_pypi(LayerStore(StateDir(tmp_path)), "request", [name])
    assert asked == []


def test_a_client_that_fails_is_quoted_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, 1, b"", b"npm ERR! 404 no such package")

    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/npm")
    monkeypatch.setattr("subprocess.run", run)
    with pytest.raises(HostError, match="404 no such package"):
        build_npm(LayerStore(StateDir(tmp_path)), "request", ["left"])
    assert list((tmp_path / "layers").iterdir()) == []


def test_a_missing_client_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(HostError, match="npm is not installed"):
        build_npm(LayerStore(StateDir(tmp_path)), "request", ["left"])
