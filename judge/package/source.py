"""Where packages come from: a directory, a zip file, or ``PATH@REVISION`` of a git repository; and in which format.

:func:`open_package` is the front door of this room: whatever a user names comes out as a Problem.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from judge.errors import PackageError, PackageMissing, UsageError, our_path
from judge.model.problem import Problem
from judge.package.ceilings import DEFAULT_CEILINGS, Ceilings
from judge.package.dmoj import reader as dmoj
from judge.package.faults import fault_of, faults_told
from judge.package.files.file_names import hidden, shown
from judge.package.files.git_revision import repository_of, unpack_revision
from judge.package.files.unpack import DEFAULT_BOUNDS, Bounds
from judge.package.files.zip_archive import unpack_zip
from judge.package.findings import Findings
from judge.package.kattis.metadata import FILE
from judge.package.kattis.reader import inspect_package
from judge.package.kattis.time_limit_files import INI_FILE
from judge.package.polygon import reader as polygon

ZIP_SUFFIXES = (".zip", ".kpp")
#: One of these makes a directory a package.
_MARKERS = (FILE, polygon.FILE, dmoj.FILE, INI_FILE)


@contextmanager
def package_directory(spec: str, scratch: Path | None = None, bounds: Bounds = DEFAULT_BOUNDS) -> Iterator[Path]:
    """The package's directory on this host, unpacked into ``scratch`` (default: the system's) while in use.

    Raises UsageError when nothing is there, PackageError when what is there is no package.
    """
    path = Path(spec)
    if _is_directory(path):
        yield package_inside(path)
    elif _is_file(path):
        if path.suffix.lower() not in ZIP_SUFFIXES:
            raise UsageError(f"{shown(spec)} is a file but no {' or '.join(ZIP_SUFFIXES)} archive")
        with fresh_directory(scratch, path.stem) as root:
            unpack_zip(path, root, bounds)
            yield package_inside(root)
    elif "@" in spec:
        name, _, revision = spec.rpartition("@")
        repository, subdirectory = repository_of(Path(name))
        with fresh_directory(scratch, Path(os.path.abspath(name)).name) as root:
            unpack_revision(repository, subdirectory, revision, root, bounds)
            yield package_inside(root)
    else:
        raise UsageError(f"there is no package {shown(spec)}")


def inspect_any(
    directory: Path, unpacked: Path, *, inheritance: str = "keys", ceilings: Ceilings = DEFAULT_CEILINGS
) -> tuple[Problem, Findings]:
    """The problem in a package directory of any known format, with its findings; see ``inspect_package``.

    ``unpacked``: an empty directory for what an importer must unpack; it must live as long as the problem.
    Raises PackageError; HostError for what is wrong with this host.
    """
    with faults_told(directory):
        marker = next((name for name in _MARKERS if (directory / name).exists()), "")
        if marker in (FILE, INI_FILE):
            return inspect_package(directory, inheritance=inheritance, ceilings=ceilings)
        if marker == polygon.FILE:
            return polygon.inspect_polygon(directory, unpacked, ceilings)
        if marker == dmoj.FILE:
            return dmoj.inspect_dmoj(directory, unpacked, ceilings)
        raise _no_package()


@contextmanager
def open_package(
    spec: str, scratch: Path | None = None, *, inheritance: str = "keys", ceilings: Ceilings = DEFAULT_CEILINGS
) -> Iterator[Problem]:
    """The problem that ``spec`` names, ready to judge; its files exist while the context lasts.

    Raises PackageError(where="file:line: key") when it cannot be judged.
    """
    with package_directory(spec, scratch) as directory, fresh_directory(scratch, "unpacked") as unpacked:
        problem, findings = inspect_any(directory, unpacked, inheritance=inheritance, ceilings=ceilings)
        findings.raise_if_blocked()
        yield problem


@contextmanager
def fresh_directory(scratch: Path | None, name: str) -> Iterator[Path]:
    """An empty directory called ``name``, removed afterwards (unpacking bounds its depth, so rmtree is safe)."""
    with our_path("temporary directory"):
        holder = os.path.realpath(tempfile.mkdtemp(prefix="judge-package-", dir=scratch))
    try:
        root = Path(holder) / (name or "package")
        root.mkdir()
        yield root
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def package_inside(root: Path) -> Path:
    """``root``, or the one directory in it when that is where the package is (the usual way to zip).

    Raises PackageMissing when neither is a package, before anything else is looked at: it may be a whole file system.
    """
    try:
        if _is_marked(root):
            return root
        with os.scandir(root) as entries:
            children = (Path(entry.path) for entry in entries if not hidden(entry.name) and entry.is_dir())
            few = tuple(itertools.islice(children, 2))
    except OSError as error:
        raise fault_of(error, "cannot be read") from error
    if len(few) == 1 and _is_marked(few[0]):
        return few[0]
    raise _no_package()


def _is_marked(directory: Path) -> bool:
    return any(os.path.lexists(directory / marker) for marker in _MARKERS)


def _no_package() -> PackageError:
    return PackageMissing(
        f"is no problem package: it has neither {FILE}, {polygon.FILE} (Polygon) nor {dmoj.FILE} (DMOJ)"
    )


def _is_directory(path: Path) -> bool:
    """As Path.is_dir, but a path that no file can have is just not there."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
