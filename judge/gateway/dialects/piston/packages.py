"""``/packages``: what is installed, and for those who run the judge, installing and removing.

That is done where this gateway runs, by the same command as by hand, one after the other: a language is a layer beside
the machine's own packages, which stay as they are.
"""

from __future__ import annotations

import asyncio
import sys

from starlette.responses import JSONResponse, Response

from judge.gateway.dialects.piston.runtimes import Package
from judge.gateway.dialects.piston.server import PistonServer
from judge.gateway.endpoint import Asked
from judge.queue.api_keys import Scope

#: Of what a command prints, the end is told.
_WORDS_MAX = 500


class Packages:
    """One for each gateway."""

    def __init__(self, server: PistonServer) -> None:
        self._server = server
        self._one_at_a_time = asyncio.Lock()

    async def list(self, asked: Asked) -> Response:
        """Every package."""
        del asked
        found = (await self._server.runtimes()).packages
        said = [{"language": one.name, "language_version": one.version, "installed": one.installed} for one in found]
        return JSONResponse(said)

    async def install(self, asked: Asked) -> Response:
        """Make its languages ready."""
        return await self._change(asked, "install", "--layer")

    async def remove(self, asked: Asked) -> Response:
        """Take its languages' layers away."""
        return await self._change(asked, "remove")

    async def _change(self, asked: Asked, *command: str) -> Response:
        asked.caller.need(Scope.ADMIN)
        said = await self._server.body(asked)
        name, version = (said.get("language"), said.get("version")) if isinstance(said, dict) else (None, None)
        package = (await self._server.runtimes()).package(str(name), str(version))
        if package is None:
            message = f"Requested package {_as_written(name)}-{_as_written(version)} does not exist"
            return JSONResponse({"message": message}, 404)
        wrong = _not_to_be(package, command[0])
        if not wrong:
            async with self._one_at_a_time:
                wrong = await run_command(*command, *package.languages)
        if wrong:
            return JSONResponse({"message": wrong}, 500)
        return JSONResponse({"language": package.name, "version": package.version})


def _as_written(value: object) -> str:
    return "undefined" if value is None else str(value)


def _not_to_be(package: Package, action: str) -> str:
    """Why that cannot be done; empty = it can."""
    if action == "install":
        return "Already installed" if package.installed else ""
    return "" if package.installed else f"{package.name}-{package.version} is not installed"


async def run_command(*words: str) -> str:
    """What went wrong, empty = nothing. Blocks for as long as it takes: minutes, where packages are loaded."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "judge", "languages", *words,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        printed, _ = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode == 0:
        return ""
    lines = printed.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][-_WORDS_MAX:] if lines else f"it ended with exit code {process.returncode}"
