"""The root of a program that needs packages of Debian and PyPI by their names: built layers, or the machine's own.

Layers are found by what was asked for, so that a package can name its needs on any machine. Making them is for an
operator's command; nothing here fetches anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from judge.rootfs.debian import build_toolchain, toolchain_request
from judge.rootfs.host_root import built_view, find_in, with_directory, with_layers
from judge.rootfs.layers import Layer, LayerKind
from judge.rootfs.mirrors import PackageSource
from judge.rootfs.registries import Interpreter, build_libraries, libraries_request
from judge.sandbox.spec import Rootfs
from judge.toolchain.roots import Toolchains

#: In every root of Debian packages: what scripts of other systems take for granted.
ALWAYS = ("python3",)

_PYTHON = re.compile(r"python(3\.\d+)")


class Needs(NamedTuple):
    """Packages by name: of Debian, and of PyPI for the root's Python."""

    debian: tuple[str, ...] = ()
    pypi: tuple[str, ...] = ()


NO_NEEDS = Needs()


class PackageRoot(NamedTuple):
    """A root, and what of the needs it lacks."""

    rootfs: Rootfs
    missing: tuple[str, ...]


def package_root(toolchains: Toolchains, needs: Needs, mount_point: str = "") -> PackageRoot:
    """The root that has what is needed, as far as it is here. ``mount_point``: a directory that it has besides.

    Raises HostError.
    """
    base = _base_layer(toolchains, needs)
    if base is not None:
        rootfs = built_view(toolchains.directory, toolchains.layers.stack(base)).rootfs
        missing: list[str] = []
    else:
        rootfs = toolchains.plain().rootfs
        missing = [name for name in needs.debian if not toolchains.host_packages().closure([name])]
    if needs.pypi:
        layer = _library_layer(toolchains, needs, rootfs)
        if layer is None:
            missing += needs.pypi
        else:
            rootfs = with_layers(rootfs, toolchains.layers.stack(layer))
    if mount_point:
        rootfs = with_directory(toolchains.directory, rootfs, mount_point)
    return PackageRoot(rootfs, tuple(missing))


def build_missing(toolchains: Toolchains, needs: Needs, source: PackageSource) -> tuple[Layer, ...]:
    """Make the layers that are not here yet; those that were made. Blocks for minutes, and asks registries.

    Raises UsageError for what they do not have, HostError.
    """
    made: list[Layer] = []
    here = set(toolchains.layers.all())
    if package_root(toolchains, Needs(needs.debian)).missing:
        made.append(build_toolchain(toolchains.layers, source, _with_always(needs.debian)))
        toolchains.forget()
    if needs.pypi:
        rootfs = package_root(toolchains, Needs(needs.debian)).rootfs
        made.append(build_libraries(toolchains.layers, needs.pypi, interpreter_in(rootfs)))
        toolchains.forget()
    return tuple(layer for layer in made if layer not in here)


def interpreter_in(rootfs: Rootfs) -> Interpreter | None:
    """The Python that a root calls python3; None = it has none."""
    found = find_in(rootfs, "/usr/bin/python3")
    match = _PYTHON.fullmatch(PurePosixPath(found).name) if found else None
    return Interpreter("cp", match[1]) if match else None


def _with_always(packages: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({*packages, *ALWAYS}))


def _base_layer(toolchains: Toolchains, needs: Needs) -> Layer | None:
    if not needs.debian:
        return None
    request = toolchain_request(toolchains.suite, _with_always(needs.debian))
    return toolchains.layers.find(LayerKind.TOOLCHAIN, request)


def _library_layer(toolchains: Toolchains, needs: Needs, rootfs: Rootfs) -> Layer | None:
    python = interpreter_in(rootfs)
    if python is None:
        return None
    return toolchains.layers.find(LayerKind.PYPI, libraries_request(needs.pypi, python))
