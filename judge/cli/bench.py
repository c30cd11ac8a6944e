"""``judge bench``: measurements anyone can repeat, each a ratio to a bare baseline taken in the same run.

Each is a module of :mod:`judge.bench` with ``add_parser(subparsers)`` and ``run(args) -> int``.
"""

from __future__ import annotations

import argparse
import importlib
from types import ModuleType

from judge.parsers import Subparsers

BENCHES = (
    "spawn", "noise", "grade", "compile", "startup", "queue", "work", "memory", "rivals", "scale", "metrics", "gateway",
    "page", "program", "course",
)  # fmt: skip


def add_parser(subparsers: Subparsers) -> None:
    """Add every bench as a sub-command."""
    parser = subparsers.add_parser("bench", help="measure the judge against a bare baseline")
    benches = parser.add_subparsers(dest="bench", required=True, metavar="BENCH")
    for name in BENCHES:
        _module(name).add_parser(benches)


def run(args: argparse.Namespace) -> int:
    """Run the chosen bench; its exit code."""
    return int(_module(args.bench).run(args))


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"judge.bench.{name}")
