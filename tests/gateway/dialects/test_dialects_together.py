"""Two hundred clients of all dialects at once: each gets its own answer, and nobody another's."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gateway_harness import Answered, Gateway
from service_harness import Worker

from judge.client import Client
from judge.queue.records import Filter

_CLIENTS = 204
_TENANTS = 2
_PROGRAM = "print(input()[::-1])"

Ask = Callable[[Gateway, str, str], str]


def _json(answer: Answered) -> Any:
    assert answer.status in (200, 201), answer.body
    return answer.json()


def _judge0(gateway: Gateway, key: str, word: str) -> str:
    asked = {"language_id": 71, "source_code": _PROGRAM, "stdin": word}
    path = "/judge0/submissions?wait=true&base64_encoded=false"
    got = _json(gateway.post(path, asked, headers={"X-Auth-Token": key}))
    return str(got["stdout"])


def _piston(gateway: Gateway, key: str, word: str) -> str:
    asked = {"language": "python", "version": "*", "files": [{"content": _PROGRAM}], "stdin": word}
    return str(_json(gateway.post("/piston/api/v2/execute", asked, key=key))["run"]["stdout"])


def _jobe(gateway: Gateway, key: str, word: str) -> str:
    asked = {"run_spec": {"language_id": "python3", "sourcecode": _PROGRAM, "input": word}}
    got = _json(gateway.post("/jobe/index.php/restapi/runs", asked, headers={"X-API-KEY": key}))
    return str(got["stdout"])


def _fusion(gateway: Gateway, key: str, word: str) -> str:
    asked = {"language": "python", "code": _PROGRAM, "stdin": word}
    got = _json(gateway.post(f"/key/{key}/fusion/run_code", asked))
    return str(got["run_result"]["stdout"])


def _gojudge(gateway: Gateway, key: str, word: str) -> str:
    files = [{"content": word}, {"name": "stdout", "max": 1000}, {"name": "stderr", "max": 1000}]
    limits = {"cpuLimit": 10**10, "clockLimit": 6 * 10**10, "memoryLimit": 256 << 20, "procLimit": 50}
    asked = {"cmd": [{"args": ["/usr/bin/python3", "-c", _PROGRAM], "files": files, **limits}]}
    return str(_json(gateway.post("/go-judge/run", asked, key=key))[0]["files"]["stdout"])


def _native(gateway: Gateway, key: str, word: str) -> str:
    asked = {"language": "python3", "source": _PROGRAM, "stdin": word}
    got = _json(gateway.post("/api/v1/runs?wait=60", asked, key=key))
    return str(got["report"]["runs"][0]["stdout"]["text"])


_ASK: dict[str, Ask] = {
    "judge0": _judge0,
    "piston": _piston,
    "jobe": _jobe,
    "fusion": _fusion,
    "gojudge": _gojudge,
    "": _native,
}


def test_two_hundred_clients_of_all_dialects_get_their_own_answers(
    start_gateway: Callable[..., Gateway], worker: Worker, make_key: Callable[..., str], client: Client
) -> None:
    del worker
    gateway = start_gateway(judge0_max_queue_size=0)  # Judge0's own limit would refuse some
    keys = [make_key(f"together{number}") for number in range(_TENANTS)]
    names = list(_ASK)
    all_there = threading.Barrier(_CLIENTS)

    def ask(number: int) -> tuple[str, str]:
        all_there.wait()
        word = f"client {number} of {names[number % len(names)] or 'ours'}"
        key = keys[number // len(names) % _TENANTS]
        return word, _ASK[names[number % len(names)]](gateway, key, word)

    with ThreadPoolExecutor(max_workers=_CLIENTS) as pool:
        answers = list(pool.map(ask, range(_CLIENTS)))
    assert [got for _, got in answers] == [f"{word[::-1]}\n" for word, _ in answers]
    for number in range(_TENANTS):
        found = client.submissions(Filter(tenant=f"together{number}"))
        assert Counter(view.context.sender for view in found) == dict.fromkeys(
            names, _CLIENTS // _TENANTS // len(names)
        )
