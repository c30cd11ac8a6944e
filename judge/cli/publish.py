"""``judge publish``: put a problem package into the package store, for workers on any machine."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from judge.blobs.package_store import PackageStore
from judge.cli.options import naming
from judge.cli.service import open_http_client
from judge.config import load_settings
from judge.errors import UsageError
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
        "directory. With --server a gateway checks it and publishes it under a name and version, for the key's tenant.",
    )
    parser.add_argument("package", help="a directory, a zip file, or PATH@REVISION of a git repository")
    parser.add_argument(
        "--store", metavar="ADDRESS", help="directory, HTTP(S) or s3:// address (default: the settings')"
    )
    parser.add_argument(
        "--server", metavar="URL", help="publish it over HTTP by this gateway, with the key in JUDGE_KEY"
    )
    parser.add_argument("--name", default="", help="with --server: its name there (default: its own)")
    parser.add_argument("--version", default="", help="with --server: its version (default: the next number)")
    parser.add_argument("--json", action="store_true", help="print an object with the digest")


def run(args: argparse.Namespace) -> int:
    """Publish."""
    if args.server:
        return _publish_over_http(args)
    if args.name or args.version:
        raise UsageError("--name and --version are for --server: a store knows packages by their digest alone")
    store = PackageStore(args.store) if args.store else package_store_of(load_settings())
    with naming(args.package), package_directory(args.package) as root:
        digest = store.publish(Path(root))
    print(json.dumps({"digest": digest}) if args.json else digest)
    return 0


def _publish_over_http(args: argparse.Namespace) -> int:
    if args.store:
        raise UsageError("--server or --store, not both")
    with open_http_client(args) as client:
        published = client.publish(args.package, name=args.name, version=args.version)
    for finding in published.diagnostics:
        print(f"{finding.level}: {finding.file}: {finding.message}", file=sys.stderr)
    if args.json:
        print(json.dumps({"digest": published.package, "name": published.name, "version": published.version}))
    else:
        print(published.package)
        print(f"published as {published.name}@{published.version}", file=sys.stderr)
    return 0
