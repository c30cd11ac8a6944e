"""What a dialect adds to the native call: the same work asked for in both ways, in turns, on one connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from judge.bench.queue import milliseconds
from judge.bench.web.load import Connection, request
from judge.bench.work import in_turns
from judge.errors import InfrastructureError

_C_NOOP = "int main(void) { return 0; }\n"
_PYTHON_NOOP = "pass\n"
_RUNS, _GROUPS = "/api/v1/runs?wait=30", "/api/v1/groups?wait=30"
_RUN_C = {"language": "c", "source": _C_NOOP}
_RUN_PYTHON = {"language": "python3", "source": _PYTHON_NOOP}
_GO_JUDGE = {"cpuLimit": 10**10, "clockLimit": 3 * 10**10, "memoryLimit": 1 << 28, "procLimit": 64}


class Pair(NamedTuple):
    """The same work as a request of ours and of a dialect's. ``done``: what stands in the dialect's answer."""

    native_path: str
    native: dict[str, Any]
    path: str
    foreign: dict[str, Any]
    done: bytes


_GROUP = {"commands": [{"argv": ["/bin/true"]}]}

#: Each is run without input; what is compiled is known.
PAIRS = {
    "judge0": Pair(
        _RUNS,
        _RUN_C,
        "/judge0/submissions?wait=true&base64_encoded=false",
        {"language_id": 50, "source_code": _C_NOOP},
        b'"Accepted"',
    ),
    "piston": Pair(
        _RUNS,
        _RUN_C,
        "/piston/api/v2/execute",
        {"language": "c", "version": "*", "files": [{"content": _C_NOOP}]},
        b'"code":0',
    ),
    "jobe": Pair(
        _RUNS,
        _RUN_C,
        "/jobe/index.php/restapi/runs",
        {"run_spec": {"language_id": "c", "sourcecode": _C_NOOP, "sourcefilename": "main.c"}},
        b'"outcome":15',
    ),
    "fusion": Pair(_RUNS, _RUN_PYTHON, "/fusion/run_code", {"language": "python", "code": _PYTHON_NOOP}, b'"Finished"'),
    "gojudge": Pair(
        _GROUPS,
        _GROUP,
        "/go-judge/run",
        {"cmd": [{"args": ["/bin/true"], **_GO_JUDGE}]},
        b'"Accepted"',
    ),
}


def added_ms(port: int, key: str, rounds: int) -> dict[str, float]:
    """For each dialect the median of its call less that of the native one. Raises InfrastructureError."""
    return {f"{name}_added_ms": _added(port, key, pair, rounds) for name, pair in PAIRS.items()}


def _added(port: int, key: str, pair: Pair, rounds: int) -> float:
    with Connection(port) as ours, Connection(port) as theirs:
        found = in_turns(
            rounds,
            native=_asking(
                ours, request("POST", pair.native_path, msgspec.json.encode(pair.native), key=key), b"EXITED"
            ),
            foreign=_asking(theirs, request("POST", pair.path, msgspec.json.encode(pair.foreign), key=key), pair.done),
        )
    return milliseconds(found["foreign"] - found["native"])


def _asking(connection: Connection, sent: bytes, done: bytes) -> Callable[[], None]:
    def ask() -> None:
        status, body = connection.ask(sent)
        if status not in (200, 201) or done not in body.replace(b'": ', b'":'):
            raise InfrastructureError(f"a benchmark's call was answered {status}: {body[:300]!r}")

    return ask
