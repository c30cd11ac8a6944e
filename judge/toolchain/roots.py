"""Which root a language is compiled and run in: the host's own toolchain or built layers, and what was prepared.

A language whose packages were built as a layer uses that; the others use the machine's own toolchains, curated by
:func:`judge.rootfs.host_root.host_view`. Layers of npm and PyPI packages and prepared files lie on top of either.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from judge.errors import HostError, InfrastructureError, LanguageError, UsageError
from judge.globs import Components, fits_component, parsed
from judge.model.language import LanguageSpec, Prepare
from judge.rootfs.debian import toolchain_request
from judge.rootfs.host_packages import HostPackages
from judge.rootfs.host_root import HostView, built_view, find_in, host_view, with_layers
from judge.rootfs.host_uses import HostUses, Uses
from judge.rootfs.layers import Layer, LayerKind, LayerStore, request_digest
from judge.sandbox.spec import Rootfs
from judge.state_dir import StateDir
from judge.toolchain.compile import OpenContainer, Toolchain
from judge.toolchain.preparing import PREPARED_BYTES_MAX, prove_prepared, run_prepare, write_prepared
from judge.toolchain.uses import USES

#: The suite that layers are built of unless another is asked for.
DEFAULT_SUITE = "bookworm"

#: Words of a command that name a part of the toolchain.
_TOOLCHAIN_PREFIXES = ("/usr/", "/opt/npm/", "/opt/pypi/")


#: Commands that are remembered, and the longest name of one.
_COMMANDS_MAX = 1000
_PATH_MAX = 256


class ToolchainState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a language's toolchain is there. ``missing`` are the paths that are not; ``layers`` ids, topmost first.

    ``identity`` changes whenever a command of the language does: what passed its self-test must pass again then.
    """

    language: str
    source: str
    layers: tuple[str, ...]
    missing: tuple[str, ...]
    identity: str

    @property
    def ready(self) -> bool:
        """True when every command of the language is there."""
        return not self.missing


