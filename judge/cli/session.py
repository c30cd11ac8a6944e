"""``judge session``: a language's prompt, or a program, live in this terminal."""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import shutil
import signal
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

from judge.cli.options import broker_option, seconds_ns
from judge.cli.run_options import amount_options, asked_amounts, environment_of
from judge.cli.service import open_client
from judge.client import HttpSession, Sending, Session
from judge.errors import UsageError
from judge.model.submission import SourceFile
from judge.model.work import ProgramSource, SessionRequest
from judge.model.work_report import SessionEnd, SessionReport
from judge.parsers import Subparsers

_LEAVE = b"~."

#: Limits that a session has otherwise than a run.
_LIMIT_TEXTS = {
    "time": "seconds of CPU time in all (default: 60)",
    "wall": "real time in all (default: 3600)",
    "idle": "real time without any input or output (default: 600)",
    "memory": "e.g. 64M, 1G (default: 512M)",
    "output": "of the terminal, or of standard output (default: 16M)",
}


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "session",
        help="run a program live in this terminal",
        description="Run a language's own prompt, or a program, on a worker and take part in it. All that is typed "
        "goes to the program, Ctrl-C too; `~.` at the beginning of a line ends the session. When standard input is no "
        "terminal the program has pipes. Exits with 0 when the program did, else with 1.",
    )
    parser.add_argument("language", metavar="LANGUAGE")
    parser.add_argument("program", nargs="*", metavar="FILE", help="the program's files (none = the language's prompt)")
    parser.add_argument("--arg", action="append", default=[], metavar="WORD", help="an argument of the program")
    parser.add_argument(
        "--env", action="append", default=[], metavar="NAME=VALUE", help="a variable of the program's environment"
    )
    amount_options(parser, _LIMIT_TEXTS)
    parser.add_argument(
        "--grace",
        type=seconds_ns,
        default=SessionRequest().grace_ns,
        metavar="S",
        help="how long it goes on without this client (default: 30)",
    )
    parser.add_argument("--tenant", default="", metavar="NAME", help="on whose behalf")
    broker_option(parser)


def run(args: argparse.Namespace) -> int:
    """Take part until it is over."""
    has_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    size = shutil.get_terminal_size()
    request = SessionRequest(
        program=_program(args.program),
        arguments=tuple(args.arg),
        environment=environment_of(args.env),
        limits=asked_amounts(args),
        terminal=has_terminal,
        rows=size.lines,
        columns=size.columns,
        grace_ns=args.grace,
    )
    with open_client(args) as client:
        sending = Sending(language=args.language, tenant=args.tenant)
        with client.open_session(request, sending) as session, _raw() if has_terminal else contextlib.nullcontext():
            _take_part(session, has_terminal=has_terminal)
            report = session.result()
    return _told(report)


def _program(names: list[str]) -> ProgramSource | None:
    if not names:
        return None
    sources = []
    for name in names:
        try:
            sources.append(SourceFile(name=Path(name).name, content=Path(name).read_bytes()))
        except OSError as error:
            raise UsageError(f"source file {name}: {error.strerror or error}") from error
    return ProgramSource(sources=tuple(sources))


@contextlib.contextmanager
def _raw() -> Iterator[None]:
    """This terminal hands on every key."""
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def _take_part(session: Session | HttpSession, *, has_terminal: bool) -> None:
    """Show what comes in this thread, type in another; a change of this window's size wakes that one."""
    wake, woken = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    typing = threading.Thread(target=_type, args=(session, wake, has_terminal), daemon=True)
    before = signal.signal(signal.SIGWINCH, lambda *_: os.write(woken, b"w"))
    try:
        typing.start()
        for frame in session.output():
            target = sys.stderr.buffer if frame.stream == 2 else sys.stdout.buffer
            target.write(frame.data)
            target.flush()
    except KeyboardInterrupt:  # only where this terminal is not raw: the program has pipes
        session.end()
    finally:
        signal.signal(signal.SIGWINCH, before)


def _type(session: Session | HttpSession, wake: int, has_terminal: bool) -> None:
    escape = Escape()
    while True:
        ready, _, _ = select.select([0, wake], [], [])
        if wake in ready:
            os.read(wake, 64)
            size = shutil.get_terminal_size()
            session.resize(size.lines, size.columns)
        if 0 not in ready:
            continue
        data = os.read(0, 1 << 16)
        if not data:
            session.end_input()
            return
        session.send(escape.typed(data) if has_terminal else data)
        if escape.leaving:
            session.end()
            return


class Escape:
    """Finds ``~.`` at the beginning of a line; ``~~`` there is one ``~``."""

    def __init__(self) -> None:
        self.leaving = False
        self._line = b""  # what of the escape stands at the beginning of this line
        self._at_begin = True

    def typed(self, data: bytes) -> bytes:
        """What of the keys is for the program."""
        passed = bytearray()
        for key in (data[at : at + 1] for at in range(len(data))):
            if self._line:
                self._line = b""
                if key == _LEAVE[1:]:
                    self.leaving = True
                    break
                passed += key if key == _LEAVE[:1] else _LEAVE[:1] + key
            elif self._at_begin and key == _LEAVE[:1]:
                self._line = key
                continue
            else:
                passed += key
            self._at_begin = key in (b"\r", b"\n", b"\x03", b"\x04")
        return bytes(passed)


def _told(report: SessionReport) -> int:
    if report.compile is not None and not report.compile.ok:
        print(report.compile.log, file=sys.stderr)
    if report.end is not SessionEnd.EXITED:
        print(f"judge session: {report.end}: {report.reason}", file=sys.stderr)
    if report.dropped_bytes:
        print(f"judge session: {report.dropped_bytes} bytes of output were not read in time", file=sys.stderr)
    return 0 if report.result is not None and report.result.ok else 1
