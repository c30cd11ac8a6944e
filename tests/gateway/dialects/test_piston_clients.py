"""The published clients of Piston do their work: aiopyston of PyPI, piston-client of npm."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyston  # type: ignore[import-untyped]
import pytest
from gateway_harness import Gateway
from needs import tool
from pyston.exceptions import ExecutionError, InvalidLanguage  # type: ignore[import-untyped]

HERE = Path(__file__).parent


def with_client(base: str, key: str | None, work: Callable[[Any], Any]) -> Any:
    """What a coroutine gives that is given a client."""

    async def whole() -> Any:
        client = pyston.PystonClient(api_key=key, base_url=base)
        try:
            return await work(client)
        finally:
            await client.close_session()

    return asyncio.run(whole())


@pytest.mark.parametrize("base", ["/piston/api/v2/", "/piston/api/v2/piston/"])
def test_aiopyston_runs_programs(dialects: Gateway, base: str) -> None:
    async def work(client: Any) -> None:
        assert {"python", "c", "c++"} <= await client.languages()
        (runtime,) = [one for one in await client.get_runtimes("py3") if str(one) == "python"]
        files = [pyston.File("print(input(), open('data').read())"), pyston.File("given", filename="data")]
        output = await client.execute("python", files, version=runtime.version, stdin="typed")
        assert (str(output), output.success) == ("typed given\n", True)
        assert (output.run_stage.code, output.run_stage.signal, output.compile_stage) == (0, None, None)
        failing = await client.execute("c", [pyston.File("int main(void) { return nothing; }", filename="main.c")])
        assert failing.compile_stage.code == failing.run_stage.code == 1
        with pytest.raises(InvalidLanguage):
            await client.get_runtimes("nothing")
        with pytest.raises(ExecutionError, match=r"python-1\.x runtime is unknown"):
            await client.execute("python", files, version="1.x")

    with_client(dialects.address + base, None, work)


def test_aiopyston_takes_a_key_with_its_own_setting(dialects: Gateway, school: str) -> None:
    async def work(client: Any) -> str:
        return str(await client.execute("python", [pyston.File("print(1)")]))

    assert with_client(f"{dialects.address}/piston/api/v2/", school, work) == "1\n"
    assert with_client(f"{dialects.address}/piston/api/v2/", f"Bearer {school}", work) == "1\n"
    assert with_client(f"{dialects.address}/key/{school}/piston/api/v2/", None, work) == "1\n"


@pytest.fixture(scope="session")
def npm_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clients of npm, as their lock file has them; nothing of them is run when they are installed."""
    tool("npm")
    directory = tmp_path_factory.mktemp("npm")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "npm" / name, directory)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return directory / "node_modules"


@pytest.mark.parametrize("with_key", [False, True])
def test_piston_client_runs_programs(dialects: Gateway, school: str, npm_modules: Path, with_key: bool) -> None:
    tool("node")
    server = f"{dialects.address}/key/{school}/piston" if with_key else f"{dialects.address}/piston"
    command = ["node", str(HERE / "piston_client.mjs"), str(npm_modules / "piston-client" / "index.js"), server]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["short"]["stdout"] == "Hello ['1', '2', '3']\n"
    assert said["whole"][0] == 0
    assert (said["whole"][1]["output"], said["whole"][1]["code"]) == ("from C\n", 3)
    assert said["unknown"] == {"message": "python-1.x runtime is unknown"}
