"""Layers of npm and PyPI packages, with the clients replaced: what is kept, and that nothing odd is asked for."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from judge.errors import HostError, UsageError
from judge.rootfs.layers import LayerKind, LayerStore
from judge.rootfs.registries import Interpreter, build_libraries, build_npm, build_pypi
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


PYTHON = Interpreter("cp", "3.11")


def test_libraries_are_made_for_the_interpreter_that_loads_them_and_with_what_they_need(
    tmp_path: Path, asked: list[list[str]]
) -> None:
    store = LayerStore(StateDir(tmp_path))
    layer = build_libraries(store, ["left"], PYTHON)
    assert (layer.kind, layer.packages) == (LayerKind.PYPI, ("left=2.0",))
    assert asked[0][asked[0].index("--implementation") + 1] == "cp"
    assert asked[0][asked[0].index("--python-version") + 1] == "3.11"
    assert "--no-deps" not in asked[0]
    assert "--only-binary=:all:" in asked[0]


def test_the_same_libraries_are_one_layer_and_those_of_another_interpreter_another_request(
    tmp_path: Path, asked: list[list[str]]
) -> None:
    store = LayerStore(StateDir(tmp_path))
    first = build_libraries(store, ["left"], PYTHON)
    assert build_libraries(store, ["left"], PYTHON) == first
    assert len(asked) == 1
    assert build_libraries(store, ["left"], Interpreter("cp", "3.12")).request != first.request
    assert build_libraries(store, ["left"], None).kind is LayerKind.NPM
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("python", "said", "complaint"),
    [
        (
            PYTHON,
            "ERROR: Could not find a version that satisfies the requirement left (from versions: none)\n"
            "ERROR: No matching distribution found for left",
            "PyPI has no library left, or no wheel of it for Python 3.11 on ",
        ),
        (
            PYTHON,
            "ERROR: Cannot install a==2 and b==1 because these package versions have conflicting dependencies.\n"
            "ERROR: ResolutionImpossible: for help visit ...",
            "these libraries exclude each other: a==2 and b==1",
        ),
        (
            None,
            "npm error code E404\nnpm error 404  The requested resource 'left@*' could not be found",
            "npm has no library left$",
        ),
        (
            None,
            "npm error code ETARGET\nnpm error notarget No matching version found for left@99.",
            "npm has no library left@99$",
        ),
        (None, "npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve", "exclude each other"),
    ],
)
def test_what_a_registry_does_not_have_or_excludes_is_said_in_our_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: Interpreter | None, said: str, complaint: str
) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, 1, b"", said.encode())

    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.setattr("subprocess.run", run)
    with pytest.raises(UsageError, match=complaint):
        build_libraries(LayerStore(StateDir(tmp_path)), ["left"], python)
    assert list((tmp_path / "layers").iterdir()) == []


@pytest.mark.parametrize("name", ["--pre", "-r", "--global", ".hidden"])
def test_no_option_of_a_client_is_taken_for_a_library(tmp_path: Path, asked: list[list[str]], name: str) -> None:
    for python in (PYTHON, None):
        with pytest.raises(UsageError, match="not a package"):
            build_libraries(LayerStore(StateDir(tmp_path)), [name], python)
    assert asked == []
