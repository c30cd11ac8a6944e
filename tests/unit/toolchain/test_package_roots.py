"""Roots that have given packages."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from judge.rootfs.host_root import find_in
from judge.rootfs.layers import Layer, LayerKind
from judge.rootfs.registries import Interpreter, libraries_request
from judge.sandbox.spec import OverlayMount, Rootfs
from judge.state_dir import StateDir
from judge.toolchain.package_roots import Needs, interpreter_in, package_root
from judge.toolchain.roots import Toolchains

STATUS = "Package: gcc\nStatus: install ok installed\nArchitecture: amd64\nVersion: 4\n"


@pytest.fixture
def toolchains(tmp_path: Path) -> Toolchains:
    """A machine that has gcc and Python 3.11."""
    host = tmp_path / "host"
    (host / "usr" / "bin").mkdir(parents=True)
    (host / "usr" / "bin" / "python3.11").touch()
    (host / "usr" / "bin" / "python3").symlink_to("python3.11")
    (host / "var" / "lib" / "dpkg" / "info").mkdir(parents=True)
    (host / "var" / "lib" / "dpkg" / "status").write_text(STATUS)
    return Toolchains(StateDir(tmp_path / "state"), root=host)


def layer_of(toolchains: Toolchains, kind: LayerKind, request: str, file: str) -> Layer:
    def fill(tree: Path) -> None:
        (tree / file).parent.mkdir(parents=True)
        (tree / file).touch()

    layer = Layer(kind=kind, request=request, packages=(), architecture=platform.machine())
    return toolchains.layers.add(layer, fill)


def test_what_the_machine_has_needs_no_layer(toolchains: Toolchains) -> None:
    found = package_root(toolchains, Needs(debian=("gcc",)), "/autograder")
    assert found.missing == ()
    assert find_in(found.rootfs, "/autograder") is not None
    assert find_in(found.rootfs, "/usr/bin/python3.11") is not None


def test_what_is_nowhere_is_missing(toolchains: Toolchains) -> None:
    assert package_root(toolchains, Needs(("gcc", "valgrind"), ("numpy",))).missing == ("valgrind", "numpy")


def test_layers_are_found_by_what_was_asked_for(toolchains: Toolchains) -> None:
    request = libraries_request(("numpy",), Interpreter("cp", "3.11"))
    layer_of(toolchains, LayerKind.PYPI, request, "opt/pypi/numpy.py")
    found = package_root(toolchains, Needs(pypi=("numpy",)))
    assert found.missing == ()
    assert find_in(found.rootfs, "/opt/pypi/numpy.py") is not None
    assert package_root(toolchains, Needs(pypi=("numpy", "scipy"))).missing == ("numpy", "scipy")


def test_a_root_without_python_has_no_libraries(tmp_path: Path) -> None:
    assert interpreter_in(Rootfs(mounts=(OverlayMount(target="/", lowers=(str(tmp_path),)),))) is None
