"""What lies in /work: files of several owners under one roof, and which names may leave it. Pure.

Every file that goes into /work passes :func:`merged`, the one place that knows who owns a name. The setter's files win
over the contestant's, always; what no directory can hold (a file called like a directory, a path that is too long) is
the fault of the one who chose the name: the contestant's file stays out, the setter's is a PackageError that names it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from judge.errors import PackageError, WorkFilesError
from judge.model.limits import Limits
from judge.sandbox.run_io import Content

#: Below /work, in bytes: a path may have 4,095 with all that is before it (PATH_MAX), each part 255 (NAME_MAX).
_PATH_BYTES_MAX = 4000
_PART_BYTES_MAX = 255

#: What a compile may leave: short enough for any place that an artifact is kept in and shown at.
ARTIFACT_PATH_BYTES_MAX = 1000
ARTIFACT_DIRECTORIES_MAX = 1000
ARTIFACT_DEPTH_MAX = 40

_PAGE_BYTES = 4096
#: Room for files is rounded up to these.
_ROOM_BYTES = 1 << 20
_ROOM_INODES = 64

#: Of one command line: below what a message to a launcher, and one string of execve(2), may have.
_ARGUMENTS_BYTES_MAX = 64 << 10


@dataclass(frozen=True)
class Given:
    """Files of one owner by their names below /work. ``where`` is how an error names a setter's ("" = contestant's)."""

    files: Mapping[str, Content] = field(default_factory=dict)
    where: str = ""


def merged(*given: Given, directories: Collection[str] = ()) -> dict[str, Content]:
    """All files by name; of two of the setter's with one name the later wins, then what the contestant gives.

    ``directories`` are ours: no file may have their names, and none of the contestant's may lie below.
    Raises PackageError naming a setter's file that cannot be where it is to be.
    """
    setters: dict[str, Content] = {}
    where: dict[str, str] = {}
    for one in given:
        if one.where:
            setters.update(one.files)
            where.update(dict.fromkeys(one.files, one.where))
    _refuse_misfits(where, directories)
    taken = {*setters, *directories}
    others = {name: content for one in given if not one.where for name, content in one.files.items()}
    outside = set(clashes(others, taken))
    return {name: content for name, content in others.items() if name not in outside} | setters


def _refuse_misfits(where: Mapping[str, str], directories: Collection[str]) -> None:
    holders = {parent for name in (*where, *directories) for parent in parents(name)} | set(directories)
    for name, owner in where.items():
        complaint = _path_complaint(name)
        if complaint:
            raise PackageError(f"file {shortened(name)}: {complaint}", where=owner)
        if name in holders:
            raise PackageError(f"file {shortened(name)}: there is a directory of this name beside it", where=owner)


def _path_complaint(name: str) -> str:
    try:
        encoded = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return "the name is not valid Unicode"
    if "\0" in name or not {"", ".", ".."}.isdisjoint(name.split("/")):
        return "not a relative path"
    if len(encoded) > _PATH_BYTES_MAX or any(len(part) > _PART_BYTES_MAX for part in encoded.split(b"/")):
        return "the path is too long"
    return ""


@contextmanager
def blamed_on(where: str) -> Iterator[None]:
    """Files that a run's /work cannot hold are the fault of the setter's ``where``: a submission's own have been
    checked, and have room of their own. Raises PackageError."""
    try:
        yield
    except WorkFilesError as error:
        raise PackageError(f"files do not fit into /work: {error.summary}", where=where) from error


def checked_arguments(args: Sequence[str], where: str) -> tuple[str, ...]:
    """Arguments from a package that a program can be given (execve(2)). Raises PackageError."""
    complaint = arguments_complaint(args)
    if complaint:
        raise PackageError(complaint, where=where)
    return tuple(args)


def arguments_complaint(args: Sequence[str], bytes_max: int = _ARGUMENTS_BYTES_MAX) -> str:
    """Why no program can be given these words, or that they have too many bytes; empty when it can."""
    size_bytes = sum(len(word.encode("utf-8", "surrogatepass")) for word in args)
    if size_bytes > bytes_max:
        return f"the arguments have {size_bytes} bytes, of at most {bytes_max}"
    for word in args:
        if "\0" in word or (not word.isascii() and not _is_text(word)):
            return f"argument {shortened(word)}: no program can be given it"
    return ""


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def clashes(names: Iterable[str], taken: Collection[str]) -> Iterator[str]:
    """Those of ``names`` that cannot be beside ``taken``: the same, or one the directory of the other."""
    holders = {parent for name in taken for parent in parents(name)}
    return (name for name in names if name in taken or name in holders or not parents(name).isdisjoint(taken))


def parents(name: str) -> set[str]:
    """The directories that a file lies in, by their names: ``{"a", "a/b"}`` of ``a/b/c``."""
    parts = name.split("/")
    return {"/".join(parts[:count]) for count in range(1, len(parts))}


def room_for(sizes_bytes: Mapping[str, int]) -> tuple[int, int]:
    """What files of these sizes take of a tmpfs, as (bytes in whole pages, inodes with their directories)."""
    pages = sum(-(-size // _PAGE_BYTES) for size in sizes_bytes.values())
    directories = {parent for name in sizes_bytes for parent in parents(name)}
    return pages * _PAGE_BYTES, len(sizes_bytes) + len(directories)


def with_disk_room(limits: Limits, size_bytes: int, inodes: int) -> Limits:
    """The same limits with more disk, for files that we put there ourselves: no program is to lose room by them.

    In large steps: containers of one size are made ahead, and are kept.
    """
    disk_bytes = limits.disk_bytes + _rounded(size_bytes, _ROOM_BYTES)
    disk_inodes = limits.disk_inodes + _rounded(inodes, _ROOM_INODES)
    return msgspec.structs.replace(limits, disk_bytes=disk_bytes, disk_inodes=disk_inodes)


def _rounded(amount: int, unit: int) -> int:
    return -(-amount // unit) * unit


def artifact_complaint(names: Iterable[str]) -> str:
    """Why files with these names, left by a compiler, cannot be kept as an artifact; or empty."""
    directories: set[str] = set()
    for name in names:
        try:
            length_bytes = len(name.encode())
        except UnicodeEncodeError:
            return f"compiling left a file whose name is not UTF-8: {shortened(name)}"
        if length_bytes > ARTIFACT_PATH_BYTES_MAX or name.count("/") > ARTIFACT_DEPTH_MAX:
            return f"compiling left a file whose path is too long: {shortened(name)}"
        directories |= parents(name)
    if len(directories) > ARTIFACT_DIRECTORIES_MAX:
        return f"compiling left files in {len(directories)} directories; at most {ARTIFACT_DIRECTORIES_MAX} are allowed"
    return ""


def shortened(name: str) -> str:
    """A hostile name, quoted, in ASCII, of bounded length."""
    return ascii(name if len(name) <= 80 else f"{name[:60]}...{name[-17:]}")
