"""The options that say where Debian packages come from."""

from __future__ import annotations

import argparse

from judge.config import LayerSettings
from judge.rootfs.mirrors import PackageSource
from judge.toolchain.roots import DEFAULT_SUITE


def add_package_source(parser: argparse.ArgumentParser) -> None:
    """The options that :func:`package_source` reads."""
    parser.add_argument("--suite", default=DEFAULT_SUITE, help=f"suite of Debian (default: {DEFAULT_SUITE})")
    parser.add_argument(
        "--mirror",
        metavar="URI",
        action="append",
        help="where the packages come from: http://, https://, file:/ or copy:/, with ' SUITE' after it for a suite "
        "beside the main one; may be repeated (default: the setting debian_mirrors, else Debian's own)",
    )
    parser.add_argument(
        "--keyring", metavar="FILE", help="the keys that sign the mirrors (default: the setting debian_keyring)"
    )


def package_source(args: argparse.Namespace, settings: LayerSettings) -> PackageSource:
    """Where Debian packages come from: the options, else the settings."""
    mirrors = settings.debian_mirrors if args.mirror is None else tuple(args.mirror)
    keyring = settings.debian_keyring if args.keyring is None else args.keyring
    return PackageSource(suite=args.suite, mirrors=mirrors, keyring=keyring)
