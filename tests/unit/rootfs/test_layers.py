"""Layers: immutable, named by what they are, shared, removable; and archives of strangers unpacked safely."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest

from judge.errors import HostError, UsageError
from judge.rootfs.debian import build_toolchain, toolchain_request
from judge.rootfs.layers import Layer, LayerKind, LayerStore, Origin, summary_of
from judge.rootfs.mirrors import PackageSource
from judge.state_dir import StateDir

BOOKWORM = PackageSource(suite="bookworm")

STATUS = (
    b"Package: tool\nStatus: install ok installed\nVersion: 1.2-3\n\nPackage: gone\nStatus: deinstall ok config-files\n"
)


def layer(request: str = "r", parent: str = "") -> Layer:
    return Layer(kind=LayerKind.TOOLCHAIN, request=request, packages=("tool=1",), architecture="x", parent=parent)


def fill(tree: Path) -> None:
    (tree / "usr").mkdir()
    (tree / "usr/tool").write_text("tool")
    (tree / "usr/link").symlink_to("tool")


def test_a_layer_is_found_again_by_what_was_asked_for(tmp_path: Path) -> None:
    store = LayerStore(StateDir(tmp_path))
    made = store.add(layer(), fill)
    assert store.find(LayerKind.TOOLCHAIN, "r") == made
    assert store.get(made.id[:14]) == made
    assert (store.tree(made) / "usr/tool").read_text() == "tool"
    assert made.size_bytes == 4


def test_the_same_tree_has_the_same_name(tmp_path: Path) -> None:
    assert (
        LayerStore(StateDir(tmp_path / "a")).add(layer(), fill).id
        == LayerStore(StateDir(tmp_path / "b")).add(layer(), fill).id
    )


def test_a_changed_tree_no_longer_is_what_its_manifest_says(tmp_path: Path) -> None:
    store = LayerStore(StateDir(tmp_path))
    made = store.add(layer(), fill)
    (store.tree(made) / "usr/tool").write_text("evil")
    assert summary_of(store.tree(made))[0] != made.content


def test_a_layer_that_could_not_be_filled_leaves_nothing(tmp_path: Path) -> None:
    def fail(tree: Path) -> None:
        fill(tree)
        raise OSError(28, "No space left on device")

    store = LayerStore(StateDir(tmp_path))
    with pytest.raises(HostError, match="No space left"):
        store.add(layer(), fail)
    assert store.all() == ()
    assert list((tmp_path / "layers").iterdir()) == []


def test_a_layer_that_carries_another_is_not_removed(tmp_path: Path) -> None:
    store = LayerStore(StateDir(tmp_path))
    base = store.add(layer("base"), fill)
    above = store.add(layer("above", base.id), fill)
    assert store.stack(above) == (store.tree(above), store.tree(base))
    with pytest.raises(UsageError, match="carries"):
        store.remove(base)
    store.remove(above)
    store.remove(base)
    assert store.all() == ()


def test_a_layer_that_another_process_has_stacked_is_not_removed(tmp_path: Path) -> None:
    store, other = (
        LayerStore(StateDir(tmp_path)),
        LayerStore(StateDir(tmp_path)),
    )  # locks belong to open files, not to processes
    made = store.add(layer(), fill)
    other.stack(made)
    for _ in range(2):
        with pytest.raises(UsageError, match="in use"):
            store.remove(made)
    assert store.stack(made) == (store.tree(made),)
    with pytest.raises(UsageError, match="in use"):
        other.remove(made)  # which gives up its own hold
    store.remove(made)
    with pytest.raises(UsageError, match="removed"):
        other.stack(made)


def test_two_makers_of_one_layer_agree_and_removing_it_twice_is_fine(tmp_path: Path) -> None:
    store = LayerStore(StateDir(tmp_path))
    first = store.add(layer(), fill)
    assert store.add(layer(), fill) == first
    store.remove(first)
    store.remove(first)
    assert list((tmp_path / "layers").iterdir()) == []


def test_of_two_layers_for_one_request_the_one_made_or_preferred_last_is_found(tmp_path: Path) -> None:
    store = LayerStore(StateDir(tmp_path))
    old = store.add(layer(), fill)
    new = store.add(layer(), lambda tree: (tree / "usr").mkdir())
    for made, age_s in ((old, 20), (new, 10)):
        os.utime(tmp_path / "layers" / made.id / "layer.json", (time.time() - age_s,) * 2)
    assert store.find(LayerKind.TOOLCHAIN, "r") == new
    store.prefer(old)
    assert store.find(LayerKind.TOOLCHAIN, "r") == old


def test_where_packages_came_from_is_recorded_and_no_part_of_the_name(tmp_path: Path) -> None:
    here, there = LayerStore(StateDir(tmp_path / "a")), LayerStore(StateDir(tmp_path / "b"))
    origin = Origin(suite="bookworm", mirrors=("http://mirror/debian",))
    made = here.add(layer(), fill, origin)
    assert there.add(layer(), fill).id == made.id
    assert here.origin(made) == origin
    assert there.origin(made) is None


def test_a_layer_that_must_be_another_is_not_kept(tmp_path: Path) -> None:
    store = LayerStore(StateDir(tmp_path))
    with pytest.raises(HostError, match="toolchain-0123 cannot be made again"):
        store.add(layer(), fill, must_be="toolchain-0123")
    assert list((tmp_path / "layers").iterdir()) == []


def test_an_unknown_layer_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such layer"):
        LayerStore(StateDir(tmp_path)).get("toolchain-0")


def archive_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def entry(
    name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, **fields: Any
) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type = kind
    for key, value in fields.items():
        setattr(member, key, value)
    return member, content


BASE = [
    entry("./", kind=tarfile.DIRTYPE),
    entry("./var/lib/dpkg/status", STATUS),
    entry("./usr/bin/sh", b"shell", mode=0o755),
    entry("./bin", kind=tarfile.SYMTYPE, linkname="usr/bin"),
    entry("./etc/shadow", b"secret"),
    entry("./etc/hostname", b"of the machine that built it"),
    entry("./dev/null", kind=tarfile.CHRTYPE),
]


@pytest.fixture
def mmdebstrap(monkeypatch: pytest.MonkeyPatch) -> dict[bool, bytes]:
    """A mmdebstrap that writes what it is told: for a bare base, and for one with packages."""
    archives = {False: archive_of(*BASE), True: archive_of(*BASE)}

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        Path(command[command.index("bookworm") + 1]).write_bytes(
            archives[any(word.startswith("--include") for word in command)]
        )
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/mmdebstrap")
    monkeypatch.setattr("subprocess.run", run)
    return archives


def files_below(tree: Path) -> set[str]:
    return {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_symlink() or path.is_file()}


def test_a_toolchain_holds_what_its_packages_add_to_the_base(tmp_path: Path, mmdebstrap: dict[bool, bytes]) -> None:
    added = [
        entry("./usr/bin/tool", b"tool", mode=0o4755),
        entry("./usr/bin/tool-again", kind=tarfile.LNKTYPE, linkname="./usr/bin/tool", mode=0o755),
        entry("./usr/share/doc/tool/README", b"long"),
    ]
    mmdebstrap[True] = archive_of(*BASE, *added)
    store = LayerStore(StateDir(tmp_path))
    made = build_toolchain(store, BOOKWORM, ["tool"])
    assert files_below(store.tree(made)) == {"usr/bin/tool", "usr/bin/tool-again"}
    assert (store.tree(made) / "usr/bin/tool").stat().st_mode & 0o7777 == 0o755
    assert (store.tree(made) / "usr/bin/tool-again").read_bytes() == b"tool"
    assert made.packages == ("tool=1.2-3",)
    base = store.get(made.parent)
    assert files_below(store.tree(base)) == {"usr/bin/sh", "bin"}


def test_a_toolchain_is_built_once_and_shares_its_base(tmp_path: Path, mmdebstrap: dict[bool, bytes]) -> None:
    store = LayerStore(StateDir(tmp_path))
    one = build_toolchain(store, BOOKWORM, ["tool"])
    mmdebstrap.clear()
    assert build_toolchain(store, BOOKWORM, ["tool"]) == one


def test_an_entry_outside_the_root_is_refused(tmp_path: Path, mmdebstrap: dict[bool, bytes]) -> None:
    mmdebstrap[False] = archive_of(*BASE, entry("./../../escape", b"x"))
    with pytest.raises(HostError, match="outside its root"):
        build_toolchain(LayerStore(StateDir(tmp_path / "state")), BOOKWORM, ["tool"])
    assert not (tmp_path.parent / "escape").exists()
    assert list((tmp_path / "state/layers").iterdir()) == []


@pytest.mark.parametrize("name", ["tool; reboot", "-o", "Tool", "tool=1"])
def test_a_package_name_is_a_package_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="not a Debian package"):
        build_toolchain(LayerStore(StateDir(tmp_path)), BOOKWORM, [name])


def test_a_missing_mmdebstrap_comes_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(HostError, match="apt-get install mmdebstrap"):
        build_toolchain(LayerStore(StateDir(tmp_path)), BOOKWORM, ["tool"])


def test_the_request_is_the_names_whatever_their_order() -> None:
    assert toolchain_request("bookworm", ["a", "b"]) == toolchain_request("bookworm", ["b", "a"])
    assert toolchain_request("bookworm", ["a"]) != toolchain_request("trixie", ["a"])


def test_what_a_killed_maker_left_is_swept_and_what_is_being_made_is_not(tmp_path: Path) -> None:
    store = LayerStore(StateDir(tmp_path))
    left = (tmp_path / "layers/.layer-dead", tmp_path / "layers/.old-dead")
    for directory in left:
        (directory / "tree").mkdir(parents=True)
        os.utime(directory, (1, 1))
    seen = []

    def fill_late(tree: Path) -> None:
        fill(tree)
        os.utime(tree.parent, (1, 1))
        LayerStore(StateDir(tmp_path)).sweep()
        seen.append(tree.is_dir())

    made = store.add(layer(), fill_late)
    assert seen == [True]
    assert [path.name for path in (tmp_path / "layers").iterdir()] == [made.id]


def test_a_layer_that_was_let_go_may_be_removed_by_others(tmp_path: Path) -> None:
    store, other = LayerStore(StateDir(tmp_path)), LayerStore(StateDir(tmp_path))
    made = store.add(layer(), fill)
    store.stack(made)
    with pytest.raises(UsageError, match="in use"):
        other.remove(made)
    store.release()
    other.remove(made)
    assert store.all() == ()
