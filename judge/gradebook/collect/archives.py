"""Archives that students hand in, unpacked in memory: nothing is written, so no name can lead anywhere."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import IO, Protocol

from judge.gradebook.collect.budget import CHUNK_BYTES, NESTED_MAX, Collected
from judge.gradebook.handed_in import RemarkKind
from judge.package.files.file_names import hidden
from judge.toolchain.sources import name_complaint

_ZIP = (".zip",)
_TAR = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
#: What is an archive and cannot be read.
_FOREIGN = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".ar", ".iso")
_ENCRYPTED = 0x1

#: What the standard library raises for archives that are not whole, or use what it cannot read.
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
    OverflowError,
    OSError,
    NotImplementedError,
)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def is_archive(name: str) -> bool:
    """Whether a file of this name is one that :func:`add_content` looks into."""
    return name.lower().endswith((*_ZIP, *_TAR))


def add_content(name: str, content: bytes, taken: Collected, depth: int = 0) -> None:
    """Take a file in, or what an archive holds: below the folder that the archive lies in."""
    lower = name.lower()
    if lower.endswith(_FOREIGN) and not lower.endswith(_TAR):
        taken.say(RemarkKind.ARCHIVE, name, "archives of this kind are not read; ask for a .zip")
        return
    if not is_archive(name):
        _add_file(name, content, taken)
        return
    if depth >= NESTED_MAX:
        taken.say(RemarkKind.ARCHIVE, name, f"archives nest deeper than {NESTED_MAX}")
        return
    try:
        if lower.endswith(_ZIP):
            _add_zip(name, content, taken, depth)
        else:
            _add_tar(name, content, taken, depth)
    except _DAMAGE as error:
        taken.say(RemarkKind.ARCHIVE, name, f"is no readable archive: {_said(error)}")


def _add_file(name: str, content: bytes, taken: Collected) -> None:
    complaint = name_complaint(name)
    if complaint:
        taken.say(RemarkKind.LEFT_OUT, name, f"its name cannot be used: {complaint}")
        return
    taken.add(name, content)


def _add_zip(name: str, content: bytes, taken: Collected, depth: int) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            if taken.is_full:
                return
            if info.is_dir() or _is_passed_over(info.filename):
                continue
            inside = _inside(name, info.filename, taken)
            if not inside or not taken.entry(inside):
                continue
            kind = stat.S_IFMT(info.external_attr >> 16)
            if info.flag_bits & _ENCRYPTED:
                taken.say(RemarkKind.ARCHIVE, inside, "is encrypted")
            elif kind not in (0, stat.S_IFREG):
                taken.say(RemarkKind.LEFT_OUT, inside, "is a link or a device in an archive")
            else:
                _add_member(inside, partial(archive.open, info), taken, depth)


def _add_tar(name: str, content: bytes, taken: Collected, depth: int) -> None:
    with tarfile.open(fileobj=io.BytesIO(_unpressed(name, content, taken)), mode="r:") as archive:
        while not taken.is_full and (member := archive.next()) is not None:
            if member.isdir() or _is_passed_over(member.name):
                continue
            inside = _inside(name, member.name, taken)
            if not inside or not taken.entry(inside):
                continue
            if not member.isreg():
                taken.say(RemarkKind.LEFT_OUT, inside, "is a link or a device in an archive")
            else:
                _add_member(inside, partial(archive.extractfile, member), taken, depth)


def _unpressed(name: str, content: bytes, taken: Collected) -> bytes:
    """A tar archive without its compression, as far as anything of one student is read."""
    for mark, opened in ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open)):
        if content.startswith(mark):
            with opened(io.BytesIO(content)) as source:
                plain = _read(source, taken.unread_bytes + 1)
            taken.spend(name, len(plain))
            return plain
    return content


def _add_member(inside: str, opened: Callable[[], IO[bytes] | None], taken: Collected, depth: int) -> None:
    """One file of an archive: read as far as there is room, whatever its header says."""
    room = taken.room_bytes
    try:
        source = opened()
        if source is None:
            return
        with source:
            content = _read(source, room + 1)
    except _DAMAGE as error:
        taken.say(RemarkKind.ARCHIVE, inside, f"is damaged in its archive: {_said(error)}")
        return
    taken.spend(inside, len(content))
    if len(content) > room:
        taken.too_large(inside)
    elif not taken.is_full:
        add_content(inside, content, taken, depth + 1)


def _read(source: _Readable, bytes_max: int) -> bytes:
    content = bytearray()
    while len(content) < bytes_max and (chunk := source.read(min(CHUNK_BYTES, bytes_max - len(content)))):
        content += chunk
    return bytes(content)


def _inside(archive: str, name: str, taken: Collected) -> str:
    """A member's name beside its archive; empty = it would lead out, which was said."""
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or (len(parts[0]) == 2 and parts[0][1] == ":"):
        taken.say(RemarkKind.LEFT_OUT, name, f"would lie outside of its archive ({archive.rpartition('/')[2]})")
        return ""
    plain = "/".join(part for part in parts if part not in ("", "."))
    folder = archive.rpartition("/")[0]
    return f"{folder}/{plain}" if folder and plain else plain


def _is_passed_over(name: str) -> bool:
    return any(hidden(part) and part not in (".", "..") for part in name.replace("\\", "/").split("/") if part)


def _said(error: Exception) -> str:
    return (str(error) or type(error).__name__).replace("\n", " ")[:200]
