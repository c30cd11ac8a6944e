"""``judge mcp``: the judge as tools for agents, over standard input and output."""

from __future__ import annotations

import argparse
import asyncio
import os
from typing import Any

from judge.cli.service import http_client
from judge.client import HttpClient
from judge.client.http.transport import Ask, segment
from judge.errors import UsageError
from judge.parsers import Subparsers

#: The gateway that `judge up` starts on this machine.
_HERE = "http://127.0.0.1:8090"


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "mcp",
        help="serve the judge's tools to an agent (MCP)",
        description="Serve run_code, evaluate, judge, list_languages and get_report to an agent by the Model Context "
        "Protocol, on standard input and output (pip install 'judge-service[mcp]'). The work is done by a gateway, "
        "with the rights of the key in JUDGE_KEY. A gateway offers the same tools itself at /mcp.",
    )
    parser.add_argument("--server", metavar="URL", help=f"address of the gateway (default: JUDGE_SERVER, else {_HERE})")


def run(args: argparse.Namespace) -> int:
    """Serve until standard input ends."""
    try:
        import mcp.server.stdio  # noqa: F401 (an extra: the command alone needs it)
    except ModuleNotFoundError as error:
        raise UsageError(f"judge mcp needs {error.name}: pip install 'judge-service[mcp]'") from error
    address = args.server or os.environ.get("JUDGE_SERVER") or _HERE
    with http_client(address) as client:
        asyncio.run(_serve(client))
    return 0


async def _serve(client: HttpClient) -> None:
    from mcp.server.stdio import stdio_server

    from judge.gateway.mcp.server import make_server
    from judge.gateway.mcp.tools import Wanted

    async def ask(_: Any, wanted: Wanted) -> bytes:
        path = f"{wanted.path}/{segment(wanted.id)}" if wanted.id else wanted.path
        query = {"wait": wanted.wait_s}
        # A run has no id of its own here: sent twice it would be two.
        request = Ask(
            wanted.method, path, query, wanted.body, wait_s=wanted.wait_s, about=wanted.id, repeat=wanted.body is None
        )
        return (await asyncio.to_thread(client.transport.ask, request)).body

    server = make_server(ask)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
