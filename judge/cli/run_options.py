"""The command line of ``judge run``, and the execution that it asks for."""

from __future__ import annotations

import argparse
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from judge.cli.doing import Doer, is_by_service, service_options
from judge.cli.options import first_named, memory_bytes, positive, read_file, read_sources, seconds_ns, size_bytes
from judge.config import load_settings
from judge.errors import UsageError
from judge.model.limits import Limits
from judge.model.work import Execution, InputFile, ProgramSource, RequestedLimits
from judge.toolchain.definitions import Languages


def program_options(parser: argparse.ArgumentParser) -> None:
    """What is run, and with what."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="the source files, the main one first")
    parser.add_argument(
        "--command",
        action="store_true",
        dest="as_command",
        help="the words are a command that is run as it is, not source files: --command -- /bin/sh -c 'echo hi'",
    )
    parser.add_argument("--language", default="", help="language id (default: found by the file name)")
    parser.add_argument("--main", default="", help="the main file (default: the first named, else found)")
    parser.add_argument(
        "--stdin",
        metavar="FILE",
        default="",
        help="standard input of the program ('-' = ours; default: ours when it is a pipe, a socket or a file)",
    )
    words = (
        ("--arg", "WORD", "an argument of the program"),
        ("--compiler-arg", "WORD", "an argument of the compiler"),
        ("--env", "NAME=VALUE", "a variable of the program's environment"),
        ("--file", "FILE[=NAME]", "a file that the program finds in /work under its last name, or this one"),
        ("--keep", "GLOB", "keep files that the program leaves below /work, such as 'out/*.png'"),
    )
    for option, metavar, text in words:
        parser.add_argument(option, action="append", default=[], metavar=metavar, help=text)
    parser.add_argument("--keep-in", default="kept", metavar="DIR", help="where kept files are put (default: kept)")
    parser.add_argument("--merge-stderr", action="store_true", help="standard error goes where standard output goes")
    parser.add_argument("--pieces", action="store_true", help="with --json: in which order both outputs arrived")
    parser.add_argument("--repeat", type=positive, default=1, metavar="N", help="run it N times, compiled once")


class _Limit(NamedTuple):
    """One limit on the command line: ``field`` of RequestedLimits, ``kind`` as argparse wants it."""

    name: str
    field: str
    kind: Callable[[str], int]
    metavar: str
    text: str


_LIMITS = (
    _Limit("time", "cpu_time_ns", seconds_ns, "S", "seconds of CPU time (default: 2)"),
    _Limit("wall", "wall_time_ns", seconds_ns, "S", "real time (default: 4 x CPU + 4 s)"),
    _Limit("idle", "idle_time_ns", seconds_ns, "S", "real time without any use of CPU (default: none)"),
    _Limit("memory", "memory_bytes", memory_bytes, "SIZE", "e.g. 64M, 1G (default: 256M)"),
    _Limit(
        "address-space",
        "address_space_bytes",
        memory_bytes,
        "SIZE",
        "of each process, so that malloc fails (default: none)",
    ),
    _Limit(
        "data-segment",
        "data_segment_bytes",
        memory_bytes,
        "SIZE",
        "private writable memory of each process, so that malloc fails (default: none)",
    ),
    _Limit("stack", "stack_bytes", memory_bytes, "SIZE", "of a process's first thread (default: as memory)"),
    _Limit("output", "stdout_bytes", size_bytes, "SIZE", "of standard output (default: 64M; of a service: 16M)"),
    _Limit("stderr", "stderr_bytes", size_bytes, "SIZE", "of standard error (default: 64M)"),
    _Limit("disk", "disk_bytes", size_bytes, "SIZE", "of files in /work, /tmp and /dev/shm each (default: 64M)"),
    _Limit("inodes", "disk_inodes", positive, "N", "files and directories in each of them (default: 4096)"),
    _Limit("processes", "processes", positive, "N", "processes and threads at once (default: 64)"),
    _Limit("open-files", "open_files", positive, "N", "open files of each process (default: 256)"),
)


def amount_options(parser: argparse.ArgumentParser, texts: Mapping[str, str]) -> None:
    """Each limit by its name; ``texts``: what some of them are where a run's are not meant."""
    for limit in _LIMITS:
        text = texts.get(limit.name, limit.text)
        parser.add_argument(f"--{limit.name}", type=limit.kind, default=0, metavar=limit.metavar, help=text)


