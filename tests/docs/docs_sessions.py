"""Sessions of shell commands in Markdown pages: found, and run. :mod:`test_doc_commands` explains their form."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

from judge.client import Client
from judge.config import load_settings
from judge.errors import JudgeError

_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)``` *$", re.M | re.S)
_ENDED = "\x1e"
#: A new worker tests every toolchain of the host while it already judges; pages use these.
_FEW_LANGUAGES = {"JUDGE_LANGUAGES": "c,cpp,python3"}
READY_WITHIN_S = 90.0
PAGE_WITHIN_S = 120.0


class Block(NamedTuple):
    """A fenced block of a page. ``line`` is where its text begins."""

    line: int
    language: str
    text: str
    not_run: str | None
    background: bool
    code: int
    save: str


class Step(NamedTuple):
    """A command of a session: what it must end with, and a pattern of what it must print."""

    line: int
    command: str
    code: int
    pattern: str


class Result(NamedTuple):
    """How a command ended and what it printed on both streams."""

    code: int
    output: str


def blocks_of(page: Path) -> list[Block]:
    """All fenced blocks, in order."""
    text = page.read_text()
    return [_block(match, text.count("\n", 0, match.start()) + 2) for match in _FENCE.finditer(text)]


def _block(match: re.Match[str], line: int) -> Block:
    language, _, info = match["info"].strip().partition(" ")
    body = "\n".join(row.removeprefix(match["indent"]) for row in match["text"].splitlines())
    _, marked, reason = info.partition("not-run:")
    _, saved, name = info.partition("save:")
    code = re.search(r"\bexit=(\d+)", info)
    return Block(
        line=line,
        language=language,
        text=body + "\n" if body else "",
        not_run=reason.strip() if marked else None,
        background="background" in info.split(),
        code=int(code[1]) if code else 0,
        save=name.strip() if saved else "",
    )


def is_run(page: Path) -> bool:
    """Whether the page has a command to run."""
    return page.exists() and any(_runs(block) for block in blocks_of(page))


def _runs(block: Block) -> bool:
    return block.text.startswith("$ ") and block.not_run is None


def steps_of(block: Block) -> list[Step]:
    """The commands of a session. Lines that begin with ``> `` go on with the command above."""
    steps: list[tuple[int, list[str], list[str]]] = []
    for number, row in enumerate(block.text.splitlines(), start=block.line):
        if row.startswith("$ "):
            steps.append((number, [row[2:]], []))
        elif row.startswith("> "):
            steps[-1][1].append(row[2:])
        else:
            steps[-1][2].append(row)
    last = len(steps) - 1
    return [
        Step(line, "\n".join(words), block.code if index == last else 0, _pattern(rows))
        for index, (line, words, rows) in enumerate(steps)
    ]


def _pattern(rows: list[str]) -> str:
    """What a command prints, as a regular expression; no rows: anything."""
    while rows and not rows[-1].strip():
        rows = rows[:-1]
    if not rows:
        return r"(?s).*"
    parts = [r"(?:.*\n)*?" if row.strip() == "…" else _row(row) for row in rows]
    return "".join(parts)


def _row(row: str) -> str:
    return ".*".join(re.escape(part.rstrip() if "…" not in row else part) for part in row.split("…")) + r" *\n"


class Services:
    """What pages start in the background, with a state directory that all pages share. A context manager."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._undo = contextlib.ExitStack()

    def __enter__(self) -> Self:
        state = Path(tempfile.mkdtemp(prefix="judge-docs-", dir="/tmp"))
        state.chmod(0o755)
        self._undo.callback(shutil.rmtree, state, ignore_errors=True)
        self._log = state / "log"
        self._port, self._page_port, self._gateway_port = _free_port(), _free_port(), _free_port()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")},
            "JUDGE_STATE_DIR": str(state / "s"),
            "JUDGE_SLOTS": "1",
            "JUDGE_METRICS_PORT": str(self._port),
            "JUDGE_GATEWAY_PORT": str(self._gateway_port),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "COLUMNS": "100",
            "PYTHONUNBUFFERED": "1",
        }
        self.doctor = self._shell("judge doctor", state)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            process.wait(60)
        self._undo.close()

    def run(self, page: Path, directory: Path) -> Iterator[tuple[Step, Result]]:
        """Run the page's commands in ``directory``; each with how it ended."""
        shutil.copytree(self._root / "examples", directory / "examples")
        script, steps = [], []
        for block in blocks_of(page):
            if block.save:
                script.append(self._here(_saving(block)))
            elif _runs(block) and block.background:
                self._start(block)
            elif _runs(block):
                for step in steps_of(block):
                    steps.append(step)
                    script.append(f"{{\n{self._here(step.command)}\n}} 2>&1 </dev/null")
                    script.append(f"printf '{_ENDED}%s{_ENDED}' $?")
        output = self._shell("\n".join(script), directory)
        pieces = output.split(_ENDED)
        for index, step in enumerate(steps):
            ended = len(pieces) > 2 * index + 1
            code = int(pieces[2 * index + 1]) if ended else -1
            yield step, Result(code, _lines(pieces[2 * index]) if len(pieces) > 2 * index else "(not reached)")

    def _here(self, text: str) -> str:
        """The same with ports that are free here."""
        ports = {":10090": f":{self._port}", ":8090": f":{self._gateway_port}", "8321": str(self._page_port)}
        for shown, free in ports.items():
            text = text.replace(shown, free)
        return text

    def _shell(self, script: str, directory: Path) -> str:
        """Run a script; what is still running in its process group at the end is ended."""
        with tempfile.TemporaryFile() as output:
            shell = subprocess.Popen(
                ["bash", "-c", script],
                cwd=directory,
                env=self._environment,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                shell.wait(PAGE_WITHIN_S)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(shell.pid, 15)
                shell.wait()
            output.seek(0)
            return output.read().decode()

    def _start(self, block: Block) -> None:
        [step] = steps_of(block)
        if step.command in self._running:
            return
        with self._log.open("ab") as log:
            self._running[step.command] = subprocess.Popen(
                step.command.split(), cwd=self._root, env=self._environment | _FEW_LANGUAGES, stdout=log, stderr=log
            )
        self._await_worker()

    def _await_worker(self) -> None:
        settings = load_settings(self._environment)
        end = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < end:
            with contextlib.suppress(JudgeError), Client.open(settings) as client:
                if any(card.id == "python3" and card.workers for card in client.languages()):
                    return
            time.sleep(0.1)
        raise AssertionError(f"the service was not ready in {READY_WITHIN_S} s:\n{self._log.read_text()}")


def _saving(block: Block) -> str:
    mark = "END_OF_THE_SAVED_FILE"
    return f"mkdir -p \"$(dirname '{block.save}')\"; cat > '{block.save}' <<'{mark}'\n{block.text}{mark}"


def _lines(output: str) -> str:
    """Whole lines, ended as pages end them."""
    lines = output.replace("\r\n", "\n")
    return lines if not lines or lines.endswith("\n") else lines + "\n"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
