"""A manifest makes its layer again, on the base that it lay on, or says what came out otherwise."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from judge.errors import HostError, UsageError
from judge.rootfs.debian import build_toolchain
from judge.rootfs.layers import Layer, LayerKind, LayerStore, Origin
from judge.rootfs.mirrors import PackageSource
from judge.state_dir import StateDir

SOURCE = PackageSource(suite="bookworm", mirrors=("http://mirror/debian",))


class Mirror:
    """An archive and the mmdebstrap that takes from it: of each package the last version, unless another is pinned."""

    def __init__(self) -> None:
        self.versions = {"libc": ["1"], "tool": ["1"]}
        self.flavour = ""
        self.commands: list[list[str]] = []

    def run(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        self.commands.append(command)
        wanted = ["libc", *(word for arg in command if arg.startswith("--include=") for word in arg[10:].split(","))]
        pins = self._pins(command)
        chosen = {name: self._choose(name, pins) for name in wanted}
        files = {f"usr/lib/{name}-{version}": name + self.flavour for name, version in chosen.items()}
        files["var/lib/dpkg/status"] = "\n".join(
            f"Package: {name}\nStatus: install ok installed\nVersion: {version}\n" for name, version in chosen.items()
        )
        with tarfile.open(command[command.index("bookworm") + 1], "w") as tar:
            for name, text in files.items():
                member = tarfile.TarInfo(f"./{name}")
                member.size = len(text)
                tar.addfile(member, io.BytesIO(text.encode()))
        return subprocess.CompletedProcess(command, 0, b"", b"")

    def _choose(self, name: str, pins: dict[str, str]) -> str:
        return pins[name] if pins.get(name) in self.versions[name] else self.versions[name][-1]

    @staticmethod
    def _pins(command: list[str]) -> dict[str, str]:
        for word in command:
            if word.startswith("--setup-hook="):
                verb, path, target = shlex.split(word.removeprefix("--setup-hook="))
                assert (verb, target) == ("upload", "/etc/apt/preferences.d/pins")
                return dict(re.findall(r"Package: (.*)\nPin: version (.*)\nPin-Priority: 1001", Path(path).read_text()))
        return {}


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Mirror:
    made = Mirror()
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/mmdebstrap")
    monkeypatch.setattr("subprocess.run", made.run)
    return made


@pytest.fixture
def store(tmp_path: Path) -> LayerStore:
    return LayerStore(StateDir(tmp_path / "a state"))  # as a name with a space: the pins' path is a word of a hook


def remove_all(store: LayerStore) -> None:
    for layer in sorted(store.all(), key=lambda layer: layer.kind is LayerKind.BASE):
        store.remove(layer)


def in_layers(store: LayerStore, layer: Layer) -> set[str]:
    return {path.name for tree in store.stack(layer) for path in tree.rglob("*") if path.is_file()}


def test_a_removed_layer_is_made_again_from_its_manifest_after_the_archive_moved_on(
    store: LayerStore, mirror: Mirror
) -> None:
    made = build_toolchain(store, SOURCE, ["tool"])
    remove_all(store)
    mirror.versions = {"libc": ["1", "2"], "tool": ["1", "2"]}
    assert build_toolchain(store, SOURCE, ["tool"], made) == made
    assert in_layers(store, made) == {"libc-1", "tool-1"}
    newer = build_toolchain(LayerStore(StateDir(store.tree(made).parents[3] / "other")), SOURCE, ["tool"])
    assert newer.packages == ("libc=2", "tool=2")


def test_a_toolchain_never_lies_on_a_base_with_other_versions(store: LayerStore, mirror: Mirror) -> None:
    old = build_toolchain(store, SOURCE, ["tool"])
    mirror.versions = {"libc": ["1", "2"], "tool": ["1"], "else": ["1"]}
    other = build_toolchain(store, SOURCE, ["else"])
    assert other.parent != old.parent
    assert in_layers(store, other) == {"libc-2", "else-1"}
    assert in_layers(store, old) == {"libc-1", "tool-1"}


def test_toolchains_of_the_same_versions_share_a_base(store: LayerStore, mirror: Mirror) -> None:
    mirror.versions["else"] = ["1"]
    assert build_toolchain(store, SOURCE, ["tool"]).parent == build_toolchain(store, SOURCE, ["else"]).parent
    assert len(mirror.commands) == 3


def test_a_pinned_toolchain_lies_on_its_own_base_though_a_newer_one_is_there(store: LayerStore, mirror: Mirror) -> None:
    old = build_toolchain(store, SOURCE, ["tool"])
    remove_all(store)
    mirror.versions = {"libc": ["1", "2"], "tool": ["1", "2"]}
    new = build_toolchain(store, SOURCE, ["tool"])
    assert build_toolchain(store, SOURCE, ["tool"], old) == old
    assert in_layers(store, old) == {"libc-1", "tool-1"}
    assert store.find(LayerKind.TOOLCHAIN, old.request) == old
    assert build_toolchain(store, SOURCE, ["tool"], new) == new
    assert store.find(LayerKind.TOOLCHAIN, old.request) == new


def test_versions_that_the_mirror_has_no_more_are_named(store: LayerStore, mirror: Mirror) -> None:
    made = build_toolchain(store, SOURCE, ["tool"])
    remove_all(store)
    mirror.versions["tool"] = ["2"]
    with pytest.raises(HostError, match=r"not have the pinned versions, but tool=2; remedy: --mirror"):
        build_toolchain(store, SOURCE, ["tool"], made)
    assert store.all() == ()


def test_the_same_packages_with_another_content_are_not_the_same_layer(store: LayerStore, mirror: Mirror) -> None:
    made = build_toolchain(store, SOURCE, ["tool"])
    remove_all(store)
    mirror.flavour = "!"
    with pytest.raises(HostError, match=f"{made.parent} cannot be made again"):
        build_toolchain(store, SOURCE, ["tool"], made)
    assert store.all() == ()


def test_a_manifest_that_lacks_what_came_along_is_refused(store: LayerStore, mirror: Mirror) -> None:
    made = build_toolchain(store, SOURCE, ["tool"])
    fewer = msgspec.structs.replace(made, packages=("tool=1",))
    with pytest.raises(HostError, match="other packages came along: libc=1"):
        build_toolchain(store, SOURCE, ["tool"], fewer)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": LayerKind.BASE}, "other packages, another suite"),
        ({"request": "0"}, "other packages, another suite"),
        ({"packages": ("tool",)}, "not a Debian package and its version: 'tool'"),
        ({"packages": ("tool=1\nPackage: *",)}, "not a Debian package and its version"),
    ],
)
def test_a_manifest_of_something_else_is_refused(
    store: LayerStore, mirror: Mirror, change: dict[str, Any], reason: str
) -> None:
    made = build_toolchain(store, SOURCE, ["tool"])
    mirror.commands.clear()
    with pytest.raises(UsageError, match=reason):
        build_toolchain(store, SOURCE, ["tool"], msgspec.structs.replace(made, **change))
    assert mirror.commands == []


def test_mirrors_are_given_to_mmdebstrap_and_recorded(store: LayerStore, mirror: Mirror) -> None:
    made = build_toolchain(store, SOURCE, ["tool"])
    assert [command[-1] for command in mirror.commands] == ["http://mirror/debian"] * 2
    origin = Origin(suite="bookworm", mirrors=("http://mirror/debian",))
    assert [store.origin(layer) for layer in (made, store.get(made.parent))] == [origin, origin]
