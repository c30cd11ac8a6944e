"""``judge course install``: the packages that an assignment's autograders need, on this machine."""

from __future__ import annotations

import argparse
import sys

from judge.cli.options import naming
from judge.cli.package_source import add_package_source, package_source
from judge.config import load_settings
from judge.config.reading import reading_of
from judge.errors import PackageError
from judge.package.source import open_package
from judge.parsers import Subparsers
from judge.rootfs.mirrors import PackageSource
from judge.toolchain.package_roots import Needs, build_missing, package_root
from judge.toolchain.roots import Toolchains


def add_parser(actions: Subparsers) -> None:
    """Define the command line."""
    parser = actions.add_parser(
        "install",
        help="make ready what the autograders of an assignment need on this machine",
        description="Fetch the packages of Debian and PyPI that the assignment's autograders name, as layers that only "
        "they use. To be run on each machine with workers, by those who run the judge: workers fetch nothing.",
    )
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="a directory, a zip file, or PATH@REVISION")
    add_package_source(parser)


def run(args: argparse.Namespace) -> int:
    """Make the layers that are not there."""
    settings = load_settings()
    toolchains = Toolchains(settings.state, args.suite)
    source = package_source(args, settings.layers)
    with naming(args.assignment), open_package(args.assignment, options=reading_of(settings)) as problem:
        if problem.assignment is None:
            raise PackageError("is a problem, not an assignment (there is no assignment.yaml)")
        found = [part.autograder for part in problem.assignment.parts if part.autograder is not None]
    for autograder in found:
        make_ready(toolchains, Needs(autograder.debian, autograder.pypi), source)
    print("ready")
    return 0


def make_ready(toolchains: Toolchains, needs: Needs, source: PackageSource) -> None:
    """Make the layers of what is needed and not there. Raises UsageError, HostError."""
    missing = package_root(toolchains, needs).missing
    if missing:
        print(f"judge: fetching {', '.join(missing)}", file=sys.stderr)
        for layer in build_missing(toolchains, needs, source):
            print(f"judge: made {layer.id}", file=sys.stderr)