class Toolchains:
    """The toolchains of one machine, each looked at once; the callable that :class:`BuildContext` wants.

    ``root`` is the machine's, another directory in tests.
    """

    def __init__(self, state: StateDir, suite: str = DEFAULT_SUITE, root: Path = Path("/")) -> None:
        self._state = state
        self._root = root
        self._suite = suite
        self.layers = LayerStore(state)
        self._known: dict[str, tuple[Toolchain, ToolchainState]] = {}
        self._host_views: dict[tuple[str, ...], HostView] = {}
        self._commands: set[str] = set()  # found in the plain root
        self._uses = HostUses(root)
        self._packages: HostPackages | None = None

    @property
    def suite(self) -> str:
        """What layers of Debian packages are built of."""
        return self._suite

    @property
    def directory(self) -> StateDir:
        """Where layers and views are kept."""
        return self._state

    def host_packages(self) -> HostPackages:
        """What the machine's package manager knows; read once."""
        self._packages = self._packages or HostPackages(self._root)
        return self._packages

    def __call__(self, language: LanguageSpec) -> Toolchain:
        """The language's toolchain. Raises LanguageError naming what is missing and the remedy."""
        toolchain, state = self._look(language)
        if not state.ready:
            raise LanguageError(
                f"{language.name}: {state.missing[0]} is not installed on this machine; "
                f"remedy: judge languages install {language.id}",
                language.id,
            )
        return toolchain

    def plain(self) -> Toolchain:
        """What the machine itself has, and nothing of any language: for commands that name none. Raises HostError."""
        view = self._host_view(())
        return Toolchain(rootfs=view.rootfs, digest=view.digest)

    def plain_has(self, command: str) -> bool:
        """Whether a command is there without any language; what was found once is not looked for again before
        :meth:`forget`. Raises HostError."""
        found = command in self._commands or find_in(self.plain().rootfs, command) is not None
        if found and len(command) <= _PATH_MAX:  # there are many names for a file, and all of them are clients'
            if len(self._commands) >= _COMMANDS_MAX:
                self._commands.clear()
            self._commands.add(command)
        return found

    def state(self, language: LanguageSpec) -> ToolchainState:
        """Whether the language's toolchain is there and where it comes from; never raises LanguageError."""
        return self._look(language)[1]

    def forget(self) -> None:
        """Look again: something was installed or removed. What was held of layers may be removed from here on."""
        self._known.clear()
        self._commands.clear()
        self._host_views.clear()
        self._uses = HostUses(self._root)
        self._packages = None
        self.layers.release()

    def prepare(
        self, language: LanguageSpec, open_container: OpenContainer, bytes_max: int = PREPARED_BYTES_MAX
    ) -> Layer | None:
        """Make what the language prepares unless it is there. Blocks for seconds; None = it prepares nothing.

        One process at a time on a state directory. Raises LanguageError when its commands fail, its small programs
        fail with what they left, or its toolchain changes meanwhile: nothing is left then.
        """
        prepare = language.prepare
        if prepare is None:
            return None
        with self._alone():
            bare = self.bare(language)
            request = _prepare_request(bare, prepare)
            found = self.layers.find(LayerKind.PREPARED, request)
            if found is not None:
                return found
            files = run_prepare(language, prepare, bare.rootfs, open_container, bytes_max)

            def fill(tree: Path) -> None:
                write_prepared(tree, prepare, files)
                prove_prepared(language, bare.rootfs, tree, open_container)
                self.forget()
                if self.prepare_request(language) != request:
                    raise LanguageError(f"{language.id}: its toolchain changed while {prepare.target} was prepared")

            layer = Layer(kind=LayerKind.PREPARED, request=request, packages=(language.id,), architecture="")
            made = self.layers.add(layer, fill)
        self._drop_outdated(made)
        self.forget()
        return made

    def prepare_request(self, language: LanguageSpec) -> str:
        """By what the prepared layer of the language is found, as its toolchain is now; empty = it has none."""
        return "" if language.prepare is None else _prepare_request(self.bare(language), language.prepare)

    def is_prepared(self, language: LanguageSpec) -> bool:
        """Whether what the language prepares is there, or it prepares nothing."""
        request = self.prepare_request(language)
        return not request or self.layers.find(LayerKind.PREPARED, request) is not None

    def drop_unused(self, languages: Iterable[LanguageSpec]) -> None:
        """Remove what was prepared for none of these languages as they are now, unless somebody uses it."""
        requests = {self.prepare_request(language) for language in languages}
        self._drop(layer for layer in self.layers.of_kind(LayerKind.PREPARED) if layer.request not in requests)

    def _drop_outdated(self, made: Layer) -> None:
        """What the same language prepared for an older toolchain serves nobody any more."""
        others = (layer for layer in self.layers.of_kind(LayerKind.PREPARED) if layer.packages == made.packages)
        self._drop(layer for layer in others if layer.id != made.id)

    def _drop(self, layers: Iterable[Layer]) -> None:
        for layer in layers:
            with contextlib.suppress(UsageError):  # a slot has it until its next work
                self.layers.remove(layer)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process of this state directory prepares meanwhile. Raises HostError."""
        path = self._state.layers / ".preparing"
        try:
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise HostError(f"{path}: {error.strerror}") from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def used_layers(self, languages: Sequence[LanguageSpec]) -> dict[str, list[str]]:
        """Layer id -> the languages that stand on it."""
        users: dict[str, list[str]] = {}
        for language in languages:
            for layer_id in self.state(language).layers:
                users.setdefault(layer_id, []).append(language.id)
        return users

    def _look(self, language: LanguageSpec) -> tuple[Toolchain, ToolchainState]:
        if language.id not in self._known:
            self._known[language.id] = self._examine(language)
        return self._known[language.id]

    def _examine(self, language: LanguageSpec) -> tuple[Toolchain, ToolchainState]:
        toolchain = self.bare(language)
        stacked = self._bare_layers(language)
        if language.prepare is not None:
            prepared = self.layers.find(LayerKind.PREPARED, _prepare_request(toolchain, language.prepare))
            trees = self._held(prepared) if prepared else ()
            if prepared is not None and trees:
                toolchain = Toolchain(
                    rootfs=with_layers(toolchain.rootfs, trees),
                    digest=_digest(toolchain.digest, prepared.id),
                    used_digest=_digest(toolchain.used_digest, prepared.id) if toolchain.used_digest else "",
                )
                stacked = (prepared, *stacked)
        is_built = any(layer.kind is LayerKind.TOOLCHAIN for layer in stacked)
        state = ToolchainState(
            language=language.id,
            source="layers" if is_built else "host",
            layers=tuple(layer.id for layer in stacked),
            missing=(*self._missing_layer(language), *_missing(language, toolchain.rootfs)),
            identity=_identity(language, toolchain.rootfs),
        )
        return toolchain, state

    def _held(self, layer: Layer) -> tuple[Path, ...]:
        """The trees of a layer; none when it was removed just now."""
        try:
            return self.layers.stack(layer)
        except UsageError:
            return ()

    def bare(self, language: LanguageSpec) -> Toolchain:
        """The root without what the language itself prepares."""
        stacked = self._bare_layers(language)
        trees = [tree for layer in stacked for tree in self.layers.stack(layer)]
        layers = tuple(layer.id for layer in stacked)
        if any(layer.kind is LayerKind.TOOLCHAIN for layer in stacked):
            view = built_view(self._state, trees)
            return Toolchain(rootfs=view.rootfs, digest=_digest(view.digest, *layers))
        view = self._host_view(language.host_files)
        used = self._used_digest(language)
        return Toolchain(
            rootfs=with_layers(view.rootfs, trees),
            digest=_digest(view.digest, used, *layers),
            used_digest=_digest(view.own_digest, used, *layers) if used and language.uses else "",
        )

    def _used_digest(self, language: LanguageSpec) -> str:
        """That of what the language's commands are made of on the host, and of where they look for more."""
        known = USES.get(language.uses)
        prepared = language.prepare.commands if language.prepare else ()
        commands = (*language.compile, *language.check, language.run, language.interactive, *prepared)
        return self._uses.digest(
            Uses(
                commands=tuple(sorted({path for argv in commands for path in _paths_in(argv, ("/usr/",))})),
                packages=language.packages.get("debian", ()),
                places=known.places if known else (),
            )
        )

    def _host_view(self, host_files: tuple[str, ...]) -> HostView:
        if host_files not in self._host_views:
            self._host_views[host_files] = host_view(self._state, host_files, self._root)
        return self._host_views[host_files]

    def _bare_layers(self, language: LanguageSpec) -> tuple[Layer, ...]:
        found = [self._library_layer(language)]
        for source, kind in (("npm", LayerKind.NPM), ("pypi", LayerKind.PYPI), ("debian", LayerKind.TOOLCHAIN)):
            if source in language.packages:
                found.append(self.layers.find(kind, packages_request(self._suite, source, language.packages[source])))
        return tuple(layer for layer in found if layer is not None)

    def _missing_layer(self, language: LanguageSpec) -> tuple[str, ...]:
        is_there = not language.layer or self._library_layer(language) is not None
        return () if is_there else (f"layer {language.layer}",)

    def _library_layer(self, language: LanguageSpec) -> Layer | None:
        return next((layer for layer in self.layers.all() if layer.id == language.layer), None)


