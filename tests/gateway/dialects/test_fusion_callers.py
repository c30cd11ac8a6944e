"""Trainers of models as they call SandboxFusion: rewards of verl, a tool of tinker's cookbook. Their requests and rules
are written here anew; none of their code is."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests
from gateway_harness import Gateway
from service_harness import RedisServer, Worker, running

#: What verl waits beyond both limits of a request.
_API_TIMEOUT_S = 10


def verl_reward(address: str, code: str, inputs: list[str], outputs: list[str], **fields: Any) -> list[Any]:
    """A request for each test, many at once. Only 504 is sent again; all else that is no answer counts as -1."""

    def one(stdin: str, expected: str) -> Any:
        payload = {"compile_timeout": 10, "run_timeout": 10, "memory_limit_MB": 1024, "code": code, "stdin": stdin,
                   "language": "python", "files": {}, "fetch_files": [], **fields}  # fmt: skip
        deadline_s = payload["compile_timeout"] + payload["run_timeout"] + _API_TIMEOUT_S
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        for _ in range(3):
            answer = requests.post(f"{address}/run_code", headers=headers, data=json.dumps(payload), timeout=deadline_s)
            if answer.status_code != 504:
                break
        if answer.status_code != 200:
            return -1
        said = answer.json()
        if said["status"] == "SandboxError":
            return -1
        if said["compile_result"] and said["compile_result"]["status"] != "Finished":
            return -4
        if said["run_result"]["status"] == "TimeLimitExceeded":
            return -3
        if said["status"] == "Failed":
            return -2
        return said["run_result"]["stdout"].rstrip("\n") == expected.rstrip("\n")

    with ThreadPoolExecutor(max(32, len(inputs))) as pool:
        return list(pool.map(one, inputs, outputs))


@pytest.fixture
def address(dialects: Gateway, school: str) -> str:
    """Where these callers ask, with their key."""
    return f"{dialects.address}/key/{school}/fusion"


def test_verl_gives_rewards(address: str) -> None:
    code = "a, b = map(int, input().split())\nif a == 7: exit(1)\nif a == 8: exec('while True: pass')\nprint(a + b)"
    inputs = [f"{number} 1" for number in range(9)]
    outputs = [f"{number + 1}\n\n" for number in range(9)]
    outputs[3] = "nothing"
    rewards = verl_reward(address, code, inputs, outputs, run_timeout=2)
    assert rewards == [True, True, True, False, True, True, True, -2, -3]


def test_verl_may_ask_for_more_at_once_than_there_are_slots(address: str) -> None:
    count = 150
    rewards = verl_reward(
        address, "print(int(input()) * 2)", [str(n) for n in range(count)], [str(2 * n) for n in range(count)]
    )
    assert rewards == [True] * count


def test_verl_never_takes_a_fault_of_ours_for_a_wrong_answer(
    start_gateway: Callable[..., Gateway], redis_server: RedisServer, place: Path
) -> None:
    gateway = start_gateway(namespace="fusion-fault")
    worker = Worker(redis_server.url, place / "fusion-fault", namespace="fusion-fault", attempts_max=1)
    with running(worker):
        orders = json.dumps({"do": "fail"})
        answered = gateway.post("/fusion/run_code", {"code": orders, "language": "python", "run_timeout": 60})
        assert answered.status == 200
        assert answered.json()["status"] == "SandboxError"
        assert answered.json()["run_result"] is None
        assert verl_reward(f"{gateway.address}/fusion", orders, [""], [""], run_timeout=60) == [-1]
        row = {"test": [{"input": {"stdin": ""}, "output": {"stdout": ""}}]}
        config = {"dataset_type": "CommonOJDataset", "language": "python", "provided_data": row, "run_timeout": 60}
        body = {"dataset": "x", "id": 1, "completion": f"```python\n{orders}\n```", "config": config}
        assert gateway.post("/fusion/submit", body).status == 504


#: A program that judges another one, which came along as a file beside it.
_GRADER = """
import json
from checking import same
tests = json.load(open("tests.json"))
source = open("code.py").read()
for given, expected in tests:
    names = {}
    exec(source, names)
    if not same(names["solve"](given), expected):
        raise SystemExit(1)
"""


def test_tinkers_grader_finds_its_files(address: str) -> None:
    async def grade(session: aiohttp.ClientSession, source: str) -> bool:
        files = {
            "tests.json": json.dumps([[1, 2], [5, 6]]),
            "code.py": source,
            "checking.py": "def same(a, b): return a == b",
        }
        encoded = {name: base64.b64encode(text.encode()).decode() for name, text in files.items()}
        payload = {"code": _GRADER, "language": "python", "files": encoded, "run_timeout": 6, "compile_timeout": 6}
        async with session.post(f"{address}/run_code", json=payload) as answer:
            assert answer.status == 200
            return bool((await answer.json())["status"] == "Success")

    async def all_of_them() -> list[bool]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=4)) as session:
            sources = ["def solve(x): return x + 1", "def solve(x): return x", "exit(0)", "def solve("]
            return await asyncio.gather(*(grade(session, source) for source in sources))

    assert asyncio.run(all_of_them()) == [
        True,
        False,
        True,
        False,
    ]  # what ends by itself ends well: that is its grader's


def test_a_solution_beside_its_tests(address: str) -> None:
    """A tool that sends a solution as a file, and its tests as the program."""
    solution = base64.b64encode(b"def f(x): return x * x").decode()
    code = "import importlib, solution\nassert solution.f(3) == 9\nprint(importlib.reload(solution).f(4))"
    payload: Any = {"language": "python", "code": code, "files": {"solution.py": solution}}
    assert requests.post(f"{address}/run_code", json=payload, timeout=60).json()["run_result"]["stdout"] == "16\n"
