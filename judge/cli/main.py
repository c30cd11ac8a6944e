"""The ``judge`` command: finds the sub-command's module, turns errors into one line and an exit code.

Each module of :data:`judge.cli.commands.COMMANDS` defines ``add_parser(subparsers)`` and ``run(args) -> int``; it is
imported only when its command is asked for, so that ``judge run`` never pays for Celery.

Exit codes: 0 it did what was asked and the answer is good, 1 it did and the answer is not (a verdict
other than AC, a failed check); the others are in :mod:`judge.cli.exit_codes`.
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import difflib
import importlib
import io
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from types import ModuleType

from judge.cli.commands import COMMANDS
from judge.cli.exit_codes import help_text
from judge.errors import JudgeError, QueueError
from judge.parsers import CommandParser
from judge.text import plain_letters, printable

#: Commands with processes below them that SIGTERM is for, too.
_SERVICES = ("demo", "up", "worker", "gateway")


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the console script; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["help"]:
        words = [*words[1:2], "--help"]
    _never_fail_to_print()
    wanted = next((word for word in words if not word.startswith("-")), "")
    parser, module = _parser_for(wanted)
    _refuse_unknown(wanted)
    args = parser.parse_args(words)
    if args.version:
        from importlib.metadata import version

        print(version("judge-service"))
        return 0
    if module is None or not args.command:
        parser.print_help()
        return 2
    return _ending(module, args)


def _parser_for(wanted: str) -> tuple[argparse.ArgumentParser, ModuleType | None]:
    """The parser of all commands, and the module of the wanted one: only that one's options are known."""
    parser = CommandParser(
        prog="judge",
        description="A programmable code-execution judge.",
        epilog="judge COMMAND --help tells more.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    module = None
    for command, module_name, summary in COMMANDS:
        if command == wanted:
            module = importlib.import_module(f"judge.cli.{module_name}")
            module.add_parser(subparsers)
            own = subparsers.choices[command]
            own.epilog = " ".join(filter(None, (own.epilog, help_text(command))))
        else:
            subparsers.add_parser(command, help=summary, add_help=False)
    return parser, module


def _ending(module: ModuleType, args: argparse.Namespace) -> int:
    """Run a command; its exit code, also of what goes wrong, which is said in one line."""
    try:
        with _ended_by_signals(args.command):
            return int(module.run(args))
    except JudgeError as error:
        hint = "; judge doctor --broker URL looks closer" if type(error) is QueueError else ""
        text = f"{error}{hint}".replace("\n", " ")
        print(f"judge {args.command}: {printable(text, len(text))}", file=sys.stderr)
        return error.exit_code
    except _EndedError as ended:
        return 128 + ended.number
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    except Exception:
        traceback.print_exc()
        print(f"judge {args.command}: this is a fault of the judge itself; please report it", file=sys.stderr)
        return JudgeError.exit_code


class _EndedError(KeyboardInterrupt):
    """A signal that asks this process to end, as Ctrl-C does: what was opened is closed and removed on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextlib.contextmanager
def _ended_by_signals(command: str) -> Iterator[None]:
    """SIGTERM and SIGHUP end a command as Ctrl-C does; services answer them themselves."""
    if command in _SERVICES or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: object) -> None:
        raise _EndedError(number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _never_fail_to_print() -> None:
    """What a terminal's encoding lacks is shown by like letters: no command ends, or ends otherwise, because of it."""
    codecs.register_error("judge-plain", plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="judge-plain")


def _refuse_unknown(command: str) -> None:
    """Ends with 2 and the nearest command, as argparse would with all of them."""
    known = [name for name, _, _ in COMMANDS]
    if not command or command in known:
        return
    near = difflib.get_close_matches(command, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "judge help lists the commands"
    print(f"judge: no command {printable(command, 40)!r}; {hint}", file=sys.stderr)
    raise SystemExit(2)
