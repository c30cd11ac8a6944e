"""``judge bench``: measurements anyone can repeat, each a ratio to a bare baseline taken in the same run.

One module ``judge.cli.bench_<name>`` each, with ``add_parser(subparsers)`` and ``run(args) -> int``.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
from typing import Any

BENCHES = ("spawn", "noise", "grade", "compile", "startup", "queue", "scale", "metrics")


def add_parser(subparsers: Any) -> None:
    """Add every bench as a sub-command."""
    parser = subparsers.add_parser("bench", help="measure the judge against a bare baseline")
    benches = parser.add_subparsers(dest="bench", required=True, metavar="BENCH")
    for name in BENCHES:
        if importlib.util.find_spec(f"judge.bench.{name}"):
            importlib.import_module(f"judge.bench.{name}").add_parser(benches)


def run(args: argparse.Namespace) -> int:
    """Run the chosen bench."""
    return int(importlib.import_module(f"judge.cli.bench_{args.bench}").run(args))
