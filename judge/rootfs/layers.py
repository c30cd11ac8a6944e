"""Layers: immutable directory trees that are stacked, read-only, to make the root of a container.

::

    layers/toolchain-1f0c9a.../layer.json   what it is: its manifest
    layers/toolchain-1f0c9a.../origin.json  where its packages came from; no part of what it is
    layers/toolchain-1f0c9a.../tree/...     what a container sees, from / down

A layer is named by the digest of its manifest and appears by one rename; it is never changed, only removed. Any
number of processes may make, use and list layers at once; a process that stacks a layer holds a lock on it, and what
is held
is not removed. How trees come to be is :mod:`judge.rootfs.debian`'s business (apt), or that of the caller of
:meth:`LayerStore.add`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import msgspec

from judge.errors import HostError, UsageError
from judge.kernel.locks import lock_directory
from judge.state_dir import StateDir

#: Beside the layers: one being made (locked), one being removed.
_MAKING = ".layer-"
_REMOVING = ".old-"

#: Longer than any maker needs between making its directory and locking it.
_LOCKED_WITHIN_S = 60


class LayerKind(StrEnum):
    """What a layer holds."""

    BASE = "base"  #: a minimal distribution
    TOOLCHAIN = "toolchain"  #: what packages of the distribution add to a base
    NPM = "npm"  #: /opt/npm
    PYPI = "pypi"  #: /opt/pypi
    PREPARED = "prepared"  #: made by a language's ``prepare`` commands: precompiled headers, class data


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """A layer's manifest.

    ``request`` is the digest of what was asked for (by it a layer is found again), ``content`` that of the tree.
    ``packages`` are exact: ``name=version``. ``parent`` is the id of the layer that this one lies on, or empty.
    """

    kind: LayerKind
    request: str
    packages: tuple[str, ...]
    architecture: str
    parent: str = ""
    content: str = ""
    size_bytes: int = 0

    @property
    def id(self) -> str:
        """Kind and digest of everything above: the name of the layer's directory."""
        return f"{self.kind}-{hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]}"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a layer's packages came from. Not in the manifest: the same packages from elsewhere are the same layer.

    No ``mirrors``: the suite's own.
    """

    suite: str
    mirrors: tuple[str, ...] = ()


class LayerStore:
    """The layers below a state directory."""

    def __init__(self, state: StateDir) -> None:
        self._root = state.layers
        self._held: dict[str, int] = {}  # id -> descriptor with a shared lock: what this store's user has stacked

    def all(self) -> tuple[Layer, ...]:
        """Every layer, ordered by kind and id."""
        found = []
        for path in sorted(self._root.glob("*/layer.json")):
            try:
                layer = msgspec.json.decode(path.read_bytes(), type=Layer)
            except (OSError, msgspec.DecodeError):
                continue  # being removed, or not ours
            if layer.id == path.parent.name:
                found.append(layer)
        return tuple(sorted(found, key=lambda layer: (layer.kind, layer.id)))

    def of_kind(self, kind: LayerKind) -> tuple[Layer, ...]:
        """Every layer of one kind."""
        return tuple(layer for layer in self.all() if layer.kind is kind)

    def find(self, kind: LayerKind, request: str) -> Layer | None:
        """The layer made for this request, or None; of several the one that was made, or preferred, last."""
        found = [layer for layer in self.all() if layer.kind is kind and layer.request == request]
        return max(found, key=self._preferred_at_ns, default=None)

    def _preferred_at_ns(self, layer: Layer) -> int:
        try:
            return (self._root / layer.id / "layer.json").stat().st_mtime_ns
        except OSError:
            return 0  # being removed

    def prefer(self, layer: Layer) -> None:
        """Make this layer the one that :meth:`find` gives. Raises HostError."""
        alike = [other for other in self.all() if other.kind is layer.kind and other.request == layer.request]
        # Later than any: the clock of files may tick seldom.
        at_ns = max([time.time_ns(), *(self._preferred_at_ns(other) + 1 for other in alike)])
        try:
            os.utime(self._root / layer.id / "layer.json", ns=(at_ns, at_ns))
        except OSError as error:
            raise HostError(f"{self._root / layer.id}: cannot prefer the layer: {error}") from error

    def origin(self, layer: Layer) -> Origin | None:
        """Where its packages came from, if its maker said so."""
        try:
            return msgspec.json.decode((self._root / layer.id / "origin.json").read_bytes(), type=Origin)
        except (OSError, msgspec.DecodeError):
            return None

    def get(self, layer_id: str) -> Layer:
        """The layer of this id, or of an unambiguous beginning of it. Raises UsageError."""
        found = [layer for layer in self.all() if layer.id.startswith(layer_id)]
        if len(found) != 1:
            raise UsageError(f"layer {layer_id!r}: {'there are several' if found else 'there is no such layer'}")
        return found[0]

    def tree(self, layer: Layer) -> Path:
        """The directory to stack."""
        return self._root / layer.id / "tree"

    def stack(self, layer: Layer) -> tuple[Path, ...]:
        """The trees of a layer and of all that it lies on, topmost first.

        They are held until :meth:`remove`, :meth:`release` or the end of the process. Raises UsageError when one is
        gone.
        """
        self._hold(layer)
        parents = self.stack(self.get(layer.parent)) if layer.parent else ()
        return (self.tree(layer), *parents)

    def _hold(self, layer: Layer) -> None:
        if layer.id in self._held:
            return
        fd = lock_directory(self._root / layer.id, fcntl.LOCK_SH)
        if fd < 0:
            raise UsageError(f"layer {layer.id!r}: it was removed meanwhile")
        self._held[layer.id] = fd

    def release(self) -> None:
        """Hold no layer any more: nothing that was stacked is used from here on."""
        while self._held:
            os.close(self._held.popitem()[1])

    def scratch_dir(self, prefix: str = ".build-") -> Path:
        """A new directory beside the layers for a builder's own files; the builder removes it."""
        self._root.mkdir(mode=0o755, parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=prefix, dir=self._root))

    def sweep(self) -> None:
        """Remove what makers and removers that were killed have left: not locked, and not made just now."""
        for left in (*self._root.glob(f"{_MAKING}*"), *self._root.glob(f"{_REMOVING}*")):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime < _LOCKED_WITHIN_S:
                    continue
            fd = lock_directory(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if fd >= 0:
                shutil.rmtree(left, ignore_errors=True)
                os.close(fd)

    def add(self, layer: Layer, fill: Callable[[Path], None], origin: Origin | None = None, must_be: str = "") -> Layer:
        """Make a layer: ``fill`` writes the tree into an empty directory. The manifest gets content and size.

        Raises HostError when the disk does not take it or its id is not ``must_be``, and whatever ``fill`` raises;
        nothing is left then.
        """
        scratch = self.scratch_dir(_MAKING)
        lock = lock_directory(scratch, fcntl.LOCK_EX)
        try:
            scratch.chmod(0o755)
            tree = scratch / "tree"
            tree.mkdir(mode=0o755)
            fill(tree)
            content, size_bytes = summary_of(tree)
            done = msgspec.structs.replace(layer, content=content, size_bytes=size_bytes)
            if must_be and done.id != must_be:
                raise HostError(f"{must_be} cannot be made again: with the same packages it is {done.id} now")
            if origin is not None:
                (scratch / "origin.json").write_bytes(msgspec.json.format(msgspec.json.encode(origin)))
            (scratch / "layer.json").write_bytes(msgspec.json.format(msgspec.json.encode(done)))
            _rename_unless_there(scratch, self._root / done.id)
        except OSError as error:
            raise HostError(f"{self._root}: cannot make the layer: {error}") from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            if lock >= 0:
                os.close(lock)
        self.prefer(done)
        return done

    def remove(self, layer: Layer) -> None:
        """Remove a layer; fine when it is gone already. Raises UsageError when another lies on it or it is in use."""
        above = [other.id for other in self.all() if other.parent == layer.id]
        if above:
            raise UsageError(f"layer {layer.id} carries {', '.join(above)}: remove those first")
        with contextlib.suppress(KeyError):
            os.close(self._held.pop(layer.id))
        directory = self._root / layer.id
        fd = lock_directory(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if fd < 0:
            if directory.is_dir():
                raise UsageError(f"layer {layer.id} is in use: stop the workers and builds of this host first")
            return
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, fd)
            try:
                grave = Path(tempfile.mkdtemp(prefix=_REMOVING, dir=self._root))
                stack.callback(shutil.rmtree, grave, ignore_errors=True)
                directory.rename(grave / "layer")
            except OSError as error:
                raise HostError(f"{directory}: cannot remove the layer: {error}") from error


def _rename_unless_there(source: Path, target: Path) -> None:
    """Another process may have made the same layer meanwhile: its is as good."""
    try:
        source.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def request_digest(*parts: object) -> str:
    """The digest of what is asked for: plain values, in order."""
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def summary_of(tree: Path) -> tuple[str, int]:
    """Digest and size in bytes of a tree: names, kinds, modes, link targets and contents; not times or owners."""
    digest = hashlib.sha256()
    size_bytes = 0
    for directory, names, files in os.walk(tree):
        names.sort()
        for name in sorted((*names, *files)):
            path = Path(directory) / name
            line, size = _line_of(path)
            size_bytes += size
            digest.update(f"{path.relative_to(tree)}\0{line}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest(), size_bytes


def _line_of(path: Path) -> tuple[str, int]:
    status = path.lstat()
    if path.is_symlink():
        return f"link {os.readlink(path)}", 0
    if path.is_dir():
        return f"directory {status.st_mode & 0o777:o}", 0
    with path.open("rb") as file:
        return f"file {status.st_mode & 0o777:o} {hashlib.file_digest(file, 'sha256').hexdigest()}", status.st_size
