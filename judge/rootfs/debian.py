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
import shlex
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from judge.errors import HostError, UsageError
from judge.rootfs.layers import Layer, LayerKind, LayerStore, Origin, request_digest
from judge.rootfs.mirrors import PackageSource, mmdebstrap_words

#: Part of every request; raised when what is left out changes.
_FORMAT = 3

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
    "etc/hostname",
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
_ERROR_LINES = 3
_NAMED = 3


def toolchain_request(suite: str, packages: Sequence[str]) -> str:
    """By what a toolchain layer is found again: the suite and the names asked for, whatever the versions."""
    return request_digest(_FORMAT, suite, platform.machine(), sorted(set(packages)))


def build_toolchain(
    store: LayerStore, source: PackageSource, packages: Sequence[str], pinned: Layer | None = None
) -> Layer:
    """The layer of these packages, made with its base unless it is there.

    ``pinned`` is the manifest of a layer of the same packages: this very layer is made again, on the base that it
    lay on, or HostError says what came out otherwise. Blocks for a minute or so. Raises HostError when mmdebstrap is
    missing or fails, with its last words.
    """
    for name in packages:
        if not _PACKAGE.fullmatch(name):
            raise UsageError(f"not a Debian package: {name!r}")
    request = toolchain_request(source.suite, packages)
    if pinned is not None:
        check_pins(pinned, request)
    found = store.find(LayerKind.TOOLCHAIN, request) if pinned is None else _again(store, pinned)
    if found is not None:
        return found
    pins = versions_of(pinned.packages) if pinned else {}
    with _bootstrapped(store, source, packages, pins) as (archive, versions):
        if pinned is not None and versions != pinned.packages:
            odd = sorted(set(versions) ^ set(pinned.packages))
            raise HostError(f"{pinned.id} cannot be made again: other packages came along: {_first(odd)}")
        base = _base(store, source, versions, pinned.parent if pinned else "")
        layer = Layer(
            kind=LayerKind.TOOLCHAIN,
            request=request,
            packages=versions,
            architecture=platform.machine(),
            parent=base.id,
        )
        below = store.stack(base)
        fill = partial(_unpack, archive, below=below)
        return store.add(layer, fill, _origin(source), must_be=pinned.id if pinned else "")


def check_pins(pinned: Layer, request: str) -> None:
    """That a manifest is one of a toolchain's layer, of this request. Raises UsageError."""
    for package in pinned.packages:
        name, _, version = package.partition("=")
        if not _PACKAGE.fullmatch(name) or not _VERSION.fullmatch(version):
            raise UsageError(f"manifest of {pinned.id}: packages: not a Debian package and its version: {package!r}")
    if pinned.kind is not LayerKind.TOOLCHAIN or pinned.request != request:
        raise UsageError(f"manifest of {pinned.id}: it is of other packages, another suite or another architecture")


def versions_of(packages: Sequence[str]) -> dict[str, str]:
    """``name=version`` as name -> version."""
    return dict(package.split("=", 1) for package in packages)


def _again(store: LayerStore, pinned: Layer) -> Layer | None:
    """The pinned layer if it is there; from now on it is the one that serves its languages."""
    if pinned not in store.all():
        return None
    store.prefer(pinned)
    return pinned


def _base(store: LayerStore, source: PackageSource, versions: Sequence[str], base_id: str) -> Layer:
    """A base without another version of anything in ``versions``; with ``base_id`` this one. Made unless it is there.

    On another base a newer library would shine through below the toolchain, and the toolchain's manifest would not
    say which.
    """
    request = toolchain_request(source.suite, ())
    pins = versions_of(versions)
    for layer in store.all():
        is_wanted = layer.id == base_id if base_id else not _others(layer.packages, pins)
        if layer.kind is LayerKind.BASE and layer.request == request and is_wanted:
            return layer
    with _bootstrapped(store, source, (), pins) as (archive, found):
        layer = Layer(kind=LayerKind.BASE, request=request, packages=found, architecture=platform.machine())
        return store.add(layer, partial(_unpack, archive, below=()), _origin(source), must_be=base_id)


def _others(packages: Sequence[str], wanted: Mapping[str, str]) -> list[str]:
    """Which of ``packages`` have another version than the wanted one."""
    return [
        f"{name}={version}" for name, version in versions_of(packages).items() if wanted.get(name, version) != version
    ]


def _origin(source: PackageSource) -> Origin:
    return Origin(suite=source.suite, mirrors=source.mirrors)


@contextmanager
def _bootstrapped(
    store: LayerStore, source: PackageSource, packages: Sequence[str], pins: Mapping[str, str]
) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """A root's archive, kept beside the layers meanwhile, and what is in it: ``name=version``, sorted.

    Raises HostError when a pinned package came in another version: the mirrors have the pinned one no more.
    """
    scratch = store.scratch_dir()
    try:
        archive = scratch / "root.tar"
        _run_mmdebstrap(source, packages, _preferences(scratch, pins), archive)
        versions = _versions(archive)
        others = _others(versions, pins)
        if others:
            raise HostError(
                f"the mirrors do not have the pinned versions, but {_first(others)}; "
                "remedy: --mirror with an archive that keeps old versions"
            )
        yield archive, versions
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _first(packages: Sequence[str]) -> str:
    """The first few, for people."""
    rest = len(packages) - _NAMED
    return ", ".join(packages[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _preferences(scratch: Path, pins: Mapping[str, str]) -> Path | None:
    """A file that makes apt choose the pinned versions of whatever it installs, older ones too."""
    if not pins:
        return None
    path = scratch / "preferences"
    paragraphs = (f"Package: {name}\nPin: version {version}\nPin-Priority: 1001\n" for name, version in pins.items())
    path.write_text("\n".join(paragraphs))
    return path


def _run_mmdebstrap(source: PackageSource, packages: Sequence[str], preferences: Path | None, archive: Path) -> None:
    """No option leaves out files: mmdebstrap would filter every package through a program of its own, for minutes."""
    options, mirrors = mmdebstrap_words(source)
    program = shutil.which("mmdebstrap")
    if program is None:
        raise HostError("mmdebstrap is not installed; remedy: apt-get install mmdebstrap uidmap")
    if preferences is not None:
        options.append(f"--setup-hook=upload {shlex.quote(str(preferences))} /etc/apt/preferences.d/pins")
    command = [
        program,
        "--quiet",
        f"--mode={'root' if os.geteuid() == 0 else 'unshare'}",
        "--variant=minbase",
        '--aptopt=APT::Install-Recommends "false"',
        "--format=tar",
        *options,
        *([f"--include={','.join(sorted(packages))}"] if packages else []),
        source.suite,
        str(archive),
        *mirrors,
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
