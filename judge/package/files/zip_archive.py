"""Unpacking a package's .zip (or .kpp) file."""

from __future__ import annotations

import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from judge.errors import PackageError
from judge.package.faults import fault_of
from judge.package.files.unpack import DEFAULT_BOUNDS, Bounds, Unpacker
from judge.text import shown

_CHUNK_BYTES = 1 << 20
_ENCRYPTED = 0x1

#: What the standard library raises for archives that are not whole, or use what it cannot read.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
    OverflowError,
)


def unpack_zip(archive: Path, root: Path, bounds: Bounds = DEFAULT_BOUNDS) -> None:
    """Unpack everything below the empty directory ``root``. Raises PackageError; ``root`` may then be half full."""
    where = shown(archive.name)
    try:
        with zipfile.ZipFile(archive) as file:
            unpacker = Unpacker(root, bounds, packed_bytes=os.path.getsize(archive))
            for info in file.infolist():
                _unpack_entry(file, info, unpacker, bounds)
            unpacker.finish()
    except _DAMAGE as error:
        raise PackageError(f"is not a readable zip archive: {error}", where=where) from error
    except OSError as error:
        raise fault_of(error, "cannot be read", where) from error


def _unpack_entry(file: zipfile.ZipFile, info: zipfile.ZipInfo, unpacker: Unpacker, bounds: Bounds) -> None:
    if not info.filename:
        raise zipfile.BadZipFile("an entry without a name")
    name = info.orig_filename if "\0" in info.orig_filename else info.filename
    if info.flag_bits & _ENCRYPTED:
        raise PackageError("is encrypted", where=shown(name))
    mode = info.external_attr >> 16
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        if info.file_size > bounds.link_bytes:
            raise PackageError("is a link that leaves the package", where=shown(name))
        with file.open(info) as source:
            unpacker.link(name, os.fsdecode(source.read(bounds.link_bytes + 1)))
    elif info.is_dir():
        unpacker.directory(name)
    elif kind in (0, stat.S_IFREG):
        unpacker.file(name, _chunks(file, info), executable=bool(mode & 0o111))
    else:
        raise PackageError("is neither a file, a directory nor a link", where=shown(name))


def _chunks(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with file.open(info) as source:
        while chunk := source.read(_CHUNK_BYTES):
            yield chunk
