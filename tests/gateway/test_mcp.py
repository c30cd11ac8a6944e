"""The tools for agents, asked by the official client over standard input and output, and over HTTP."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from gateway_harness import Gateway
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from judge.queue.api_keys import Scope

WAYS = ("stdio", "http")
NAMES = ["run_code", "evaluate", "judge", "list_languages", "get_report"]
SUM_CPP = "#include <iostream>\nint main() { long long a, b; std::cin >> a >> b; std::cout << a + b << '\\n'; }"


@asynccontextmanager
async def agent(way: str, gateway: Gateway, key: str) -> AsyncIterator[Client]:
    """The official client."""
    if way == "stdio":
        env = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
        env |= {"JUDGE_SERVER": gateway.address, "JUDGE_KEY": key}
        server = StdioServerParameters(command=sys.executable, args=["-m", "judge", "mcp"], env=env)
        async with Client(server) as client:
            yield client
        return
    headers = {"authorization": f"Bearer {key}"} if key else {}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        async with Client(streamable_http_client(f"{gateway.address}/mcp", http_client=http)) as client:
            yield client


async def call(client: Client, name: str, **arguments: object) -> Mapping[str, Any]:
    """What a tool says, no error."""
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    return dict(result.structured_content)


async def refused(client: Client, name: str, **arguments: object) -> str:
    """Why a tool refuses."""
    result = await client.call_tool(name, arguments)
    assert result.is_error
    return str(result.structured_content["error"])


@pytest.mark.parametrize("way", WAYS)
def test_every_tool_does_what_it_says(way: str, gateway: Gateway, school: str, sum_package: str) -> None:
    async def scenario() -> None:
        async with agent(way, gateway, school) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == NAMES
            languages = (await call(client, "list_languages"))["languages"]
            assert "python3" in {language["id"] for language in languages}
            ran = await call(client, "run_code", language="python3", source="print(input())", stdin="hello")
            assert ran["report"]["runs"][0]["stdout"]["text"] == "hello\n"
            tests = [{"stdin": "a", "expected": "a"}, {"stdin": "a", "expected": "b"}]
            checked = await call(client, "evaluate", language="python3", source="print(input())", tests=tests)
            assert checked["report"]["passed"] == 1
            judged = await call(client, "judge", package=sum_package, language="cpp", source=SUM_CPP)
            assert judged["status"] == "AC"
            assert (await call(client, "get_report", id=ran["id"]))["report"] == ran["report"]

    asyncio.run(scenario())


@pytest.mark.parametrize("way", WAYS)
def test_a_program_that_fails_is_a_result_and_a_bad_request_an_error(way: str, gateway: Gateway, school: str) -> None:
    async def scenario() -> None:
        async with agent(way, gateway, school) as client:
            ended = await call(client, "run_code", language="python3", source="import sys; sys.exit(3)")
            assert ended["report"]["runs"][0]["result"]["exit_code"] == 3
            endless = await call(client, "run_code", language="python3", source="while True: pass", cpu_time_s=0.2)
            assert endless["status"] == "CPU_LIMIT"
            broken = await call(client, "run_code", language="c", source="int main( {")
            assert "error" in broken["report"]["compile"]["log"]
            assert "klingon" in await refused(client, "run_code", language="klingon", source="x")
            assert "source" in await refused(client, "run_code", language="c")
            assert "colour" in await refused(client, "run_code", language="c", source="x", colour="red")
            assert "tests" in await refused(client, "evaluate", language="c", source="x", tests=[])
            assert await refused(client, "judge", package="/etc", language="c", source="x")
            assert "no submission" in await refused(client, "get_report", id="none")
            assert "no submission" in await refused(client, "get_report", id="../me")
            assert "no tool" in await refused(client, "format_disk")

    asyncio.run(scenario())


@pytest.mark.parametrize("way", WAYS)
def test_keys_scopes_and_tenants_hold(
    way: str, gateway: Gateway, school: str, other: str, make_key: Callable[..., str]
) -> None:
    reader = make_key("school", Scope.READ)

    async def scenario() -> None:
        async with agent(way, gateway, school) as client:
            ran = await call(client, "run_code", language="python3", source="print(1)")
        async with agent(way, gateway, other) as client:
            assert "no submission" in await refused(client, "get_report", id=ran["id"])
        async with agent(way, gateway, reader) as client:
            assert (await call(client, "get_report", id=ran["id"]))["state"] == "done"
            assert "scope" in await refused(client, "run_code", language="python3", source="print(1)")

    asyncio.run(scenario())


INITIALIZE = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
}  # fmt: skip
ACCEPT = {"accept": "application/json, text/event-stream"}


def test_a_page_of_somebody_else_is_refused_and_a_bad_key_too(gateway: Gateway) -> None:
    foreign = gateway.post("/mcp", INITIALIZE, headers={**ACCEPT, "origin": "https://evil.example"})
    assert (foreign.status, foreign.problem) == (403, "foreign-page")
    rebound = gateway.post("/mcp", INITIALIZE, headers={**ACCEPT, "host": "evil.example"})
    assert (rebound.status, rebound.problem) == (403, "foreign-page")
    assert gateway.post("/mcp", INITIALIZE, key="jk_a_b", headers=ACCEPT).problem == "bad-key"
    assert gateway.get("/mcp").problem == "no-method"
    assert gateway.post("/mcp", INITIALIZE, headers=ACCEPT).status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"jsonrpc":"2.0"}', b"[" * 100_000, b"\xff"])
def test_a_message_that_is_none_is_refused(gateway: Gateway, school: str, body: bytes) -> None:
    headers = {**ACCEPT, "content-type": "application/json"}
    assert 400 <= gateway.post("/mcp", body, key=school, headers=headers).status < 500
    assert gateway.get("/healthz").status == 200
