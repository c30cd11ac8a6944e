"""``judge worker``: one worker on a Redis of your own."""

from __future__ import annotations

import argparse

from judge.cli.service import become_supervisor, check_broker_answers, worker_options
from judge.config import load_settings
from judge.errors import UsageError
from judge.parsers import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "worker",
        help="start a worker on a Redis of your own",
        description="Start one worker: a slot for each core, its own /metrics. SIGTERM (and Ctrl-C) drains: what is "
        "being judged is finished, nothing more is claimed; SIGQUIT hands everything back to the queue at once.",
        epilog="example: judge worker --broker redis://queue.example:6379/0",
    )
    parser.add_argument("--broker", metavar="URL", help="redis://, rediss://, unix:// or sentinel:// address of Redis")
    worker_options(parser)


def run(args: argparse.Namespace) -> int:
    """Does not return: this process becomes the supervisor."""
    settings = load_settings()
    if not (args.broker or settings.broker.address):
        raise UsageError("which Redis? name it with --broker URL, or start an embedded one with `judge up`")
    check_broker_answers(args.broker, settings)
    return become_supervisor(args, embedded=False)
