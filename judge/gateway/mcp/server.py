"""The protocol's side: lists the tools and calls them. The official ``mcp`` package speaks the protocol."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import mcp_types as types
from mcp.server.lowlevel.server import Server

from judge.errors import JudgeError
from judge.gateway.mcp.tools import TOOLS, Wanted
from judge.release import judge_version

#: Does a request for the sender of this HTTP request (None over standard input); its good body. Raises JudgeError.
Ask = Callable[[Any, Wanted], Awaitable[bytes]]

_INSTRUCTIONS = (
    "Runs untrusted programs in a sandbox. run_code for one run, evaluate for tests of your own, judge for a published "
    "problem; list_languages says which languages there are."
)


def make_server(ask: Ask) -> Server[Any]:
    """A server whose tools are done by ``ask``."""

    async def list_tools(_: Any, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(name=tool.name, description=tool.description, input_schema=tool.schema)
                for tool in TOOLS.values()
            ]
        )

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            return _result({"error": f"there is no tool {params.name[:80]!r}"}, is_error=True)
        try:
            said = tool.says(await ask(context.request, tool.wanted(params.arguments)))
        except JudgeError as error:
            return _result({"error": str(error)}, is_error=True)
        return _result(said)

    return Server(
        "judge",
        version=judge_version(),
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _result(said: dict[str, Any], *, is_error: bool = False) -> types.CallToolResult:
    text = types.TextContent(type="text", text=json.dumps(said, ensure_ascii=False))
    return types.CallToolResult(content=[text], structured_content=said, is_error=is_error)
