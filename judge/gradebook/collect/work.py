"""One student's files as they are judged: read, unpacked, named and in UTF-8."""

from __future__ import annotations

from collections.abc import Iterable

from judge.gradebook.collect.budget import Collected
from judge.gradebook.collect.encodings import as_utf8, is_binary
from judge.gradebook.collect.folders import add_place
from judge.gradebook.collect.names import named_as_required
from judge.gradebook.handed_in import Found, Place, Remark, RemarkKind, Wanted, Work
from judge.model.submission import SourceFile
from judge.text import shown
from judge.toolchain.sources import name_complaint

#: What compilers leave beside sources, and nobody wrote.
_COMPILED = ("class", "o", "obj", "pyc", "pyo", "exe", "dll", "so", "a", "out", "jar")


def work_of(found: Found, wanted: Wanted) -> Work:
    """All of a student's places. Never raises for what lies there; blocks while files are read."""
    taken = Collected()
    for place in found.places:
        add_place(place, taken)
    files = {name: content for name, content in taken.files.items() if not _is_compiled(name, taken)}
    named, renamed = named_as_required(files, wanted.required) if files else ({}, [])
    read = [_read(name, content, wanted) for name, content in sorted(named.items())]
    remarks = [*found.remarks, *taken.remarks, *renamed, *(remark for _, own in read for remark in own)]
    sources = tuple(file for file, _ in read if not name_complaint(file.name))
    if not sources:
        remarks.append(Remark(kind=RemarkKind.EMPTY, text="there is no file to judge"))
    return Work(files=sources, remarks=tuple(remarks))


def starter_files(pairs: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """The files that students begin with, by name; those that cannot be read are left out."""
    taken = Collected()
    for name, path in pairs:
        add_place(Place(path=path, name=name), taken)
    return taken.files


def _is_compiled(name: str, taken: Collected) -> bool:
    ending = name.rpartition(".")[2].lower()
    if "." not in name or ending not in _COMPILED:
        return False
    taken.say(RemarkKind.LEFT_OUT, name, "is compiled; only sources are judged")
    return True


def _read(name: str, content: bytes, wanted: Wanted) -> tuple[SourceFile, list[Remark]]:
    if not wanted.is_source(name):
        return SourceFile(name=name, content=content), []
    if is_binary(content):
        said = Remark(kind=RemarkKind.BINARY, text=f"{shown(name)}: is no text, although it is called so")
        return SourceFile(name=name, content=content), [said]
    content, done = as_utf8(content)
    said_of = [Remark(kind=RemarkKind.ENCODING, text=f"{shown(name)}: {done}")] if done else []
    return SourceFile(name=name, content=content), said_of
