"""``judge gateway``: the judge over HTTP."""

from __future__ import annotations

import argparse
import logging
import socket

import msgspec

from judge.cli.options import broker_option
from judge.cli.service import PATIENCE_S, settings_for
from judge.config import Settings
from judge.errors import UsageError
from judge.observe.logs import set_up_logging
from judge.parsers import Subparsers
from judge.queue.redis_queue import Queue
from judge.queue.set_up import OPEN_S, open_link
from judge.queue.settings import broker_of

log = logging.getLogger(__name__)


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "gateway",
        help="serve the judge over HTTP",
        description="Serve the judge over HTTP, in the foreground (pip install 'judge-service[gateway]'). It needs no "
        "root and no sandbox, and keeps nothing: any number of gateways may stand behind a load balancer. Ctrl-C or "
        "SIGTERM lets requests end and stops. Without a key it serves programs on this machine alone.",
        epilog="the settings of [gateway] say more: judge config; `judge keys create` makes keys",
    )
    parser.add_argument("--host", metavar="HOST", help="where to listen (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, metavar="PORT", help="its port (0 = any free one)")
    parser.add_argument("--socket-fd", type=int, help=argparse.SUPPRESS)  # of `judge up`: a socket that listens
    broker_option(parser, server=False)


def run(args: argparse.Namespace) -> int:
    """Serve until a signal says stop."""
    settings = settings_for(args.broker)
    given = {name: getattr(args, name) for name in ("host", "port") if getattr(args, name) is not None}
    settings = msgspec.structs.replace(settings, gateway=msgspec.structs.replace(settings.gateway, **given))
    try:
        from judge.gateway.server import address_of, listen, serve  # an extra: the command alone needs it
    except ModuleNotFoundError as error:
        raise UsageError(f"the gateway needs {error.name}: pip install 'judge-service[gateway]'") from error
    set_up_logging(settings.logs.format, settings.logs.level)
    secret = _opened_link(settings)
    with listen(settings.gateway) if args.socket_fd is None else socket.socket(fileno=args.socket_fd) as server:
        if args.socket_fd is None:  # what `judge up` starts says it in the log
            print(f"judge gateway: {address_of(server)} (its reference: {address_of(server)}/docs)", flush=True)
        if secret:
            _say_link(settings.sign_in.public_url or _reachable(address_of(server)), secret, own=args.socket_fd is None)
        serve(settings, server)
    return 0


def _opened_link(settings: Settings) -> str:
    """The secret of a link that makes the first key of an admin; empty = there is one. Raises QueueError within seconds
    when Redis does not answer."""
    with Queue(broker_of(settings), PATIENCE_S) as queue:
        return queue.run(open_link())


def _say_link(address: str, secret: str, *, own: bool) -> None:
    said = f"no admin has a key yet; make the first one within {OPEN_S // 60} minutes: {address}/set-up?link={secret}"
    if own:
        print(f"judge gateway: {said}", flush=True)
    else:
        log.warning("%s", said)


def _reachable(address: str) -> str:
    """Where a browser on this machine finds a gateway that listens at every address."""
    return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
