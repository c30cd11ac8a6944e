"""What several commands' options share: units, source files."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from judge.errors import LanguageError, PackageError, UsageError
from judge.model.submission import SourceFile
from judge.model.units import GIB, KIB, MIB, seconds_to_ns
from judge.toolchain.definitions import Languages
from judge.toolchain.sources import FILES_MAX

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmg]?)(?:i?b)?", re.IGNORECASE)
_FACTORS = {"": 1, "k": KIB, "m": MIB, "g": GIB}

#: Below, a number without a unit is more likely a mistake than a number of bytes.
_PLAIN_BYTES_MIN = 4 * KIB

_MEMORY_BYTES_MIN = MIB

#: The largest number of nanoseconds or bytes: exact in a double and in anybody's JSON.
AMOUNT_MAX = 1 << 53

#: Larger files are no source code.
_SOURCE_BYTES_MAX = 64 * MIB


def broker_option(parser: argparse.ArgumentParser, *, server: bool = True) -> None:
    """The options of a command that talks to a running service; ``server``: also to its gateway."""
    parser.add_argument(
        "--broker", metavar="URL", help="address of the service's Redis (default: the settings', else this machine's)"
    )
    if server:
        parser.add_argument(
            "--server", metavar="URL", help="address of its gateway instead (JUDGE_SERVER), with the key in JUDGE_KEY"
        )


def seconds_ns(text: str) -> int:
    """``1.5`` -> nanoseconds, for argparse."""
    try:
        value = seconds_to_ns(float(text))
    except (ValueError, OverflowError):
        value = 0
    if not 0 < value <= AMOUNT_MAX:
        raise argparse.ArgumentTypeError(f"a positive number of seconds, not {text!r}")
    return value


def size_bytes(text: str) -> int:
    """``256M``, ``1g``, ``100B``, ``65536`` -> bytes, for argparse. Few bytes must say that they are bytes."""
    text = text.strip()
    match = _SIZE.fullmatch(text)
    amount = float(match[1]) * _FACTORS[match[2].lower()] if match else 0.0
    if not 1 <= amount <= AMOUNT_MAX:
        raise argparse.ArgumentTypeError(f"a size such as 64M or 1G, not {text!r}")
    size = round(amount)
    if size < _PLAIN_BYTES_MIN and text[-1].isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} would be {text} bytes: write {text}M, {text}K or {text}B")
    return size


def memory_bytes(text: str) -> int:
    """A size that a program can start in, for argparse."""
    size = size_bytes(text)
    if size < _MEMORY_BYTES_MIN:
        raise argparse.ArgumentTypeError(f"{text!r} is too little to start anything in; at least 1M")
    return size


def positive(text: str) -> int:
    """A whole number above 0, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number above 0, not {text!r}")
    return int(text)


@contextmanager
def naming(package: str) -> Iterator[None]:
    """What is wrong with a package is told with the package's own name before the place in it."""
    try:
        yield
    except PackageError as error:
        raise type(error)(error.message, where=f"{package}/{error.where}" if error.where else package) from error


def read_sources(paths: Sequence[str]) -> tuple[SourceFile, ...]:
    """Source files by their last names; a directory gives all files below it, but for what :func:`_is_passed_over`.

    Raises UsageError naming the path.
    """
    files = []
    for path in paths:
        if os.path.isdir(path):
            names = _below(path)
            if len(names) > FILES_MAX:
                raise UsageError(
                    f"{path}: {len(names)} files; a submission has at most {FILES_MAX}: name those you mean"
                )
            files += [SourceFile(name=name, content=_read(os.path.join(path, name))) for name in names]
        else:
            files.append(SourceFile(name=os.path.basename(path), content=_read(path)))
    return tuple(files)


def _below(directory: str) -> list[str]:
    """Names of all files below; without recursion, which deep trees would exhaust."""
    found: list[str] = []
    stack = [""]
    while stack:
        inside = stack.pop()
        try:
            entries = sorted(os.scandir(os.path.join(directory, inside)), key=lambda entry: entry.name)
        except OSError as error:
            raise UsageError(f"{os.path.join(directory, inside)}: {os.strerror(error.errno or 0)}") from error
        for entry in entries:
            if _is_passed_over(entry):
                continue
            name = os.path.join(inside, entry.name)
            (stack if entry.is_dir(follow_symlinks=False) else found).append(name)
    return sorted(found)


def _is_passed_over(entry: os.DirEntry[str]) -> bool:
    """What lies in a directory of programs and is none: hidden files (.git, .venv), caches, installed packages, and
    environments under any name (PEP 405)."""
    if entry.name.startswith(".") or entry.name in ("__pycache__", "node_modules"):
        return True
    return entry.is_dir(follow_symlinks=False) and os.path.isfile(os.path.join(entry.path, "pyvenv.cfg"))


def first_named(paths: Sequence[str], languages: Languages, language: str) -> str:
    """The main file of several that were named one by one: the first that the language reads. Empty = to be found.

    Raises LanguageError for a language that there is not.
    """
    names = [os.path.basename(path) for path in paths]
    if len(paths) < 2 or any(os.path.isdir(path) for path in paths):
        return ""
    try:
        spec = languages.get(language.partition("@")[0]) if language else languages.detect(names)
    except LanguageError:
        if language:
            raise
        return ""  # said where it is known whether the problem wants programs at all
    return next((name for name in names if name.rpartition(".")[2] in spec.extensions), "")


def read_file(path: str) -> bytes:
    """A file of ours that is to come along. Raises UsageError naming it."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"{path}: {os.strerror(error.errno or 0)}") from error


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(_SOURCE_BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"{path}: {os.strerror(error.errno or 0)}") from error
    if len(data) > _SOURCE_BYTES_MAX:
        raise UsageError(f"{path}: larger than {_SOURCE_BYTES_MAX // MIB} MiB")
    return data
