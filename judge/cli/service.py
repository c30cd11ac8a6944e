"""What the commands of the service share: options, the broker they talk to, starting a supervisor."""

from __future__ import annotations

import argparse
import os
import pwd
import socket
import sys

from judge.client import Client, HttpClient, connect
from judge.config import Settings, load_settings
from judge.errors import UsageError
from judge.queue.redis_queue import Queue
from judge.queue.settings import broker_of

#: Commands for people give up on an unreachable broker after this long.
PATIENCE_S = 2.0


def worker_options(parser: argparse.ArgumentParser) -> None:
    """Options of a process that judges."""
    parser.add_argument("--slots", type=int, metavar="N", help="slots (default: one for each usable core)")
    parser.add_argument("--state-dir", metavar="DIR", help="where data, caches and scratch live")
    parser.add_argument("--metrics-port", type=int, metavar="PORT", help="port of /metrics (0 = any free one)")
    parser.add_argument("--tags", metavar="A,B", help="what this worker offers, for submissions that ask for it")


def become_supervisor(args: argparse.Namespace, *, embedded: bool) -> int:
    """Replace this process by the supervisor; does not return."""
    environ = os.environ | worker_environment(args) | {"PYTHONSAFEPATH": "1"}  # no module of the current directory
    words = [sys.executable, "-m", "judge_workers.node.supervisor", *(["--embedded"] if embedded else [])]
    if embedded:
        environ.pop("JUDGE_BROKER", None)
    sys.stdout.flush()
    os.execve(sys.executable, words, environ)


def worker_environment(args: argparse.Namespace) -> dict[str, str]:
    """The environment variables that stand for the given options."""
    names = {
        "slots": "SLOTS",
        "state_dir": "STATE_DIR",
        "metrics_port": "METRICS_PORT",
        "tags": "TAGS",
        "broker": "BROKER",
    }
    given = {variable: getattr(args, name, None) for name, variable in names.items()}
    return {f"JUDGE_{variable}": str(value) for variable, value in given.items() if value is not None}


def settings_for(broker: str | None) -> Settings:
    """The settings, with a broker from the command line if there is one."""
    return load_settings().with_broker(broker or "")


def open_client(args: argparse.Namespace) -> Client | HttpClient:
    """A client for a command: over HTTP where a server is named, else over Redis. Raises UsageError, QueueError."""
    if server_asked(args):
        return open_http_client(args)
    return Client.open(settings_for(args.broker))


def open_http_client(args: argparse.Namespace) -> HttpClient:
    """A client of the gateway that is named. Raises UsageError."""
    return http_client(server_asked(args))


def http_client(server: str) -> HttpClient:
    """A client of this gateway, with the key of the environment. Raises UsageError."""
    is_plain = os.environ.get("JUDGE_PLAIN_HTTP") == "1"
    return connect(server, os.environ.get("JUDGE_KEY", ""), plain_http=is_plain)


def server_asked(args: argparse.Namespace) -> str:
    """The gateway that a command is to talk to; empty = none. Raises UsageError."""
    if args.server and getattr(args, "broker", None):
        raise UsageError("--server or --broker, not both")
    return args.server or ("" if getattr(args, "broker", None) else os.environ.get("JUDGE_SERVER", ""))


def operator() -> str:
    """Who runs this command, for the audit trail: ``USER@HOST``."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


def check_broker_answers(broker: str | None, settings: Settings) -> None:
    """Raises QueueError within seconds when Redis does not answer."""
    with Queue(broker_of(settings.with_broker(broker or "")), PATIENCE_S) as queue:
        queue.ping()
