"""Layers of Debian packages: a minimal base, and on it what the packages of a toolchain add.

``mmdebstrap`` makes the tree: as root natively, as a plain user in a user namespace with subordinate ids. Its
archive is read here entry by entry; owners, devices, set-id bits, logs, caches and documentation are left out, and so
is everything that the base has already. No package is configured on the host and nothing is mounted by us.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

from judge.errors import HostError, UsageError
from judge.sandbox.layers import Layer, LayerKind, LayerStore, request_digest

#: Part of every request; raised when what is left out changes.
_FORMAT = 1

_LEFT_OUT = (
    "boot",
    "dev",
    "home",
    "media",
    "mnt",
    "proc",
    "root",
    "run",
    "srv",
    "sys",
    "tmp",
    "etc/apt",
    "etc/gshadow",
    "etc/gshadow-",
    "etc/machine-id",
    "etc/resolv.conf",
    "etc/shadow",
    "etc/shadow-",
    "usr/share/doc",
    "usr/share/info",
    "usr/share/lintian",
    "usr/share/locale",
    "usr/share/man",
    "var/backups",
    "var/cache",
    "var/lib/apt",
    "var/lib/dpkg",
    "var/log",
    "var/tmp",
)
_DPKG_STATUS = "var/lib/dpkg/status"
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+.]")
_VERSION = re.compile(r"[A-Za-z0-9.+:~-]+")
_SUITE = re.compile(r"[a-z][a-z-]*")
_ERROR_LINES = 3


def toolchain_request(suite: str, packages: Sequence[str]) -> str:
    """By what a toolchain layer is found again: the suite and the names asked for, whatever the versions."""
    return request_digest(_FORMAT, suite, platform.machine(), sorted(set(packages)))


def build_toolchain(
    store: LayerStore, suite: str, packages: Sequence[str], versions: Mapping[str, str] | None = None
) -> Layer:
    """The layer of these packages, made with its base unless it is there.

    ``versions`` (package -> version, of a manifest) pins them and everything they bring along: the tree comes out
    the same. Blocks for a minute or so. Raises HostError when mmdebstrap is missing or fails, with its last words.
    """
    pins = versions or {}
    for name in (*packages, *pins):
        if not _PACKAGE.fullmatch(name) or not _VERSION.fullmatch(pins.get(name, "0")):
            raise UsageError(f"not a Debian package: {name!r}")
    found = store.find(LayerKind.TOOLCHAIN, toolchain_request(suite, packages))
    if found is not None and {f"{name}={version}" for name, version in pins.items()} <= set(found.packages):
        return found
    base = store.find(LayerKind.BASE, toolchain_request(suite, ())) or _build(store, suite, (), {}, None)
    return _build(store, suite, packages, pins, base)


def _build(
    store: LayerStore, suite: str, packages: Sequence[str], pins: Mapping[str, str], base: Layer | None
) -> Layer:
    """Two passes over one archive kept beside the layers: the versions first, for the manifest; then the tree."""
    if not _SUITE.fullmatch(suite):
        raise UsageError(f"not a suite of Debian: {suite!r}")
    archive_dir = store.scratch_dir()
    try:
        archive = archive_dir / "root.tar"
        exact = [f"{name}={version}" for name, version in pins.items()]
        _run_mmdebstrap(suite, [*exact, *(name for name in packages if name not in pins)], archive)
        layer = Layer(
            kind=LayerKind.BASE if base is None else LayerKind.TOOLCHAIN,
            request=toolchain_request(suite, packages),
            packages=_versions(archive),
            architecture=platform.machine(),
            parent="" if base is None else base.id,
        )
        below = store.stack(base) if base is not None else ()
        return store.add(layer, lambda tree: _unpack(archive, tree, below))
    finally:
        shutil.rmtree(archive_dir, ignore_errors=True)


def _run_mmdebstrap(suite: str, packages: Sequence[str], archive: Path) -> None:
    program = shutil.which("mmdebstrap")
    if program is None:
        raise HostError("mmdebstrap is not installed; remedy: apt-get install mmdebstrap uidmap")
    command = [
        program,
        "--quiet",
        f"--mode={'root' if os.geteuid() == 0 else 'unshare'}",
        "--variant=minbase",
        '--aptopt=APT::Install-Recommends "false"',
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--format=tar",
        *([f"--include={','.join(sorted(packages))}"] if packages else []),
        suite,
        str(archive),
    ]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "0", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.startswith("E:")]
        words = " / ".join(lines[-_ERROR_LINES:]) or done.stderr.decode("utf-8", "replace")[-300:]
        raise HostError(f"mmdebstrap failed with exit code {done.returncode}: {words}")


def _versions(archive: Path) -> tuple[str, ...]:
    """``name=version`` of every installed package, sorted."""
    with tarfile.open(archive) as tar:
        member = next((m for m in tar if _relative(m.name) == _DPKG_STATUS), None)
        file = tar.extractfile(member) if member else None
        if file is None:
            raise HostError("mmdebstrap made a root without a package database")
        text = file.read().decode("utf-8", "replace")
    found = []
    for paragraph in text.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Version|Status): (.*)$", paragraph, re.MULTILINE))
        if fields.get("Status", "").endswith(" installed"):
            found.append(f"{fields['Package']}={fields['Version']}")
    return tuple(sorted(found))


def _unpack(archive: Path, tree: Path, below: Sequence[Path]) -> None:
    with tarfile.open(archive) as tar:
        for member in tar:
            name = _relative(member.name)
            if name and not _is_left_out(name):
                _unpack_one(tar, member, name, tree, below)


def _unpack_one(tar: tarfile.TarFile, member: tarfile.TarInfo, name: str, tree: Path, below: Sequence[Path]) -> None:
    path = tree / name
    underneath = next((lower / name for lower in below if os.path.lexists(lower / name)), None)
    if member.isdir():
        if underneath is None or not underneath.is_dir() or underneath.is_symlink():
            path.mkdir(mode=0o755, parents=True, exist_ok=True)
        return
    if member.issym():
        if underneath is not None and underneath.is_symlink() and os.readlink(underneath) == member.linkname:
            return
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        path.symlink_to(member.linkname)
    elif member.isfile() or member.islnk():
        mode = 0o755 if member.mode & 0o111 else 0o644
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        with _content(tar, member) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        path.chmod(mode)
        if underneath is not None and _same_file(path, underneath):
            path.unlink()
            _remove_empty(path.parent, tree)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """The bytes of a file, or of the file that a hard link stands for."""
    file = tar.extractfile(member)
    if file is None:
        raise HostError(f"mmdebstrap's archive has no content for {member.name}")
    return file


def _same_file(one: Path, other: Path) -> bool:
    if other.is_symlink() or not other.is_file():
        return False
    a, b = one.stat(), other.stat()
    if (a.st_size, a.st_mode & 0o777) != (b.st_size, b.st_mode & 0o777):
        return False
    with one.open("rb") as first, other.open("rb") as second:
        return hashlib.file_digest(first, "sha256").digest() == hashlib.file_digest(second, "sha256").digest()


def _remove_empty(directory: Path, stop: Path) -> None:
    """Take away the directories that were made for a file that the base has already."""
    for path in _upwards(directory, stop):
        try:
            path.rmdir()
        except OSError:
            return


def _upwards(directory: Path, stop: Path) -> Iterator[Path]:
    while directory != stop:
        yield directory
        directory = directory.parent


def _relative(name: str) -> str:
    """The entry's path below the root; empty for the root itself. Raises HostError for one that leaves it."""
    path = PurePosixPath(name.removeprefix("./").lstrip("/"))
    if ".." in path.parts:
        raise HostError(f"mmdebstrap's archive has an entry outside its root: {name!r}")
    return "" if str(path) == "." else str(path)


def _is_left_out(name: str) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}/") for prefix in _LEFT_OUT)