def packages_request(suite: str, source: str, packages: Sequence[str]) -> str:
    """By what the layer of a language's packages is found again."""
    return toolchain_request(suite, packages) if source == "debian" else request_digest(source, sorted(packages))


def _prepare_request(toolchain: Toolchain, prepare: Prepare) -> str:
    return request_digest(toolchain.used_digest or toolchain.digest, prepare)


def _digest(*parts: str) -> str:
    return parts[0] if len(parts) == 1 else hashlib.sha256(" ".join(parts).encode()).hexdigest()


def toolchain_paths(language: LanguageSpec) -> Iterator[str]:
    """Every path of the toolchain that the language's commands name."""
    for argv in (*language.compile, *language.check, language.run):
        yield from _paths_in(argv)


def _paths_in(argv: Sequence[str], prefixes: tuple[str, ...] = _TOOLCHAIN_PREFIXES) -> Iterator[str]:
    for word in argv:
        for path in word.split(":"):
            if path.startswith(prefixes) and not any(mark in path for mark in "*,{"):
                yield path


def absent(argv: Sequence[str], rootfs: Rootfs) -> tuple[str, ...]:
    """Paths of a toolchain that a command names and the root has not."""
    return tuple(path for path in _paths_in(argv) if find_in(rootfs, path) is None)


def _missing(language: LanguageSpec, rootfs: Rootfs) -> Iterator[str]:
    for argv in (*language.compile, *language.check, language.run):
        yield from absent(argv, rootfs)
    for pattern in language.needs:
        if not _glob_in(rootfs, pattern):
            yield pattern


def _glob_in(rootfs: Rootfs, pattern: str) -> bool:
    for mount in rootfs.mounts:
        base = mount.target.rstrip("/")
        if pattern.startswith(f"{base}/"):
            for lower in mount.lowers:
                if _holds(lower.rstrip("/"), parsed(pattern[len(base) + 1 :])):
                    return True
    return False


def _holds(directory: str, pattern: Components) -> bool:
    """Whether something below a host directory fits a pattern."""
    if not pattern:
        return True
    try:
        names = sorted(os.listdir(os.fsencode(directory)))
    except OSError:
        return False
    fitting = (name for name in names if fits_component(name, pattern[0]))
    return any(_holds(f"{directory}/{os.fsdecode(name)}", pattern[1:]) for name in fitting)


def _identity(language: LanguageSpec, rootfs: Rootfs) -> str:
    marks = []
    for path in toolchain_paths(language):
        file = find_in(rootfs, path)
        if file is not None:
            try:
                status = file.stat()
            except OSError as error:
                raise InfrastructureError(f"{file}: {error}") from error
            marks.append((path, status.st_size, status.st_mtime_ns))
    names: dict[str, Any] = {"aliases": (), "judge0_ids": (), "piston": (), "dmoj": (), "kattis": "", "priority": 0}
    definition = msgspec.structs.replace(language, **names, versions={}, libraries=None)
    return request_digest(definition, marks)
