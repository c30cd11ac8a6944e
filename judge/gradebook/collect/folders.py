"""Reading a student's folder or file: links are never followed, what is no file is never opened."""

from __future__ import annotations

import os
import stat

from judge.gradebook.collect.archives import add_content
from judge.gradebook.collect.budget import Collected
from judge.gradebook.handed_in import Place, RemarkKind
from judge.package.files.file_names import hidden
from judge.toolchain.sources import DEPTH_MAX

#: Folders of tools: installed packages, what compilers leave.
_TOOLS = frozenset({"node_modules", "venv", "target", "dist-newstyle"})
_OPENING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def add_place(place: Place, taken: Collected) -> None:
    """All that lies at a place: a folder's files by their paths in it, a file by its own name; archives unpacked."""
    name = place.name or os.path.basename(place.path)
    try:
        if os.path.isdir(place.path) and not os.path.islink(place.path):
            _add_folder(place.path, taken)
        else:
            _add_file(place.path, name, taken)
    except OSError as error:
        taken.say(RemarkKind.UNREADABLE, name, os.strerror(error.errno or 0))


def passed_over(name: str) -> bool:
    """What lies beside work and is none: names that begin with a dot, caches, what a Mac or Windows leaves."""
    return hidden(name) or name in _TOOLS or name.lower() == "desktop.ini"


def _add_folder(root: str, taken: Collected) -> None:
    """Without recursion, which deep trees would exhaust; in the order of names."""
    waiting = [("", root)]
    while waiting and not taken.is_full:
        inside, path = waiting.pop()
        try:
            with os.scandir(path) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            taken.say(RemarkKind.UNREADABLE, inside or ".", os.strerror(error.errno or 0))
            continue
        folders = []
        for entry in entries:
            name = f"{inside}/{entry.name}" if inside else entry.name
            if passed_over(entry.name):
                continue
            if not taken.entry(name):
                break
            if entry.is_dir(follow_symlinks=False):
                folders.append((name, entry.path))
            else:
                _add_file(entry.path, name, taken)
        if folders and inside.count("/") >= DEPTH_MAX:
            taken.say(RemarkKind.LEFT_OUT, inside, f"folders nest deeper than {DEPTH_MAX}")
            continue
        waiting += reversed(folders)


def _add_file(path: str, name: str, taken: Collected) -> None:
    try:
        if stat.S_ISLNK(os.lstat(path).st_mode):
            taken.say(RemarkKind.LEFT_OUT, name, "is a link; links are not followed")
            return
        fd = os.open(path, _OPENING)
        with os.fdopen(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                taken.say(RemarkKind.LEFT_OUT, name, "is neither a file nor a folder")
                return
            room = taken.room_bytes
            content = file.read(room + 1)
    except OSError as error:
        taken.say(RemarkKind.UNREADABLE, name, os.strerror(error.errno or 0))
        return
    if len(content) > room:
        taken.too_large(name)
        return
    add_content(name, content, taken)
