"""``judge publish``: put a problem package into the package store, for workers on any machine."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from judge.blobs.package_store import PackageStore
from judge.cli.options import naming
from judge.config import load_settings
from judge.package.source import package_directory
from judge.parsers import Subparsers
from judge.tenant_blobs.place import package_store_of


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "publish",
        help="put a problem package into the package store",
        description="Pack a problem package and put it into the package store (a directory, an HTTP address or a "
        "bucket), where workers fetch it by its digest. Prints the digest, which judge submit takes in place of a "
        "directory.",
    )
    parser.add_argument("package", help="a directory, a zip file, or PATH@REVISION of a git repository")
    parser.add_argument(
        "--store", metavar="ADDRESS", help="directory, HTTP(S) or s3:// address (default: the settings')"
    )
    parser.add_argument("--json", action="store_true", help="print an object with the digest")


def run(args: argparse.Namespace) -> int:
    """Publish."""
    store = PackageStore(args.store) if args.store else package_store_of(load_settings())
    with naming(args.package), package_directory(args.package) as root:
        digest = store.publish(Path(root))
    print(json.dumps({"digest": digest}) if args.json else digest)
    return 0
