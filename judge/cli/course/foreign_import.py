"""``judge course import``: an assignment made of what another system has.

For those who run the judge: packages are fetched and a setup script is run once, in the sandbox. Workers do neither.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from judge.assembly import open_slot
from judge.cli.course.install import make_ready
from judge.cli.options import naming
from judge.cli.package_source import add_package_source, package_source
from judge.config import Settings, load_settings
from judge.errors import UsageError
from judge.gradebook.imports.classroom import import_tests
from judge.gradebook.imports.exercism import import_exercise
from judge.gradebook.imports.gradescope import FoundAutograder, read_autograder, write_autograder
from judge.gradebook.imports.prairielearn import import_question
from judge.gradebook.imports.setup_run import ROOT, SetupRun, run_setup
from judge.gradebook.imports.writing import Imported, Wanted
from judge.package.files.zip_archive import unpack_zip
from judge.parsers import Subparsers
from judge.text import printable
from judge.toolchain.package_roots import package_root
from judge.toolchain.roots import Toolchains

_SOURCES = {
    "gradescope": "an autograder: its zip file or directory",
    "prairielearn": "a question that is graded externally: its directory, in its course",
    "classroom": "tests of GitHub Classroom: autograding.json or classroom.yml, in their repository",
    "exercism": "an exercise of Exercism: its directory",
}


def add_parser(actions: Subparsers) -> None:
    """Define the command line."""
    parser = actions.add_parser(
        "import",
        help="make an assignment of what Gradescope, PrairieLearn, GitHub Classroom or Exercism has",
        description="Write the assignment into a new directory OUT, and say what could not be taken over. "
        "Of an autograder of Gradescope the packages that its setup script asks for are made ready on this machine, "
        "and the rest of the script runs once in the sandbox, without network (docs/reference/course-formats.md).",
    )
    parser.add_argument(
        "format", choices=_SOURCES, help="; ".join(f"{name}: {text}" for name, text in _SOURCES.items())
    )
    parser.add_argument("source", metavar="SOURCE", help="what there is")
    parser.add_argument("out", metavar="OUT", help="the assignment's directory: a new one, or an empty one")
    parser.add_argument("--title", default="", help="the assignment's (default: found)")
    parser.add_argument("--points", type=_points, default=100.0, help="what it is worth (default: 100)")
    parser.add_argument("--no-packages", action="store_true", help="fetch nothing: judge course install does it later")
    parser.add_argument("--no-setup", action="store_true", help="do not run the rest of the setup script")
    add_package_source(parser)


def run(args: argparse.Namespace) -> int:
    """Read, write, say what was left out."""
    source, out, wanted = Path(args.source), Path(args.out), Wanted(args.title, args.points)
    settings = load_settings()
    with naming(printable(args.source)):
        if args.format == "gradescope":
            imported = _gradescope(args, settings, wanted)
        elif args.format == "prairielearn":
            imported = import_question(source, out, wanted)
        elif args.format == "classroom":
            imported = import_tests(source, out, wanted)
        else:
            imported = import_exercise(source, out, wanted)
    for remark in imported.remarks:
        print(f"judge: {printable(remark)}", file=sys.stderr)
    print(imported.directory)
    return 0


def _points(text: str) -> float:
    points = float(text)
    if not 0 < points <= 1e6:
        raise argparse.ArgumentTypeError("must be above 0")
    return points


def _gradescope(args: argparse.Namespace, settings: Settings, wanted: Wanted) -> Imported:
    """Raises PackageError, UsageError, HostError, InfrastructureError."""
    with tempfile.TemporaryDirectory(prefix="judge-import-") as scratch:
        directory = Path(args.source)
        if directory.is_file():
            unpack_zip(directory, Path(scratch))
            directory = Path(scratch)
        found = read_autograder(directory)
        toolchains = Toolchains(settings.state, args.suite)
        if not args.no_packages:
            make_ready(toolchains, found.needs, package_source(args, settings.layers))
        done = SetupRun({}, ())
        if found.script and found.has_rest and not args.no_setup:
            done = _set_up(found, toolchains, settings)
        return write_autograder(found, done.changed, Path(args.out), wanted, done.remarks)


def _set_up(found: FoundAutograder, toolchains: Toolchains, settings: Settings) -> SetupRun:
    root = package_root(toolchains, found.needs, ROOT)
    if root.missing:
        missing = ", ".join(root.missing)
        raise UsageError(
            f"this machine lacks {missing}, which {found.script} needs: without --no-packages they are fetched"
        )
    with open_slot(settings, 0) as slot:
        return run_setup(slot.container, root.rootfs, found.files, found.script)
