"""Which root a language is compiled and run in: the host's own toolchain or built layers, and what was prepared.

A language whose packages were built as a layer uses that; the others use the machine's own toolchains, curated by
:func:`judge.rootfs.host_root.host_view`. Layers of npm and PyPI packages and prepared files lie on top of either.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from judge.errors import InfrastructureError, LanguageError
from judge.globs import Components, fits_component, parsed
from judge.model.language import LanguageSpec, Prepare
from judge.model.limits import COMPILE_LIMITS
from judge.model.units import GIB, S_NS
from judge.rootfs.debian import toolchain_request
from judge.rootfs.host_root import HostView, built_view, find_in, host_view, with_layers
from judge.rootfs.layers import Layer, LayerKind, LayerStore, request_digest
from judge.sandbox.capture import Capture
from judge.sandbox.spec import Collect, ContainerSpec, Rootfs, RunSpec
from judge.state_dir import StateDir
from judge.text import safe_text
from judge.toolchain.compile import COMPILE_POLICY, OpenContainer, Toolchain

#: The suite that layers are built of unless another is asked for.
DEFAULT_SUITE = "bookworm"

#: A precompiled header is about 100 MiB; class data a few dozen.
_PREPARED_BYTES_MAX = 1 * GIB

_PREPARE_LIMITS = msgspec.structs.replace(
    COMPILE_LIMITS,
    cpu_time_ns=120 * S_NS,
    cpu_time_hard_ns=120 * S_NS,
    wall_time_ns=300 * S_NS,
    memory_bytes=4 * GIB,
    disk_bytes=_PREPARED_BYTES_MAX,
)

#: Words of a command that name a part of the toolchain.
_TOOLCHAIN_PREFIXES = ("/usr/", "/opt/npm/", "/opt/pypi/")


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
    """The toolchains of one machine, each looked at once; the callable that :class:`BuildContext` wants."""

    def __init__(self, state: StateDir, suite: str = DEFAULT_SUITE) -> None:
        self._state = state
        self._suite = suite
        self.layers = LayerStore(state)
        self._known: dict[str, tuple[Toolchain, ToolchainState]] = {}
        self._host_views: dict[tuple[str, ...], HostView] = {}

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

    def state(self, language: LanguageSpec) -> ToolchainState:
        """Whether the language's toolchain is there and where it comes from; never raises LanguageError."""
        return self._look(language)[1]

    def forget(self) -> None:
        """Look again: something was installed or removed."""
        self._known.clear()
        self._host_views.clear()

    def prepare(self, language: LanguageSpec, open_container: OpenContainer) -> Layer | None:
        """Make what the language prepares unless it is there. Blocks for seconds; None = it prepares nothing.

        Raises LanguageError when its commands fail.
        """
        if language.prepare is None:
            return None
        bare = self.bare(language)
        request = _prepare_request(bare, language.prepare)
        found = self.layers.find(LayerKind.PREPARED, request)
        if found is not None:
            return found
        files = _run_prepare(language, language.prepare, bare.rootfs, open_container)
        target = language.prepare.target.lstrip("/")
        layer = Layer(kind=LayerKind.PREPARED, request=request, packages=(language.id,), architecture="")
        made = self.layers.add(layer, lambda tree: _write_files(tree / target, files))
        self._drop_outdated(made)
        self.forget()
        return made

    def _drop_outdated(self, made: Layer) -> None:
        """What the same language prepared for an older toolchain serves nobody any more."""
        for layer in self.layers.all():
            if layer.kind is LayerKind.PREPARED and layer.packages == made.packages and layer.id != made.id:
                self.layers.remove(layer)

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
            if prepared is not None:
                rootfs = with_layers(toolchain.rootfs, [self.layers.tree(prepared)])
                toolchain = Toolchain(rootfs=rootfs, digest=_digest(toolchain.digest, prepared.id))
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

    def bare(self, language: LanguageSpec) -> Toolchain:
        """The root without what the language itself prepares."""
        stacked = self._bare_layers(language)
        trees = [tree for layer in stacked for tree in self.layers.stack(layer)]
        if any(layer.kind is LayerKind.TOOLCHAIN for layer in stacked):
            view = built_view(self._state, trees)
        else:
            view = self._host_view(language.host_files)
            view = msgspec.structs.replace(view, rootfs=with_layers(view.rootfs, trees))
        return Toolchain(rootfs=view.rootfs, digest=_digest(view.digest, *(layer.id for layer in stacked)))

    def _host_view(self, host_files: tuple[str, ...]) -> HostView:
        if host_files not in self._host_views:
            self._host_views[host_files] = host_view(self._state, host_files)
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
    return request_digest(toolchain.digest, prepare)


def _digest(*parts: str) -> str:
    return parts[0] if len(parts) == 1 else hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _run_prepare(
    language: LanguageSpec, prepare: Prepare, rootfs: Rootfs, open_container: OpenContainer
) -> dict[str, bytes]:
    limits = _PREPARE_LIMITS
    spec = ContainerSpec.under(rootfs, limits, policy=COMPILE_POLICY)
    files: dict[str, bytes | int | Capture] = {name: text.encode() for name, text in prepare.files.items()}
    with open_container(spec) as container:
        for index, argv in enumerate(prepare.commands):
            last = index == len(prepare.commands) - 1
            collect = Collect(patterns=prepare.collect if last else ("**/*",), bytes_max=_PREPARED_BYTES_MAX)
            done = container.run(RunSpec(argv=argv, limits=limits, collect=collect), files=files)
            if not done.result.ok:
                words = " ".join(safe_text(done.stderr.read() or done.stdout.read(), 1000).split())
                raise LanguageError(f"{language.id}: prepare.commands[{index}] failed: {words or done.result.outcome}")
            files = dict(done.files)
    if not files:
        raise LanguageError(f"{language.id}: prepare.commands left nothing that prepare.collect matches")
    return {name: content.read() for name, content in files.items() if isinstance(content, Capture)}


def _write_files(target: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = target / name
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o644)


def toolchain_paths(language: LanguageSpec) -> Iterator[str]:
    """Every path of the toolchain that the language's commands name."""
    for argv in (*language.compile, *language.check, language.run):
        yield from _paths_in(argv)


def _paths_in(argv: Sequence[str]) -> Iterator[str]:
    for word in argv:
        for path in word.split(":"):
            if path.startswith(_TOOLCHAIN_PREFIXES) and not any(mark in path for mark in "*,{"):
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
