"""``judge languages``: which languages there are, whether they work here, and making them work."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from judge.assembly import open_slot
from judge.cli.languages_install import chosen_languages, install, remove
from judge.cli.languages_table import StatusRow, TestRow, markdown, offered_table, status_table, test_table
from judge.cli.options import broker_option
from judge.cli.package_source import add_package_source
from judge.cli.showing import wide_console
from judge.config import Settings, load_settings
from judge.errors import LanguageError
from judge.model.language import LanguageSpec
from judge.parsers import Subparsers
from judge.sandbox.slot import Slot
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.availability import Availability, AvailabilityRecords, is_available
from judge.toolchain.definitions import BUILTIN_DIR, Languages, load_language
from judge.toolchain.language_test import run_selftest
from judge.toolchain.roots import Toolchains
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
    offered = actions.add_parser("offered", help="what the running service offers to those who submit")
    broker_option(offered)
    offered.add_argument("--json", action="store_true", help="print a JSON array, one object a language")
    installing = actions.add_parser("install", help="install toolchains: on this machine, or as layers")
    installing.add_argument("languages", nargs="+", metavar="LANG", help="ids or aliases")
    installing.add_argument("--layer", action="store_true", help="Debian packages as a layer (default unless root)")
    installing.add_argument(
        "--with",
        dest="libraries",
        metavar="NAMES",
        type=_comma_separated,
        default=(),
        help="libraries of PyPI or npm, with commas between them: as a variant LANG@NAME beside the language",
    )
    installing.add_argument(
        "--as", dest="variant", metavar="NAME", default="", help="the variant's name (default: made of the libraries')"
    )
    add_package_source(installing)
    removing = actions.add_parser("remove", help="remove layers that only these use, and variants with libraries")
    removing.add_argument("languages", nargs="+", metavar="LANG", help="ids or aliases")


def _comma_separated(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.replace(",", " ").split() if word)


def run(args: argparse.Namespace) -> int:
    """Dispatch to the action."""
    settings = load_settings()
    actions = {"list": _list, "check": _check, "test": _test, "install": install, "remove": remove, "offered": _offered}
    return actions[args.action](args, settings)


def _list(args: argparse.Namespace, settings: Settings) -> int:
    languages = Languages.open(settings.worker.languages_dir, settings.state.variants)
    toolchains = Toolchains(settings.state)
    records = AvailabilityRecords(settings.state)
    chosen = chosen_languages(languages, args.languages) if args.languages else languages.with_variants()
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
        languages = Languages.open(settings.worker.languages_dir, settings.state.variants)
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
    languages = Languages.open(settings.worker.languages_dir, settings.state.variants)
    toolchains = Toolchains(settings.state)
    chosen = chosen_languages(languages, args.languages) if args.languages else languages.with_variants()
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


def _offered(args: argparse.Namespace, settings: Settings) -> int:
    from judge.cli.service import open_client  # languages of this machine need no Redis

    with open_client(args) as client:
        cards = client.languages()
    if args.json:
        print(msgspec.json.encode(cards).decode())
    else:
        _print(offered_table(cards))
        print(f"{sum(card.workers > 0 for card in cards)} of {len(cards)} are offered by a worker")
    return 0 if any(card.workers for card in cards) else 1


def _print(table: Table) -> None:
    wide_console().print(table)
