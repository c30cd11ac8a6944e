"""``judge package``: look at problem packages without running anything in them."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec
from rich.console import Console

from judge.cli.options import naming
from judge.cli.verifyview import refusal, show_findings
from judge.config import load_settings
from judge.config.reading import reading_of
from judge.errors import PackageError, PackageUnreadable
from judge.package.check import CheckedPackage, check_directory, checked_package
from judge.package.files.digest import package_digest
from judge.package.reader import ReadOptions
from judge.package.source import package_directory
from judge.parsers import Subparsers
from judge.text import printable


def add_parser(subparsers: Subparsers) -> None:
    """Add the command's sub-commands."""
    parser = subparsers.add_parser(
        "package",
        help="look at problem packages without running anything in them",
        description="PACKAGE is a directory, a .zip or .kpp file, or PATH@REVISION of a git repository.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="lint: report everything that breaks the package format",
        description="Reads each package and reports what breaks its format, with file, line and key. Exit code 0: no "
        "errors; 1: some package has errors (with --strict also: warnings); 3: some package cannot be judged at all.",
    )
    check.add_argument("packages", nargs="+", metavar="PACKAGE")
    check.add_argument("--strict", action="store_true", help="warnings count, too")
    check.add_argument("--json", action="store_true", help="a JSON object: ok, packages[]")
    digest = actions.add_parser(
        "digest",
        help="print the content digest that workers fetch a package by",
        description="The digest is about names, contents, executable bits and links; not about times and owners.",
    )
    digest.add_argument("packages", nargs="+", metavar="PACKAGE")
    digest.add_argument("--json", action="store_true", help="a JSON object: package -> digest")


def run(args: argparse.Namespace) -> int:
    """Dispatch to the action."""
    return _check(args) if args.action == "check" else _digest(args)


def _check(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="judge-check-") as scratch:
        options = reading_of(load_settings())
        checked = [_checked(spec, Path(scratch), options, strict=args.strict) for spec in args.packages]
    if args.json:
        document = {"ok": all(one.ok for one in checked), "packages": checked}
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    else:
        console = Console(highlight=False)
        for one in checked:
            _show(console, one)
    return 3 if any(one.error for one in checked) else 0 if all(one.ok for one in checked) else 1


def _checked(spec: str, scratch: Path, options: ReadOptions, *, strict: bool) -> CheckedPackage:
    unpacked = Path(tempfile.mkdtemp(dir=scratch))
    try:
        with package_directory(spec, scratch) as directory:
            problem, findings = check_directory(directory, unpacked, options)
    except PackageUnreadable as error:
        raise PackageUnreadable(error.message, where=printable(spec)) from error
    except PackageError as error:
        return CheckedPackage(package=spec, ok=False, error=str(error))
    return checked_package(spec, problem, findings, strict=strict)


def _show(console: Console, one: CheckedPackage) -> None:
    what = f"{one.format or 'unreadable'}; {one.test_cases} test cases, {one.submissions} submissions"
    console.print(
        f"{printable(one.package)}: {what}", style="green" if one.ok else "bold red", markup=False, soft_wrap=True
    )
    show_findings(console, one.diagnostics)
    if one.error:
        text = f"cannot be judged{refusal(one.error, one.diagnostics)}"
        console.print(text, style="bold red", markup=False, soft_wrap=True)


def _digest(args: argparse.Namespace) -> int:
    digests = {}
    with tempfile.TemporaryDirectory(prefix="judge-digest-") as scratch:
        for spec in args.packages:
            with naming(spec), package_directory(spec, Path(scratch)) as directory:
                digests[spec] = package_digest(directory)
    if args.json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(digests), indent=2) + b"\n")
    else:
        for spec, digest in digests.items():
            print(digest, spec)
    return 0
