"""Layers of npm and PyPI packages, below /opt/npm and /opt/pypi, made with the host's own clients.

A toolchain's own packages are taken as they are named; libraries come with all that they depend on, and for the very
interpreter that will load them.
Nothing of a package is run while it is installed: npm's scripts are off and PyPI gives wheels only.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from judge.errors import HostError, UsageError
from judge.rootfs.layers import Layer, LayerKind, LayerStore, request_digest

_NPM_NAME = re.compile(r"(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*(@[0-9A-Za-z.^~<>=*-]+)?")
_PYPI_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*([=<>~!]=[0-9A-Za-z.*]+)?")


def build_npm(store: LayerStore, request: str, packages: Sequence[str]) -> Layer:
    """``/opt/npm/node_modules`` with these packages and what they depend on. Raises HostError with npm's words."""
    _check(packages, _NPM_NAME, "npm")
    scratch = store.scratch_dir()
    try:
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
        _run(["npm", "install", *options, f"--prefix={scratch}", *packages])
        made = scratch / "node_modules"
        return _add(store, LayerKind.NPM, request, made, "opt/npm/node_modules", _npm_versions(made))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


class Interpreter(NamedTuple):
    """For what Python wheels are: ``implementation`` "cp" (CPython) or "pp" (PyPy), ``version`` "3.11"."""

    implementation: str
    version: str


def build_libraries(store: LayerStore, libraries: Sequence[str], python: Interpreter | None) -> Layer:
    """A layer with these libraries and all that they need: of PyPI for this interpreter, of npm where it is None.

    The one that was made for the same request serves again. Raises UsageError for what the registry does not have, or
    not for this machine, and for libraries that exclude each other; HostError when the client fails otherwise.
    """
    registry = LayerKind.PYPI if python else LayerKind.NPM
    request = libraries_request(libraries, python)
    found = store.find(registry, request)
    if found is not None:
        return found
    if python is None:
        return build_npm(store, request, libraries)
    wheels = ["--implementation", python.implementation, "--python-version", python.version]
    return _build_pypi(store, request, libraries, wheels, f"Python {python.version} on {platform.machine()}")


def libraries_request(libraries: Sequence[str], python: Interpreter | None) -> str:
    """By what the layer of :func:`build_libraries` is found again."""
    registry = LayerKind.PYPI if python else LayerKind.NPM
    return request_digest("libraries", registry, platform.machine(), python, sorted(libraries))


def build_pypi(store: LayerStore, request: str, packages: Sequence[str]) -> Layer:
    """``/opt/pypi`` with the wheels of these packages, without dependencies. Raises as :func:`build_libraries`."""
    return _build_pypi(store, request, packages, ["--no-deps"], platform.machine())


def _build_pypi(store: LayerStore, request: str, packages: Sequence[str], wanted: Sequence[str], machine: str) -> Layer:
    _check(packages, _PYPI_NAME, "PyPI")
    scratch = store.scratch_dir()
    try:
        options = ["--quiet", "--disable-pip-version-check", *wanted, "--only-binary=:all:", "--no-compile"]
        made = scratch / "all"
        _run([sys.executable, "-m", "pip", "install", *options, f"--target={made}", *packages], machine)
        return _add(store, LayerKind.PYPI, request, made, "opt/pypi", _pypi_versions(made))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _add(store: LayerStore, kind: LayerKind, request: str, made: Path, target: str, names: tuple[str, ...]) -> Layer:
    layer = Layer(kind=kind, request=request, packages=names, architecture=platform.machine())
    return store.add(layer, lambda tree: _copy_readable(made, tree / target))


def _check(packages: Sequence[str], pattern: re.Pattern[str], registry: str) -> None:
    for name in packages:
        if not pattern.fullmatch(name):
            raise UsageError(f"not a package of {registry}: {name!r}")


def _run(command: Sequence[str], machine: str = "") -> None:
    program = shutil.which(command[0])
    if program is None:
        raise HostError(f"{command[0]} is not installed on this machine")
    done = subprocess.run([program, *command[1:]], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace")
        complaint = _complaint(said, machine)
        if complaint:
            raise UsageError(complaint)
        words = " ".join(said.split())[-300:]
        raise HostError(f"{Path(command[0]).name} failed with exit code {done.returncode}: {words}")


def _complaint(said: str, machine: str) -> str:
    """What is wrong with what was asked for, in our words, by what pip or npm says; empty when it is another fault."""
    lacking = re.search(r"No matching distribution found for (\S+)", said)
    if lacking:
        return f"PyPI has no library {lacking[1]}, or no wheel of it for {machine}"
    conflict = re.search(r"Cannot install (.+?) because these package versions have conflicting dependencies", said)
    if conflict:
        return f"these libraries exclude each other: {conflict[1]}"
    if "ResolutionImpossible" in said or "ERESOLVE" in said:
        return "these libraries, or what they need, exclude each other"
    unknown = re.search(r"E404[\s\S]*?'([^'\s]+?)(?:@\*)?'", said)
    if unknown:
        return f"npm has no library {unknown[1]}"
    odd = re.search(r"No matching version found for (\S+)", said)
    return f"npm has no library {odd[1].rstrip('.')}" if odd else ""


def _npm_versions(modules: Path) -> tuple[str, ...]:
    lock = json.loads((modules / ".package-lock.json").read_text(encoding="utf-8"))
    found = {path.removeprefix("node_modules/"): entry.get("version", "") for path, entry in lock["packages"].items()}
    return tuple(sorted(f"{name}={version}" for name, version in found.items() if name and (modules / name).is_dir()))


def _pypi_versions(target: Path) -> tuple[str, ...]:
    found = [path.name.removesuffix(".dist-info").rsplit("-", 1) for path in target.glob("*.dist-info")]
    return tuple(sorted(f"{name}={version}" for name, version in found))


def _copy_readable(source: Path, target: Path) -> None:
    """Copy regular files, directories and links inside the tree, readable by everybody."""
    for directory, _, files in os.walk(source):
        here = target / Path(directory).relative_to(source)
        here.mkdir(mode=0o755, parents=True, exist_ok=True)
        for name in files:
            path = Path(directory) / name
            if path.is_symlink():
                (here / name).symlink_to(os.readlink(path))
            elif path.is_file():
                shutil.copyfile(path, here / name)
                (here / name).chmod(0o755 if path.stat().st_mode & 0o111 else 0o644)
