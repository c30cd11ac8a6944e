"""Made things under .cache/vm, each found again by a digest of all that went into it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "vm"
_DIGEST_LETTERS = 16


def digest_of(paths: Iterable[Path], *words: str) -> str:
    """A digest of files (folders are walked; compiled Python is passed over) and words."""
    digest = hashlib.sha256()
    for word in words:
        digest.update(word.encode() + b"\0")
    for path in sorted(file for given in paths for file in _files(given)):
        digest.update(os.fsencode(path.relative_to(ROOT)) + b"\0" + str(path.stat().st_mode & 0o777).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_DIGEST_LETTERS]


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    return [file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts]


def made(kind: str, digest: str, make: Callable[[Path], None]) -> Path:
    """The directory ``kind-digest``, made by ``make(directory)`` unless it is there; older ones of its kind go."""
    target = CACHE / f"{kind}-{digest}"
    if target.is_dir():
        return target
    unfinished = CACHE / f"{kind}.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    make(unfinished)
    unfinished.rename(target)
    for other in CACHE.glob(f"{kind}-*"):
        if other != target:
            shutil.rmtree(other, ignore_errors=True)
    return target
