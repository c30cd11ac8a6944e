"""Files that are called almost as an assignment wants: found, renamed and told. Pure."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping

from judge.globs import matches_any
from judge.gradebook.handed_in import Remark, RemarkKind
from judge.text import shown

#: What browsers, file managers and course systems put behind a name that is there already, or before a copy's.
_COPY = re.compile(
    r"(?:[ _-]*(?:\((\d{1,3})\)|[-_](\d{1,3})|[ _-]+copy(?:[ _-]?\(?\d{1,3}\)?)?|[ _-]+kopie))+$", re.IGNORECASE
)
_COPY_OF = re.compile(r"^(?:copy[ _-]of[ _-]|kopie[ _-]von[ _-])+", re.IGNORECASE)


def named_as_required(files: Mapping[str, bytes], required: Iterable[str]) -> tuple[dict[str, bytes], list[Remark]]:
    """The files, those that are called almost as a required one by its name; what was renamed, and what is not there.

    A required name with ``*`` or ``?`` is matched in any case of its letters.
    """
    patterns = tuple(required)
    named, remarks = _without_wrapping(dict(files), patterns)
    for pattern in patterns:
        if any(matches_any(name, (pattern,)) for name in named):
            continue
        near = _near(named, pattern, patterns)
        if near is None:
            remarks.append(_lacking(pattern, named))
            continue
        new = pattern if _is_plain(pattern) else near.lower()
        if new != near and (new in named or not matches_any(new, (pattern,))):
            remarks.append(_lacking(pattern, named))
            continue
        named[new] = named.pop(near)
        remarks.append(Remark(kind=RemarkKind.RENAMED, text=f"{shown(near)} was taken for {shown(new)}"))
    return named, remarks


def _without_wrapping(named: dict[str, bytes], patterns: tuple[str, ...]) -> tuple[dict[str, bytes], list[Remark]]:
    """Without the folders that hold all of it, where what is required is found only then."""
    wrapped = ""
    while patterns and named and not any(matches_any(name, patterns) for name in named):
        tops = {name.partition("/")[0] for name in named}
        if len(tops) != 1 or not all("/" in name for name in named):
            break
        top = tops.pop()
        wrapped = f"{wrapped}{top}/"
        named = {name.removeprefix(f"{top}/"): content for name, content in named.items()}
    remarks = [Remark(kind=RemarkKind.RENAMED, text=f"all files lay in {shown(wrapped)}")] if wrapped else []
    return named, remarks


def _near(named: Mapping[str, bytes], pattern: str, patterns: tuple[str, ...]) -> str | None:
    """The file that stands for a required one. Of several copies the one of the highest number; of other files none
    when there are several, or when another required name has it."""
    free = [name for name in named if not matches_any(name, patterns)]
    if not _is_plain(pattern):
        found = [name for name in free if matches_any(name.lower(), (pattern.lower(),))]
        return found[0] if len(found) == 1 else None
    found = [name for name in free if _key(name) == _key(pattern)] or [
        name for name in free if _key(os.path.basename(name)) == _key(os.path.basename(pattern))
    ]
    highest = max((_copy_number(name) for name in found), default=0)
    best = [name for name in found if _copy_number(name) == highest]
    return best[0] if len(best) == 1 else None


def _key(name: str) -> str:
    """What is left of a name without what people and programs get wrong: case, spaces, numbers of copies."""
    folder, _, base = unicodedata.normalize("NFKC", name).rpartition("/")
    stem, dot, ending = base.rpartition(".") if "." in base else (base, "", "")
    if ending.lower() == "txt" and "." in stem:  # "bank.py.txt"
        stem, dot, ending = stem.rpartition(".")
    stem = _COPY.sub("", _COPY_OF.sub("", stem.strip()))
    return f"{folder}/{re.sub(r'[ _-]+', '', stem)}{dot}{ending}".casefold()


def _copy_number(name: str) -> int:
    stem = os.path.splitext(os.path.basename(name))[0]
    found = _COPY.search(stem)
    return int(found[1] or found[2] or 0) if found else 0


def _is_plain(pattern: str) -> bool:
    return not set("*?[{") & set(pattern)


def _lacking(pattern: str, named: Mapping[str, bytes]) -> Remark:
    near = difflib.get_close_matches(pattern, list(named)[:200], n=1, cutoff=0.5)
    hint = f" ({shown(near[0])} is there)" if near else ""
    return Remark(kind=RemarkKind.LACKING, text=f"{shown(pattern)} is required and not there{hint}")
