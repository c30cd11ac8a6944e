"""``judge languages install`` and ``remove``: toolchains on this machine or as layers, and taking layers away."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import ExitStack

from rich.console import Console

from judge.assembly import open_slot
from judge.cli.languages_libraries import asked_for, install_libraries
from judge.cli.package_source import package_source
from judge.config import Settings
from judge.errors import HostError, UsageError
from judge.model.language import LanguageSpec
from judge.rootfs.debian import build_toolchain
from judge.rootfs.layers import LayerKind
from judge.rootfs.registries import build_npm, build_pypi
from judge.toolchain.availability import AvailabilityRecords
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains, packages_request
from judge.toolchain.variants import Libraries, LibraryRecords


def install(args: argparse.Namespace, settings: Settings) -> int:
    """Make the named languages ready."""
    languages = Languages.open(settings.worker.languages_dir, settings.state.variants)
    chosen = chosen_languages(languages, args.languages)
    toolchains = Toolchains(settings.state, args.suite)
    console = Console(stderr=True, highlight=False)
    if args.variant and not args.libraries:
        raise UsageError("--as: names what --with makes")
    if args.libraries:
        return _install_variant(asked_for(args, languages, chosen), chosen[0], toolchains, settings)
    if any(language.layer for language in chosen):
        raise UsageError("a variant with libraries is made by: judge languages install LANG --with NAMES")
    as_layer = args.layer or os.geteuid() != 0
    source = package_source(args, settings.layers)
    for language in chosen:
        _install_registries(language, toolchains, args.suite, console)
    if as_layer:
        for language in chosen:
            if "debian" in language.packages:
                console.print(f"{language.id}: building the layer of {' '.join(language.packages['debian'])}")
                build_toolchain(toolchains.layers, source, language.packages["debian"])
    else:
        _apt_install({name for language in chosen for name in language.packages.get("debian", ())}, console)
    toolchains.forget()
    with ExitStack() as stack:
        slot = stack.enter_context(open_slot(settings, 0)) if any(language.prepare for language in chosen) else None
        for language in chosen:
            if slot is not None and language.prepare is not None:
                console.print(f"{language.id}: preparing {language.prepare.target}")
                toolchains.prepare(language, slot.container)
            toolchains(language)
            print(f"{language.id}: ready")
    return 0


def _install_variant(wanted: Libraries, language: LanguageSpec, toolchains: Toolchains, settings: Settings) -> int:
    made = install_libraries(wanted, language, toolchains, settings)
    print(f"{made.id}: ready with {', '.join(made.packages)}")
    return 0


def _install_registries(language: LanguageSpec, toolchains: Toolchains, suite: str, console: Console) -> None:
    for source, kind, build in (("npm", LayerKind.NPM, build_npm), ("pypi", LayerKind.PYPI, build_pypi)):
        packages = language.packages.get(source)
        if packages:
            request = packages_request(suite, source, packages)
            if toolchains.layers.find(kind, request) is None:
                console.print(f"{language.id}: building the layer of {source} {' '.join(packages)}")
                build(toolchains.layers, request, packages)


def _apt_install(packages: Iterable[str], console: Console) -> None:
    wanted = sorted(packages)
    if not wanted:
        return
    apt = shutil.which("apt-get")
    if apt is None:
        raise HostError(f"no apt-get on this machine; install by hand or use --layer: {' '.join(wanted)}")
    console.print(f"apt-get install {' '.join(wanted)}")
    command = [apt, "install", "-y", "-qq", "--no-install-recommends", *wanted]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, check=False)
    if done.returncode != 0:
        words = " ".join(done.stderr.decode("utf-8", "replace").split())[-300:]
        raise HostError(f"apt-get failed with exit code {done.returncode}: {words}")


def remove(args: argparse.Namespace, settings: Settings) -> int:
    """Remove the layers that nothing but the named languages stands on, and the variants with libraries among them.

    What a language's file names as its versions is named until the file is changed.
    """
    languages = Languages.open(settings.worker.languages_dir, settings.state.variants)
    named = chosen_languages(languages, args.languages)
    chosen = {language.id for language in named}
    toolchains = Toolchains(settings.state)
    users = toolchains.used_layers(languages.with_variants())
    removed = 0
    for layer_id, standing in users.items():
        if set(standing) <= chosen:
            toolchains.layers.remove(toolchains.layers.get(layer_id))
            print(f"removed {layer_id}")
            removed += 1
        elif chosen & set(standing):
            print(f"kept {layer_id}: {', '.join(sorted(set(standing) - chosen))} stand on it")
    for language_id in chosen:
        AvailabilityRecords(settings.state).forget(language_id)
    for language in named:
        if language.layer:
            LibraryRecords(settings.state.variants).forget(language.id)
    if not removed:
        print("no layers to remove; packages of this machine are left to its package manager")
    return 0


def chosen_languages(languages: Languages, names: Sequence[str]) -> tuple[LanguageSpec, ...]:
    """The named languages, each once. Raises UsageError, LanguageError."""
    if not names:
        raise UsageError("name at least one language")
    return tuple({language.id: language for language in map(languages.get, names)}.values())
