"""Which compiled class a JVM program starts with, read from the class files themselves: names of sources tell nothing.

Class files come from strangers. Nothing here raises for what they hold, and only so much of them is looked at.

Source: The Java Virtual Machine Specification, chapter 4 (ClassFile, constant pool, methods, SourceFile); JEP 512 for
main methods that are no longer static.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

_MAGIC = 0xCAFEBABE
_PUBLIC, _PRIVATE, _STATIC = 0x0001, 0x0002, 0x0008
_UTF8, _CLASS = 1, 7
#: Bytes after the tag of a constant, by its tag; that of text is counted apart. The wide ones take two numbers.
_CONSTANT_BYTES = {
    3: 4,
    4: 4,
    5: 8,
    6: 8,
    7: 2,
    8: 2,
    9: 4,
    10: 4,
    11: 4,
    12: 4,
    15: 3,
    16: 2,
    17: 4,
    18: 4,
    19: 2,
    20: 2,
}
_WIDE = (5, 6)

_WITH_WORDS, _WITHOUT = "([Ljava/lang/String;)V", "()V"
#: From Java 25 on, and in previews of it, a main method may be an instance's and may have no parameter.
_INSTANCE_MAIN_MAJOR, _PREVIEW_MINOR = 69, 0xFFFF

#: As much as is read of one program's class files.
_READ_BYTES_MAX = 8 << 20


@dataclass(frozen=True)
class Starter:
    """A class with a main method. ``name`` as java(1) takes it; ``source`` the file that it was compiled from, or "";
    ``classic``: public static void main(String[])."""

    name: str
    source: str
    is_public: bool
    classic: bool


def main_class(files: Mapping[str, bytes], guess: str, source: str) -> str:
    """The class to start of a compiled program, empty when none has a main method.

    ``guess`` is the class that the names speak for, ``source`` the main source file: of several classes with a main
    method the first of that file is taken, and there the one that was guessed.
    """
    found = list(_starters(files, guess))
    last = PurePosixPath(source).name

    def rank(one: Starter) -> tuple[bool, bool, bool, bool, bool, bool, str]:
        is_named_main = one.name.rpartition(".")[2].lower() in ("main", "mainkt")
        parts = (one.source != last, one.name != guess, not one.classic, not is_named_main)
        return (*parts, "$" in one.name, not one.is_public, one.name)

    return min(found, key=rank).name if found else ""


def _starters(files: Mapping[str, bytes], guess: str) -> Iterator[Starter]:
    guessed = guess.replace(".", "/") + ".class"
    names = [name for name in files if name.endswith(".class") and b"main" in files[name]]
    left_bytes = _READ_BYTES_MAX
    for name in sorted(names, key=lambda name: (not name.endswith(guessed), "$" in name, len(name), name)):
        left_bytes -= len(files[name])
        if left_bytes < 0:
            return
        starter = starter_of(files[name])
        if starter is not None and _can_be_named(starter.name):
            yield starter


def _can_be_named(name: str) -> bool:
    """Whether java(1) takes it for a class: it reads words that begin otherwise as options and argument files."""
    return bool(name) and name.isprintable() and name[0] not in "-@"


def starter_of(data: bytes) -> Starter | None:
    """What a class file starts, None when it is no class file or has no main method. Never raises."""
    try:
        return _read(_Cursor(data))
    except (struct.error, IndexError):
        return None


class _Cursor:
    """Reads big-endian numbers in order; raises struct.error behind the end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def number(self, size_bytes: int) -> int:
        value: int = struct.unpack_from({1: ">B", 2: ">H", 4: ">I"}[size_bytes], self.data, self.at)[0]
        self.at += size_bytes
        return value

    def numbers(self, *sizes_bytes: int) -> Iterable[int]:
        return [self.number(size) for size in sizes_bytes]

    def take(self, size_bytes: int) -> bytes:
        data = self.data[self.at : self.at + size_bytes]
        self.at += size_bytes
        return data


def _read(cursor: _Cursor) -> Starter | None:
    magic, minor, major = cursor.numbers(4, 2, 2)
    if magic != _MAGIC:
        return None
    texts, classes = _constants(cursor)
    access, this_class, _, interfaces = cursor.numbers(2, 2, 2, 2)
    cursor.take(2 * interfaces)
    _members(cursor)  # fields
    modern = major >= _INSTANCE_MAIN_MAJOR or minor == _PREVIEW_MINOR
    kinds = {
        _kind_of_main(flags, texts.get(kind, b"").decode("utf-8", "replace"), modern=modern)
        for flags, name, kind in _members(cursor)
        if texts.get(name) == b"main"
    }
    if kinds <= {None}:
        return None
    source = next((data for name, data in _attributes(cursor) if texts.get(name) == b"SourceFile"), b"")
    return Starter(
        name=_text(texts.get(classes.get(this_class, 0), b"")).replace("/", "."),
        source=_text(texts.get(int.from_bytes(source), b"")),
        is_public=bool(access & _PUBLIC),
        classic=True in kinds,
    )


def _kind_of_main(flags: int, kind: str, *, modern: bool) -> bool | None:
    """True for a main method as it always was, False for one of the new kinds, None for no such thing."""
    if kind == _WITH_WORDS and flags & _PUBLIC and flags & _STATIC:
        return True
    return False if modern and kind in (_WITH_WORDS, _WITHOUT) and not flags & _PRIVATE else None


def _constants(cursor: _Cursor) -> tuple[dict[int, bytes], dict[int, int]]:
    """Texts, and the numbers of the texts that name classes, by the numbers of the constants."""
    texts: dict[int, bytes] = {}
    classes: dict[int, int] = {}
    count, index = cursor.number(2), 1
    while index < count:
        tag = cursor.number(1)
        if tag == _UTF8:
            texts[index] = cursor.take(cursor.number(2))
        elif tag == _CLASS:
            classes[index] = cursor.number(2)
        elif tag in _CONSTANT_BYTES:
            cursor.take(_CONSTANT_BYTES[tag])
        else:
            raise struct.error(f"no such constant: {tag}")
        index += 2 if tag in _WIDE else 1
    return texts, classes


def _members(cursor: _Cursor) -> list[tuple[int, int, int]]:
    """Fields or methods: (access, number of the name, number of the descriptor)."""
    found = []
    for _ in range(cursor.number(2)):
        access, name, kind = cursor.numbers(2, 2, 2)
        found.append((access, name, kind))
        for _attribute in _attributes(cursor):
            pass
    return found


def _attributes(cursor: _Cursor) -> Iterator[tuple[int, bytes]]:
    for _ in range(cursor.number(2)):
        name, size_bytes = cursor.numbers(2, 4)
        yield name, cursor.take(size_bytes)


def _text(data: bytes) -> str:
    """The modified UTF-8 of class files: characters beyond the basic plane are two surrogates of three bytes each."""
    try:
        text = data.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return ""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
