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

from judge.errors import PackageError, PackageMissing, UsageError, blame_reader, our_path
from judge.model.problem import Problem
from judge.package.faults import fault_of, faults_raised
from judge.package.files.file_names import hidden
from judge.package.files.git_revision import repository_of, unpack_revision
from judge.package.files.unpack import DEFAULT_BOUNDS, Bounds
from judge.package.files.zip_archive import unpack_zip
from judge.package.findings import Findings
from judge.package.reader import DEFAULT_READING, ReadOptions
from judge.package.registry import is_marked, markers_text, reader_of
from judge.text import shown

ZIP_SUFFIXES = (".zip", ".kpp")
#: For a reader that writes nothing: there can be no file in it.
_NOWHERE = Path(os.devnull)


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


def inspect_any(directory: Path, unpacked: Path, options: ReadOptions = DEFAULT_READING) -> tuple[Problem, Findings]:
    """The problem in a package directory of any known format, with its findings; see :meth:`Reader.inspect`.

    Raises PackageError; HostError for what is wrong with this host.
    """
    with faults_raised(directory):
        reader = reader_of(directory)
        if reader is None:
            raise _no_package()
        return reader.inspect(directory, unpacked, options)


@contextmanager
def open_package(spec: str, scratch: Path | None = None, options: ReadOptions = DEFAULT_READING) -> Iterator[Problem]:
    """The problem that ``spec`` names, ready to judge; its files exist while the context lasts.

    Raises PackageError(where="file:line: key") when it cannot be judged.
    """
    with package_directory(spec, scratch) as directory, fresh_directory(scratch, "unpacked") as unpacked:
        problem, findings = inspect_any(directory, unpacked, options)
        findings.raise_if_blocked()
        yield problem


def read_in_place(directory: Path, options: ReadOptions = DEFAULT_READING) -> Problem | None:
    """The problem in a directory, ready to judge, without writing anything; None when its format must be unpacked, or
    when the package is not in this directory itself. Raises as :func:`open_package`.
    """
    with faults_raised(directory):
        reader = reader_of(directory)
        if reader is None or not reader.reads_in_place:
            return None
        problem, findings = reader.inspect(directory, _NOWHERE, options)
    findings.raise_if_blocked()
    return problem


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
        if is_marked(root):
            return root
        with os.scandir(root) as entries:
            children = (Path(entry.path) for entry in entries if not hidden(entry.name) and entry.is_dir())
            few = tuple(itertools.islice(children, 2))
    except OSError as error:
        raise fault_of(error, "cannot be read") from error
    if len(few) == 1 and is_marked(few[0]):
        return few[0]
    raise _no_package()


def _no_package() -> PackageError:
    return PackageMissing(f"is no problem package: it has none of {markers_text()}")


def _is_directory(path: Path) -> bool:
    """As Path.is_dir, but a path that no file can have is just not there. Raises PackageUnreadable and HostFault."""
    try:
        return path.is_dir()
    except ValueError:
        return False
    except OSError as error:
        blame_reader(error, shown(str(path)))
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except ValueError:
        return False
    except OSError as error:
        blame_reader(error, shown(str(path)))
        return False
