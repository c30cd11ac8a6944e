"""``judge top``: a live picture of the whole service, from any machine that reaches its Redis or its gateway."""

from __future__ import annotations

import argparse
import os
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import msgspec
from rich.console import Console
from rich.live import Live

from judge.cli.options import broker_option
from judge.cli.service import open_client
from judge.client import Client
from judge.errors import QueueError, UsageError
from judge.observe.top.overview import Overview
from judge.observe.top.queue_look import QueueLook
from judge.observe.top.screen import full_screen, picture
from judge.parsers import Subparsers
from judge.queue.broker import redact

INTERVAL_S = 1.0

#: Looks once. Raises QueueError.
Look = Callable[[], Overview]


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "top",
        help="show live what the service is doing",
        description="Show live what waits, which slot judges what, verdicts per minute, the slowest languages, the "
        "last judge errors and failed attempts. Quit with q or Ctrl-C.",
    )
    broker_option(parser)
    parser.add_argument("--interval", type=float, default=INTERVAL_S, metavar="S", help="seconds between two looks")
    parser.add_argument("--once", action="store_true", help="show one picture and end")
    parser.add_argument("--json", action="store_true", help="print one picture as a JSON object and end")


def run(args: argparse.Namespace) -> int:
    """Show it until the user has seen enough."""
    if not 0.1 <= args.interval <= 3600:
        raise UsageError(f"--interval: {args.interval:g} is not between 0.1 and 3600 seconds")
    with open_client(args) as client:
        if not isinstance(client, Client):
            _show(args, client.overview, client.transport.server.origin)
            return 0
        broker = client.queue.broker
    with closing(QueueLook(broker)) as queue_look:
        _show(args, queue_look.overview, redact(broker.url))
    return 0


def _show(args: argparse.Namespace, look: Look, where: str) -> None:
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(look()) + b"\n")
    elif args.once or not sys.stdout.isatty():
        console = Console()
        console.print(picture(look(), where, width=console.width))
    else:
        _watch(look, where, args.interval)


def _watch(look: Look, where: str, interval_s: float) -> None:
    """Draw again and again; a Redis that is away is told and waited for, not a reason to end."""
    console = Console()
    overview, problem = look(), ""
    try:
        with _keys() as fd, Live(console=console, screen=True, auto_refresh=False) as live:
            while True:
                live.update(full_screen(overview, where, problem, console.width, console.height), refresh=True)
                if _quit_pressed(fd, interval_s):
                    return
                overview, problem = _look_again(look, overview)
    except KeyboardInterrupt:
        return


def _look_again(look: Look, before: Overview) -> tuple[Overview, str]:
    try:
        return look(), ""
    except QueueError as error:
        return before, str(error)


@contextmanager
def _keys() -> Iterator[int]:
    """Single keys without Enter, from a terminal; -1 when standard input is none."""
    if not sys.stdin.isatty():
        yield -1
        return
    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd)
        yield fd
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def _quit_pressed(fd: int, wait_s: float) -> bool:
    """Wait for a key or the next look; any other key looks at once."""
    if fd < 0:
        time.sleep(wait_s)
        return False
    if not select.select([fd], [], [], wait_s)[0]:
        return False
    keys = os.read(fd, 64)
    return not keys or b"q" in keys.lower()
