"""The command line of ``judge run``, and the execution that it asks for."""

from __future__ import annotations

import argparse
import os
import stat
from collections.abc import Sequence

from judge.cli.doing import Doer, service_options
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
        help="standard input of the program ('-' = ours; default: ours when it is a pipe or a file, else nothing)",
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
    parser.add_argument("--repeat", type=positive, default=1, metavar="N", help="run it N times, compiled once")


def limit_options(parser: argparse.ArgumentParser) -> None:
    """Limits of a run; 0 in the arguments = none was given."""
    amounts = (
        ("--time", seconds_ns, "S", "seconds of CPU time (default: 2)"),
        ("--wall", seconds_ns, "S", "real time (default: 4 x CPU + 4 s)"),
        ("--memory", memory_bytes, "SIZE", "e.g. 64M, 1G (default: 256M)"),
        ("--address-space", memory_bytes, "SIZE", "of each process, so that malloc fails (default: none)"),
        ("--output", size_bytes, "SIZE", "of standard output (default: 64M; of a service: its own)"),
        ("--stderr", size_bytes, "SIZE", "of standard error (default: 64M)"),
        ("--processes", positive, "N", "processes and threads at once (default: 64)"),
    )
    for option, kind, metavar, text in amounts:
        parser.add_argument(option, type=kind, default=0, metavar=metavar, help=text)
    service_options(parser)


def execution_of_options(args: argparse.Namespace, doer: Doer, stdin: bytes) -> Execution:
    """What the command line asks for. Raises UsageError, LanguageError."""
    return Execution(
        program=None if args.as_command else program_of_options(args.files, args),
        argv=tuple(args.files) if args.as_command else (),
        arguments=tuple(args.arg),
        environment=_environment(args.env),
        stdin=doer.data(stdin),
        files=tuple(_input_file(text, doer) for text in args.file),
        limits=limits_of(args),
        repeats=args.repeat,
        merge_stderr=args.merge_stderr,
        keep=tuple(args.keep),
        live=not args.json,
    )


def limits_of(args: argparse.Namespace) -> RequestedLimits:
    """The limits that were given; here, where the user is the operator, more output than a service gives."""
    at_service = args.broker or args.service
    return RequestedLimits(
        cpu_time_ns=args.time,
        wall_time_ns=args.wall,
        memory_bytes=args.memory,
        address_space_bytes=args.address_space,
        stdout_bytes=args.output or (0 if at_service else Limits().stdout_bytes),
        stderr_bytes=args.stderr,
        processes=args.processes,
    )


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
    """Whether our standard input is a pipe or a file: it is there to be read."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def _environment(words: Sequence[str]) -> dict[str, str]:
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