def limit_options(parser: argparse.ArgumentParser) -> None:
    """Limits of a run; 0 in the arguments = none was given."""
    amount_options(parser, {})
    parser.add_argument(
        "--compile-limit",
        action="append",
        default=[],
        type=_named_limit,
        metavar="NAME=AMOUNT",
        help="a limit of each compile command, by the name of its option, such as memory=1G",
    )
    parser.add_argument(
        "--reuse", action="store_true", help="a service may answer with its stored report of the very same work"
    )
    service_options(parser)


def _named_limit(text: str) -> tuple[str, int]:
    """``memory=1G`` -> field and amount, for argparse."""
    name, equals, amount = text.partition("=")
    limit = next((limit for limit in _LIMITS if limit.name == name), None)
    if limit is None or not equals:
        names = ", ".join(limit.name for limit in _LIMITS)
        raise argparse.ArgumentTypeError(f"NAME=AMOUNT, with a name of {names}; not {text!r}")
    return limit.field, limit.kind(amount)


def execution_of_options(args: argparse.Namespace, doer: Doer, stdin: bytes) -> Execution:
    """What the command line asks for. Raises UsageError, LanguageError."""
    return Execution(
        program=None if args.as_command else program_of_options(args.files, args),
        argv=tuple(args.files) if args.as_command else (),
        arguments=tuple(args.arg),
        environment=environment_of(args.env),
        stdin=doer.data(stdin),
        files=tuple(_input_file(text, doer) for text in args.file),
        limits=limits_of(args),
        compile_limits=compile_limits_of(args),
        repeats=args.repeat,
        merge_stderr=args.merge_stderr,
        pieces=args.pieces,
        keep=tuple(args.keep),
        live=not args.json and not args.reuse,
        reuse=args.reuse,
    )


def limits_of(args: argparse.Namespace) -> RequestedLimits:
    """The limits that were given; here, where the user is the operator, more output than a service gives."""
    asked = asked_amounts(args)
    if is_by_service(args) or asked.stdout_bytes:
        return asked
    return msgspec.structs.replace(asked, stdout_bytes=Limits().stdout_bytes)


def asked_amounts(args: argparse.Namespace) -> RequestedLimits:
    """The limits that were given."""
    return RequestedLimits(**{limit.field: getattr(args, limit.name.replace("-", "_")) for limit in _LIMITS})


def compile_limits_of(args: argparse.Namespace) -> RequestedLimits:
    """Those of compiling that were given."""
    return RequestedLimits(**dict(args.compile_limit))


def program_of_options(paths: Sequence[str], args: argparse.Namespace) -> ProgramSource:
    """The program of these source files. Raises UsageError, LanguageError."""
    languages = Languages.open(load_settings().worker.languages_dir)
    return ProgramSource(
        sources=read_sources(paths),
        language=args.language,
        main=args.main or first_named(paths, languages, args.language),
        compiler_arguments=tuple(args.compiler_arg),
    )


def read_stdin(name: str) -> bytes:
    """What the program is to read. Raises UsageError."""
    if not name and not _something_is_piped_in():
        return b""
    if name not in ("", "-"):
        return read_file(name)
    try:
        with open(0, "rb", closefd=False) as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"standard input: {os.strerror(error.errno or 0)}") from error


def _something_is_piped_in() -> bool:
    """Whether our standard input is a pipe, a socket or a file: it is there to be read."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def environment_of(words: Sequence[str]) -> dict[str, str]:
    """The variables that were given. Raises UsageError."""
    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not name or not equals:
            raise UsageError(f"--env {word}: NAME=VALUE is wanted")
        found[name] = value
    return found


def _input_file(text: str, doer: Doer) -> InputFile:
    path, _, name = text.partition("=")
    content = read_file(path)
    return InputFile(name=name or os.path.basename(path), data=doer.data(content), executable=os.access(path, os.X_OK))
