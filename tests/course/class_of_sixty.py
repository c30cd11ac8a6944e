"""A class of sixty with all kinds of mess, written to a folder: who hands in what, and what is to be said of it."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RIGHT = b"print(sum(int(word) for word in input().split()))\n"
WRONG = b"print(int(input().split()[0]))\n"
CRASHING = b"raise SystemExit(3)\n"
SYNTAX = b"def def\n"

#: Names that must stay text wherever they are shown.
HOSTILE = (
    '<img src=x onerror="alert(1)">',
    "=HYPERLINK('http:evil')",
    "@SUM(1+1)",
    "+1-1",
    "'; DROP TABLE students; --",
    "</script><script>alert(1)<",
    "a\x1b[31mred",
    os.fsdecode(b"latin-\xe9"),
    "\u202eevil",
)


@dataclass(frozen=True)
class Expected:
    """What becomes of a student: points (of 10; None = not looked at), and kinds of remarks that must be there."""

    points: float | None
    remarks: frozenset[str] = frozenset()


def zip_of(*files: tuple[str, bytes]) -> bytes:
    """A zip archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def tar_of(*files: tuple[str, bytes]) -> bytes:
    """A compressed tar archive."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def _folder(root: Path, key: str, **files: bytes) -> None:
    (root / key).mkdir()
    for name, content in files.items():
        (root / key / name.replace("_DOT_", ".")).write_bytes(content)


def _links(root: Path, key: str) -> None:
    _folder(root, key, sum_DOT_py=RIGHT)
    (root / key / "passwd.py").symlink_to("/etc/passwd")
    os.mkfifo(root / key / "pipe.py")


def _twice(root: Path, key: str) -> None:
    _folder(root, key, sum_DOT_py=WRONG)
    (root / f"{key}.zip").write_bytes(zip_of(("sum.py", RIGHT)))
    os.utime(root / key, (1_000_000_000, 1_000_000_000))


def _file(name: str, content: bytes) -> Callable[[Path, str], None]:
    def write(root: Path, key: str) -> None:
        (root / key).mkdir()
        (root / key / name).write_bytes(content)

    return write


def _archive(ending: str, content: bytes) -> Callable[[Path, str], None]:
    def write(root: Path, key: str) -> None:
        (root / f"{key}{ending}").write_bytes(content)

    return write


_MESS: tuple[tuple[Callable[[Path, str], None], Expected], ...] = (
    (_file("Sum.PY", RIGHT), Expected(10, frozenset({"renamed"}))),
    (_file("sum (2).py", RIGHT), Expected(10, frozenset({"renamed"}))),
    (_file("homework.py", RIGHT), Expected(0, frozenset({"lacking"}))),
    (_file("sum.py", RIGHT.decode().encode("utf-16")), Expected(10, frozenset({"encoding"}))),
    (_file("sum.py", b"\xef\xbb\xbf" + RIGHT), Expected(10, frozenset({"encoding"}))),
    (_file("sum.py", b"# caf\xe9\n" + RIGHT), Expected(10, frozenset({"encoding"}))),
    (_file("sum.py", bytes(range(256)) * 4), Expected(0, frozenset({"binary"}))),
    (_file("sum.py", RIGHT.replace(b"\n", b"\r\n")), Expected(10)),
    (_file("sum.py", b""), Expected(0)),
    (_file("notes.rar", b"Rar!"), Expected(0, frozenset({"archive", "empty"}))),
    (lambda root, key: (root / key).mkdir(), Expected(0, frozenset({"empty"}))),
    (lambda root, key: None, Expected(0, frozenset({"missing"}))),
    (_links, Expected(10, frozenset({"left_out"}))),
    (_twice, Expected(10, frozenset({"twice"}))),
    (_archive(".zip", zip_of(("hw/sum.py", RIGHT), ("__MACOSX/hw/._sum.py", b"\0"))),
     Expected(10, frozenset({"renamed"}))),
    (_archive(".zip", zip_of(("../../evil.py", WRONG), ("/etc/evil.py", WRONG), ("sum.py", RIGHT))),
     Expected(10, frozenset({"left_out"}))),
    (_archive(".zip", zip_of(("inner.zip", zip_of(("sum.py", RIGHT))))), Expected(10)),
    (_archive(".zip", b"PK\x03\x04 not really"), Expected(0, frozenset({"archive", "empty"}))),
    (_archive(".zip", zip_of(("zeros.bin", bytes(17 << 20)), ("sum.py", RIGHT))), Expected(10, frozenset({"large"}))),
    (_archive(".tar.gz", tar_of(("sum.py", RIGHT))), Expected(10)),
    (_archive(".py", RIGHT), Expected(0, frozenset({"lacking"}))),
)  # fmt: skip

_PLAIN = ((RIGHT, 10.0), (WRONG, 5.0), (CRASHING, 0.0), (SYNTAX, 0.0))


def write_class(root: Path, count: int = 60) -> dict[str, Expected]:
    """Write everybody's work below ``root`` (``handed-in/`` and ``roster.csv``); what is expected of each, by key."""
    handed_in = root / "handed-in"
    handed_in.mkdir(parents=True)
    expected: dict[str, Expected] = {}
    for number, (write, one) in enumerate(_MESS):
        key = f"mess{number:02}"
        write(handed_in, key)
        expected[key] = one
    for number in range(count - len(_MESS) - len(HOSTILE)):
        content, points = _PLAIN[number % len(_PLAIN)]
        key = f"plain{number:02}"
        _folder(handed_in, key, sum_DOT_py=b"# %d\n" % number + content)
        expected[key] = Expected(points)
    rows = "".join(f"{key},Student {key},{key}@uni.example\n" for key in expected)
    (root / "roster.csv").write_text(f"student,name,email\n{rows}")
    for name in HOSTILE:
        _folder(handed_in, name.replace("/", "\u2215"), sum_DOT_py=RIGHT)
    (handed_in / "grades.csv").write_text("not a student\n")
    (handed_in / ".DS_Store").write_text("x")
    (handed_in / "everything").symlink_to("/")
    return expected


def write_assignment(folder: Path) -> Path:
    """The assignment of the class: ten points for two tests, one of them hidden; five by hand."""
    folder.mkdir(parents=True)
    (folder / "assignment.yaml").write_text(
        "assignment: 1\n"
        "title: A sum\n"
        "languages: [python3]\n"
        "files: {required: [sum.py]}\n"
        "limits: {time: 2s, memory: 128 MiB}\n"
        "parts:\n"
        "  - name: sums\n"
        "    kind: tests\n"
        "    points: 10\n"
        "    tests:\n"
        '      - {name: one, stdin: "7\\n", stdout: "7\\n"}\n'
        '      - {name: secret-two, stdin: "3 4\\n", stdout: "7\\n", visibility: hidden}\n'
        '  - {name: words, kind: by_hand, points: 5, instructions: "Well said?"}\n'
    )
    return folder
