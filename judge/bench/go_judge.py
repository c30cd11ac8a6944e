"""go-judge beside ours: found or built, started on loopback, spoken to over its REST interface.

It is built from its Go module when Go is here, and runs with its own default settings, but for the address. What it
takes and answers: https://docs.goj.ac/api.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from judge.errors import HostError, InfrastructureError
from judge.model.units import MIB, S_NS

MODULE = "github.com/criyle/go-judge"

#: Where the newest cannot be had.
_VERSION = "v1.8.5"

_BUILD_TIMEOUT_S = 600
_START_TIMEOUT_S = 30.0
_ANSWER_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 10.0

_OUTPUT_MAX_BYTES = MIB
_LIMITS = {"cpuLimit": 30 * S_NS, "clockLimit": 60 * S_NS, "memoryLimit": 1024 * MIB, "procLimit": 64}
_ENVIRONMENT = ["PATH=/usr/bin:/bin"]


def find_or_build(scratch: Path, path: str = "") -> str:
    """The program: ``path``, else that on PATH, else built in ``scratch``. Raises HostError saying why not."""
    found = path or shutil.which("go-judge")
    if found:
        return found
    go = shutil.which("go")
    if go is None:
        raise HostError("neither go-judge nor Go is on PATH")
    scratch.mkdir()
    try:
        return _built(go, scratch / "latest", [["mod", "init", "rivals"], ["get", f"{MODULE}@latest"]])
    except HostError as newest:
        # A proxy may have this one and no list of versions.
        try:
            return _built(
                go, scratch / _VERSION, [["mod", "init", "rivals"], ["mod", "edit", f"-require={MODULE}@{_VERSION}"]]
            )
        except HostError as error:
            raise HostError(f"{newest}; {_VERSION}: {error}") from error


def _built(go: str, directory: Path, module: list[list[str]]) -> str:
    """The program, built in a module that these commands make. Raises HostError saying which of them failed."""
    directory.mkdir()
    for words in (*module, ["build", "-mod=mod", "-o", "go-judge", f"{MODULE}/cmd/go-judge"]):
        try:
            subprocess.run([go, *words], cwd=directory, check=True, capture_output=True, timeout=_BUILD_TIMEOUT_S)
        except (OSError, subprocess.SubprocessError) as error:
            lines = (getattr(error, "stderr", b"") or b"").decode(errors="replace").strip().splitlines()
            raise HostError(f"go {words[0]} failed: {lines[-1].strip() if lines else error}") from error
    return str(directory / "go-judge")


class GoJudge:
    """A connection to a go-judge that runs, or to what speaks its interface below ``prefix`` for who has a ``key``.

    It is kept alive from one request to the next. One thread at a time.
    """

    def __init__(self, port: int, prefix: str = "", key: str = "") -> None:
        self.port = port
        self._prefix = prefix
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_TIMEOUT_S)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def version(self) -> str:
        """Its own word for it."""
        return str(self._ask("GET", "/version").get("buildVersion", ""))

    def compile(self, argv: list[str], name: str, source: bytes) -> str:
        """Carry out a compiler's command that makes ``prog`` of the file ``name``; the id that ``prog`` is kept by.

        Raises InfrastructureError, as the others here do.
        """
        result = self._run(argv, "", {name: _file(source)}, {"copyOutCached": ["prog"]})
        return str(result["fileIds"]["prog"])

    def output_of(self, file_id: str, stdin: str) -> str:
        """What a kept program prints."""
        return str(self._run(["prog"], stdin, {"prog": {"fileId": file_id}}, {})["files"]["stdout"])

    def output_of_source(self, argv: list[str], name: str, source: bytes, stdin: str) -> str:
        """What an interpreter prints that is given the file ``name``."""
        return str(self._run(argv, stdin, {name: _file(source)}, {})["files"]["stdout"])

    def _run(
        self, argv: list[str], stdin: str, files: Mapping[str, object], more: Mapping[str, object]
    ) -> dict[str, Any]:
        collected = [{"name": name, "max": _OUTPUT_MAX_BYTES} for name in ("stdout", "stderr")]
        command = {"args": argv, "env": _ENVIRONMENT, "files": [{"content": stdin}, *collected], "copyIn": files}
        (result,) = self._ask("POST", "/run", {"cmd": [{**command, **_LIMITS, **more}]})
        if result.get("status") != "Accepted":
            raise InfrastructureError(f"go-judge: {result.get('status')}: {result.get('files') or result.get('error')}")
        return dict(result)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        try:
            self._connection.request(method, self._prefix + path, content, self._headers)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise InfrastructureError(f"go-judge does not answer: {error}") from error
        if answer.status != http.client.OK:
            raise InfrastructureError(f"go-judge: {answer.status}: {text[:200]!r}")
        return json.loads(text)


@contextmanager
def running_go_judge(program: str, home: Path) -> Iterator[tuple[int, int]]:
    """Start one; its process number and port. Raises HostError when it does not answer."""
    home.mkdir()
    port = _free_port()
    with open(home / "log", "wb") as log:
        process = subprocess.Popen(
            [program, "-http-addr", f"127.0.0.1:{port}"],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={"PATH": os.environ.get("PATH", os.defpath)},
        )
    try:
        _wait_until_it_answers(process, port, home / "log")
        yield process.pid, port
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_TIMEOUT_S)
        process.kill()
        process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while True:
        with contextlib.suppress(InfrastructureError), contextlib.closing(GoJudge(port)) as asking:
            asking.version()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            lines = log.read_text(errors="replace").strip().splitlines()
            raise HostError(f"go-judge did not start: {lines[-1] if lines else 'no word from it'}")
        time.sleep(0.05)


def _file(content: bytes) -> dict[str, str]:
    return {"content": content.decode()}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
