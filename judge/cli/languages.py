"""``judge languages``: which languages there are, whether they work here, and making them work."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from judge.assembly import open_slot
from judge.cli.languages_table import StatusRow, TestRow, markdown, status_table, test_table
from judge.cli.package_source import add_package_source, package_source
from judge.config import Settings, load_settings
from judge.errors import HostError, LanguageError, UsageError
from judge.model.language import LanguageSpec
from judge.parsers import Subparsers
from judge.rootfs.debian import build_toolchain
from judge.rootfs.layers import LayerKind
from judge.rootfs.registries import build_npm, build_pypi
from judge.sandbox.slot import Slot
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.availability import Availability, AvailabilityRecords, is_available
from judge.toolchain.definitions import BUILTIN_DIR, Languages, load_language
from judge.toolchain.language_test import run_selftest
from judge.toolchain.roots import Toolchains, packages_request
from judge.toolchain.version import toolchain_version


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "languages",
        help="list, check, test, install and remove languages",
        description="A language is one TOML file. These commands say which are there and make others work.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="every language, whether it is ready, from which layer")
    listing.add_argument("languages", nargs="*", metavar="LANG", help="only these")
    listing.add_argument("--ready", action="store_true", help="only those whose toolchain is there")
    listing.add_argument("--markdown", action="store_true", help="print the last self-tests here as a Markdown table")
    listing.add_argument("--json", action="store_true", help="print as JSON")
    check = actions.add_parser("check", help="check definitions; every fault with its file and key")
    check.add_argument("files", nargs="*", metavar="FILE", help="files to check (default: all languages)")
    check.add_argument("--json", action="store_true", help="print as JSON")
    test = actions.add_parser("test", help="let languages prove themselves in the sandbox")
    test.add_argument("languages", nargs="*", metavar="LANG", help="ids or aliases (default: those that are ready)")
    test.add_argument("--all", action="store_true", help="every language, also those that are not installed")
    test.add_argument("--json", action="store_true", help="print as JSON")
    install = actions.add_parser("install", help="install toolchains: on this machine, or as layers")
    install.add_argument("languages", nargs="+", metavar="LANG", help="ids or aliases")
    install.add_argument("--layer", action="store_true", help="Debian packages as a layer (default unless root)")
    add_package_source(install)
    remove = actions.add_parser("remove", help="remove the layers that only these languages use")
    remove.add_argument("languages", nargs="+", metavar="LANG", help="ids or aliases")


def run(args: argparse.Namespace) -> int:
    """Dispatch to the action."""
    settings = load_settings()
    actions = {"list": _list, "check": _check, "test": _test, "install": _install, "remove": _remove}
    return actions[args.action](args, settings)


def _list(args: argparse.Namespace, settings: Settings) -> int:
    languages = Languages.open(settings.worker.languages_dir)
    toolchains = Toolchains(settings.state)
    records = AvailabilityRecords(settings.state)
    chosen = _chosen(languages, args.languages) if args.languages else languages.all()
    if args.markdown:
        print(markdown([_last_test(language, toolchains, records) for language in chosen]), end="")
        return 0
    rows = [_status(language, toolchains, records) for language in chosen]
    rows = [row for row in rows if row.ready or not args.ready]
    if args.json:
        print(msgspec.json.encode(rows).decode())
    else:
        _print(status_table(rows))
        print(f"{sum(row.ready for row in rows)} of {len(rows)} ready, {sum(row.offered for row in rows)} proved here")
    return 0


def _status(language: LanguageSpec, toolchains: Toolchains, records: AvailabilityRecords) -> StatusRow:
    state = toolchains.state(language)
    record = records.latest(language.id)
    return StatusRow(
        id=language.id,
        name=language.name,
        ready=state.ready,
        offered=is_available(language, toolchains, records),
        version=record.version if record and record.identity == state.identity else "",
        source=state.source,
        layers=state.layers,
        missing=state.missing,
    )


def _last_test(language: LanguageSpec, toolchains: Toolchains, records: AvailabilityRecords) -> TestRow:
    state = toolchains.state(language)
    record = records.latest(language.id)
    if record is None or not state.ready:
        missing = state.missing[0] if state.missing else "not tested"
        return TestRow(id=language.id, name=language.name, source=state.source, missing=missing)
    return TestRow(
        id=language.id, name=language.name, source=state.source, version=record.version, report=record.report
    )


def _check(args: argparse.Namespace, settings: Settings) -> int:
    found = []
    if args.files:
        for name in args.files:
            try:
                load_language(Path(name), (Path(name).parent, BUILTIN_DIR))
            except LanguageError as error:
                found.append(str(error))
        count = len(args.files)
    else:
        languages = Languages.open(settings.worker.languages_dir)
        found = languages.problems()
        count = len(list(languages)) if not found else 0
    if args.json:
        print(msgspec.json.encode(found).decode())
    else:
        for line in found:
            print(line, file=sys.stderr)
        if not found:
            print(f"{count} languages, no faults")
    return 1 if found else 0


def _test(args: argparse.Namespace, settings: Settings) -> int:
    languages = Languages.open(settings.worker.languages_dir)
    toolchains = Toolchains(settings.state)
    chosen = _chosen(languages, args.languages) if args.languages else languages.all()
    if not args.languages and not args.all:
        chosen = tuple(language for language in chosen if toolchains.state(language).ready)
    console = Console(stderr=True, highlight=False)
    rows = []
    with open_slot(settings, 0) as slot:
        for language in chosen:
            row = _test_one(language, toolchains, slot, settings)
            rows.append(row)
            _tell(console, row)
    if args.json:
        print(msgspec.json.encode(rows).decode())
    else:
        _print(test_table(rows))
    tested = [row for row in rows if row.report is not None]
    print(f"{sum(row.passed for row in rows)} passed, {sum(not row.passed for row in tested)} failed, "
          f"{len(rows) - len(tested)} not installed", file=sys.stderr)  # fmt: skip
    return 0 if all(row.passed for row in rows) and rows else 1


def _test_one(language: LanguageSpec, toolchains: Toolchains, slot: Slot, settings: Settings) -> TestRow:
    state = toolchains.state(language)
    if not state.ready:
        return TestRow(id=language.id, name=language.name, missing=state.missing[0], source=state.source)
    try:
        toolchains.prepare(language, slot.container)
    except LanguageError as error:
        return TestRow(id=language.id, name=language.name, missing=str(error), source=state.source)
    toolchain = toolchains(language)
    store = ArtifactStore(settings.state.artifacts)
    version = toolchain_version(slot.container, toolchain, language)
    report = run_selftest(slot.container, toolchain, language, store)
    record = Availability(
        identity=toolchains.state(language).identity, version=version, tested_at=int(time.time()), report=report
    )
    AvailabilityRecords(settings.state).record(record)
    return TestRow(id=language.id, name=language.name, source=state.source, version=version, report=report)


def _tell(console: Console, row: TestRow) -> None:
    if row.report is None:
        console.print(f"{row.id}: not installed ({row.missing})", markup=False, style="dim")
        return
    failed = [result for result in row.report.results if result.passed is False]
    style = "red" if failed else "green"
    console.print(f"{row.id}: {'FAILED' if failed else 'passed'}", markup=False, style=style)
    for result in failed:
        console.print(f"  {result.test.value}: {result.detail}", markup=False)


def _install(args: argparse.Namespace, settings: Settings) -> int:
    chosen = _chosen(Languages.open(settings.worker.languages_dir), args.languages)
    toolchains = Toolchains(settings.state, args.suite)
    console = Console(stderr=True, highlight=False)
    as_layer = args.layer or os.geteuid() != 0
    source = package_source(args, settings)
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


def _remove(args: argparse.Namespace, settings: Settings) -> int:
    languages = Languages.open(settings.worker.languages_dir)
    chosen = {language.id for language in _chosen(languages, args.languages)}
    toolchains = Toolchains(settings.state)
    users = toolchains.used_layers(languages.all())
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
    if not removed:
        print("no layers to remove; packages of this machine are left to its package manager")
    return 0


def _chosen(languages: Languages, names: Sequence[str]) -> tuple[LanguageSpec, ...]:
    if not names:
        raise UsageError("name at least one language")
    return tuple({language.id: language for language in map(languages.get, names)}.values())


def _print(table: Table) -> None:
    Console(highlight=False).print(table)
